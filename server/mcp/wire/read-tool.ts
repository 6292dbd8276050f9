import { z } from 'zod';
import type { Tool } from './mcp-sdk.ts';
import { isRecord } from './without-nulls.ts';

/** Why a tool of a list is not served, in one sentence; without a tool, what is wrong with the list as a whole. */
export interface ToolProblem {
  readonly tool: string | null;
  readonly detail: string;
}

/** A tool that no client could be told of. */
class ToolUnreadableError extends Error {
  override readonly name = 'ToolUnreadableError';
}

/** A tool as the protocol has it, or why it cannot be read. `position` names one that has no name. */
export function readTool(value: unknown, position: number): Tool | ToolProblem {
  const name = isRecord(value) && typeof value.name === 'string' ? value.name.trim() : '';
  try {
    if (!isRecord(value)) throw new ToolUnreadableError('It is no object');
    if (name === '') throw new ToolUnreadableError('It has no name');
    if (isDeeper(value, MAX_DEPTH)) throw new ToolUnreadableError(`It is nested more than ${MAX_DEPTH} levels deep`);
    const tool = { ...Described.parse(value), name: String(value.name) };
    const { outputSchema: output } = value;
    const outputSchema = isRecord(output) && isOfObject(output) ? readObjectSchema(output) : undefined;
    return { ...tool, inputSchema: readObjectSchema(value.inputSchema), outputSchema };
  } catch (cause) {
    if (!(cause instanceof ToolUnreadableError)) throw cause;
    return { tool: name.slice(0, MAX_NAME) || `tool ${position}`, detail: cause.message };
  }
}

/** A page of tools with those that can be read. */
export function withReadableTools(page: Record<string, unknown>): Record<string, unknown> {
  const tools = Array.isArray(page.tools) ? page.tools.map(readTool) : [];
  return { ...page, tools: tools.filter((tool) => 'inputSchema' in tool) };
}

// What only describes a tool is left out where it is not what it must be.
const Text = z.string().optional().catch(undefined);
const Flag = z.boolean().optional().catch(undefined);
const Icon = z.looseObject({
  src: z.string(),
  mimeType: Text,
  sizes: z.array(z.string()).optional().catch(undefined),
  theme: z.enum(['light', 'dark']).optional().catch(undefined),
});
const Annotations = z.looseObject({
  title: Text,
  readOnlyHint: Flag,
  destructiveHint: Flag,
  idempotentHint: Flag,
  openWorldHint: Flag,
});
const Execution = z.looseObject({
  taskSupport: z.enum(['required', 'optional', 'forbidden']).optional().catch(undefined),
});
const Described = z.looseObject({
  title: Text,
  description: Text,
  icons: z.array(Icon).optional().catch(undefined),
  annotations: Annotations.optional().catch(undefined),
  execution: Execution.optional().catch(undefined),
  _meta: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

const MAX_DEPTH = 100;
const MAX_TYPE = 100;
const MAX_NAME = 200;

/** A schema of the arguments: one that is absent or says no type is that of an object. */
function readObjectSchema(schema: unknown): Tool['inputSchema'] {
  if (schema === undefined || schema === null || schema === true) return { type: 'object' };
  if (!isRecord(schema)) throw new ToolUnreadableError('Its inputSchema is no JSON Schema');
  if (!isOfObject(schema)) {
    const type = JSON.stringify(schema.type).slice(0, MAX_TYPE);
    throw new ToolUnreadableError(`Its inputSchema is of type ${type}, not of an object`);
  }
  const { properties, required, ...others } = schema;
  const names = Array.isArray(required) && required.filter((one) => typeof one === 'string');
  return {
    ...others,
    type: 'object',
    ...(isRecord(properties) && { properties: readProperties(properties) }),
    ...(names && { required: names }),
  };
}

/** `type: object`, in any spelling and among others, or no type at all. */
function isOfObject({ type }: Record<string, unknown>): boolean {
  const types = [type ?? 'object'].flat();
  return types.some((type) => typeof type === 'string' && type.toLowerCase() === 'object');
}

/** A property whose schema cannot be read takes anything, as one with the schema `true` does. */
const readProperties = (properties: Record<string, unknown>): Record<string, object> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      schema === false ? { not: {} } : isRecord(schema) ? schema : {},
    ]),
  );

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((one) => isDeeper(one, depth - 1));
}
