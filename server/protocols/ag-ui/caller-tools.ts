import type { Tool } from '@ag-ui/core';
import { invalidField } from '../../call/validation-error.ts';
import type { ToolDefinition } from '../../runs/toolset.ts';

/** The tools that the caller runs itself. Throws a 422 for one that no model could be shown. */
export function toCallerTools(tools: readonly Tool[]): ToolDefinition[] {
  const names = new Set<string>();
  return tools.map(({ name, description, parameters }, index) => {
    const refuse = (field: string, message: string) => invalidField(`tools.${index}.${field}`, message);
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw refuse('name', 'must be 1 to 64 of A-Z a-z 0-9 _ -');
    if (names.has(name)) throw refuse('name', `is the name of another tool too: ${name}`);
    names.add(name);
    const inputSchema = toObjectSchema(parameters);
    if (!inputSchema) throw refuse('parameters', 'must be a JSON Schema of an object');
    return { name, description, inputSchema };
  });
}

function toObjectSchema(parameters: unknown): Record<string, unknown> | undefined {
  if (typeof (parameters ?? {}) !== 'object' || Array.isArray(parameters)) return undefined;
  const schema: Record<string, unknown> = { type: 'object', properties: {}, ...(parameters ?? {}) };
  return schema.type === 'object' ? schema : undefined;
}
