/** Reads the messages of servers before anything checks them: what has one meaning is mended, whatever sent it. */

import type { JSONRPCMessage } from './mcp-sdk.ts';
import { mendHandshake } from './mend-handshake.ts';
import { mendContents, mendPart } from './mend-part.ts';
import { mendToolResult } from './mend-tool-result.ts';
import { isRecord, withoutNulls } from './without-nulls.ts';

/**
 * The messages in a JSON value, one or a batch, in a form that the SDK takes: null counts as absent, fields that JSON-RPC does not know are
 * left out, and so is what is no message.
 */
export function readMessages(value: unknown): JSONRPCMessage[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) => readMessage(one) ?? []);
}

function readMessage(value: unknown): JSONRPCMessage | undefined {
  if (!isRecord(value) || value.jsonrpc !== '2.0') return undefined;
  const { id, method, params, result, error } = value;
  const knownId = isId(id) ? { id } : {};
  if (typeof method === 'string') {
    return { jsonrpc: '2.0', ...knownId, method, ...(isRecord(params) && { params: withoutNulls(params) }) };
  }
  const isError = (result ?? undefined) === undefined && (error ?? undefined) !== undefined;
  if (isError) return { jsonrpc: '2.0', ...knownId, error: mendError(error) };
  return isId(id) ? { jsonrpc: '2.0', id, result: mendResult(result) } : undefined;
}

const INTERNAL_ERROR = -32603;

function mendError(error: unknown): { code: number; message: string; data?: unknown } {
  if (!isRecord(error)) return { code: INTERNAL_ERROR, message: String(error) };
  const code = Number(error.code ?? INTERNAL_ERROR);
  return {
    code: Number.isSafeInteger(code) ? code : INTERNAL_ERROR,
    message: typeof error.message === 'string' ? error.message : JSON.stringify(error.message ?? error),
    ...((error.data ?? undefined) !== undefined && { data: error.data }),
  };
}

const HANDSHAKE = ['protocolVersion', 'serverInfo'];
const TOOL_RESULT = ['content', 'structuredContent', 'toolResult', 'isError'];
const LISTS = ['tools', 'resources', 'resourceTemplates', 'prompts', 'messages', 'contents'];

/** A result as the protocol has it. What it is a result of is told from its fields; one of an unknown kind stays as it is. */
function mendResult(value: unknown): Record<string, unknown> {
  if ((value ?? undefined) === undefined) return {};
  // Nothing but a tool is so free with its answers.
  if (!isRecord(value)) return mendToolResult({ content: value });
  const { _meta: meta, ...fields } = value;
  const result = isRecord(meta) ? value : fields;
  const has = (names: readonly string[]) => names.some((name) => name in result);
  if (has(HANDSHAKE)) return mendHandshake(withoutNulls(result));
  if (has(TOOL_RESULT)) return mendToolResult(withoutNulls(result));
  return mendList(has(LISTS) ? withoutNulls(result) : result);
}

/** A list, with a cursor only when there is more to ask for. */
function mendList({ nextCursor, messages, contents, ...list }: Record<string, unknown>): Record<string, unknown> {
  const cursor = typeof nextCursor === 'number' ? String(nextCursor) : nextCursor;
  return {
    ...list,
    ...(typeof cursor === 'string' && cursor !== '' && { nextCursor: cursor }),
    ...(Array.isArray(messages) && { messages: messages.map(mendPromptMessage) }),
    ...(Array.isArray(contents) && { contents: contents.flatMap((one) => mendContents(one) ?? []) }),
  };
}

const mendPromptMessage = (message: unknown) =>
  isRecord(message) && 'content' in message ? { ...message, content: mendPart(message.content) } : message;

const isId = (id: unknown): id is string | number => typeof id === 'string' || Number.isSafeInteger(id);
