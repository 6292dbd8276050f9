/** The tools that a client runs itself, and the form that it wants the answer in. */

import { type Fields, isFields } from '../../call/fields.ts';
import { invalidField } from '../../call/validation-error.ts';
import type { ToolDefinition } from '../../runs/toolset.ts';
import { readCallerTools, toObjectSchema } from '../caller-tools.ts';
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
  for (const [index, { type }] of tools.entries()) {
    if ((type ?? 'function') !== 'function') {
      throw invalidField(`tools.${index}.type`, 'must be function: the other tools are those of the agent');
    }
  }
  return readCallerTools(tools.map((tool) => (isFields(tool.function) ? tool.function : tool)));
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
