/** The tools that callers run themselves, by whatever protocol they are named. */
import { type Fields, isFields } from '../call/fields.ts';
import { invalidField } from '../call/validation-error.ts';
import type { ToolDefinition } from '../runs/toolset.ts';

/** A tool as a caller names it: nothing is known of its fields. */
interface NamedTool {
  readonly name?: unknown;
  readonly description?: unknown;
  /** A JSON Schema of an object; absent: it takes nothing. */
  readonly parameters?: unknown;
}

/** Reads tools, which stand as `tools` in a request. Throws a 422 that names the place of one that no model could be shown. */
export function readCallerTools(tools: readonly NamedTool[]): ToolDefinition[] {
  const names = new Set<string>();
  return tools.map(({ name, description, parameters }, index) => {
    const refuse = (field: string, message: string) => invalidField(`tools.${index}.${field}`, message);
    if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
      throw refuse('name', 'must be 1 to 64 of A-Z a-z 0-9 _ -');
    }
    if (names.has(name)) throw refuse('name', `is the name of another tool too: ${name}`);
    names.add(name);
    const inputSchema = toObjectSchema(parameters ?? {}, { properties: {} });
    if (!inputSchema) throw refuse('parameters', 'must be a JSON Schema of an object');
    return { name, description: typeof description === 'string' ? description : '', inputSchema };
  });
}

/** A JSON Schema of an object, with what it does not say itself; undefined for anything else. */
export function toObjectSchema(value: unknown, usual: Fields = {}): Record<string, unknown> | undefined {
  if (!isFields(value)) return undefined;
  const schema: Record<string, unknown> = { type: 'object', ...usual, ...value };
  return schema.type === 'object' ? schema : undefined;
}

/** The arguments of a call as a caller tells them: what a text says as JSON. A call that was cut off has half of it, which is kept as it is. */
export function readArguments(text: unknown): unknown {
  if (typeof text !== 'string') return text ?? {};
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return text;
  }
}
