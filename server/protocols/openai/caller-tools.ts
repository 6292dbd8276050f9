/** The tools that a client runs itself, and the form that it wants the answer in. */

import { type Fields, isFields } from '../../call/fields.ts';
import { invalidField } from '../../call/validation-error.ts';
import type { ToolDefinition } from '../../runs/toolset.ts';
import { textOf } from './fields.ts';
import type { ModelRunRequest } from './ports.ts';

/** What a request says of tools. */
interface ToolsRequest {
  readonly tools?: readonly Fields[] | null | undefined;
  readonly tool_choice?: unknown;
  readonly parallel_tool_calls?: boolean | null | undefined;
}

/** Reads tools and what is said of their use. Throws a 422 for a tool that no model could be shown, and for a choice of one that is not there. */
export function readToolUse(request: ToolsRequest): Pick<ModelRunRequest, 'callerTools' | 'toolChoice'> {
  const tools = readTools(request.tools ?? []);
  const choice = toChoice(request.tool_choice);
  const named = new Set(choice.among ?? tools.map(({ name }) => name));
  const missing = [...named].find((name) => !tools.some((tool) => tool.name === name));
  if (missing !== undefined) throw invalidField('tool_choice', `is of no function in tools: ${missing}`);
  if (typeof choice.calls === 'object' && !named.has(choice.calls.name)) {
    throw invalidField('tool_choice', `is of no function in tools: ${choice.calls.name}`);
  }
  return {
    callerTools: tools.filter(({ name }) => named.has(name)),
    toolChoice: { calls: choice.calls, inParallel: request.parallel_tool_calls ?? undefined },
  };
}

interface Choice {
  readonly calls?: NonNullable<ModelRunRequest['toolChoice']>['calls'];
  /** The names of the only functions that may be called; absent: all. */
  readonly among?: readonly string[];
}

/** What a choice asks for. One of tools that no client has here leaves the choice to the model. */
function toChoice(choice: unknown): Choice {
  if (choice === 'none') return { among: [] };
  if (choice === 'required') return { calls: 'required' };
  if (!isFields(choice)) return {};
  if (choice.type === 'function') return { calls: { name: nameOf(choice) } };
  if (choice.type !== 'allowed_tools') return {};
  const { mode, tools } = isFields(choice.allowed_tools) ? choice.allowed_tools : choice;
  const functions = (Array.isArray(tools) ? tools : []).filter(isFields).filter(({ type }) => type === 'function');
  return { ...(mode === 'required' && { calls: 'required' }), among: functions.map(nameOf) };
}

const nameOf = (tool: Fields): string => textOf((isFields(tool.function) ? tool.function : tool).name) ?? '';

/** Reads tools, with their functions inside or beside their types. */
function readTools(tools: readonly Fields[]): ToolDefinition[] {
  const names = new Set<string>();
  return tools.map((tool, index) => {
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
