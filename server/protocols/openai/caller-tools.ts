/** The tools that a client runs itself, and the form that it wants the answer in. */

import { type Fields, isFields } from '../../call/fields.ts';
import { invalidField } from '../../call/validation-error.ts';
import type { ToolDefinition } from '../../runs/toolset.ts';
import { textOf } from './fields.ts';

/** Reads tools, with their functions inside or beside their types. Throws a 422 for one that no model could be shown. */
export function readTools(tools: readonly Fields[] | null | undefined, choice: unknown): ToolDefinition[] {
  const names = new Set<string>();
  const read = (tools ?? []).map((tool, index) => {
    const place = `tools.${index}`;
    if ((tool.type ?? 'function') !== 'function') {
      throw invalidField(`${place}.type`, 'must be function: the other tools are those of the agent');
    }
    const { name, description, parameters } = isFields(tool.function) ? tool.function : tool;
    if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
      throw invalidField(`${place}.name`, 'must be 1 to 64 of A-Z a-z 0-9 _ -');
    }
    if (names.has(name)) throw invalidField(`${place}.name`, `is the name of another tool too: ${name}`);
    names.add(name);
    const inputSchema = toObjectSchema(parameters ?? {}, { properties: {} });
    if (!inputSchema) throw invalidField(`${place}.parameters`, 'must be a JSON Schema of an object');
    return { name, description: textOf(description) ?? '', inputSchema };
  });
  return choice === 'none' ? [] : read;
}

/** The schema that an answer is to fit, by `response_format` or `text.format`; undefined where it is a text. */
export function readOutputSchema(format: unknown, place: string): Record<string, unknown> | undefined {
  if (format === null || format === undefined) return undefined;
  const { type = 'text', ...rest } = isFields(format) ? format : { type: format };
  if (type === 'text') return undefined;
  if (type === 'json_object') return { type: 'object' };
  if (type !== 'json_schema') throw invalidField(`${place}.type`, 'must be one of: text, json_object, json_schema');
  const [holder, at] = isFields(rest.json_schema) ? [rest.json_schema, `${place}.json_schema`] : [rest, place];
  const schema = isFields(holder.schema) ? toObjectSchema(holder.schema) : undefined;
  if (!schema) throw invalidField(`${at}.schema`, 'must be a JSON Schema of an object');
  return schema;
}

function toObjectSchema(value: unknown, usual: Fields = {}): Record<string, unknown> | undefined {
  if (!isFields(value)) return undefined;
  const schema: Record<string, unknown> = { type: 'object', ...usual, ...value };
  return schema.type === 'object' ? schema : undefined;
}
