/** The servers that the code of an agent may call: the MCP servers it selects. */
import { ApiError } from '../call/errors.ts';
import type { RunningServers, ServerReference } from '../mcp/servers/running-servers.ts';
import type { SupervisedServer } from '../mcp/servers/supervised-server.ts';
import { toToolOutcome } from '../mcp/tool-result.ts';
import type { CallToolResult } from '../mcp/wire/mcp-sdk.ts';
import type { ToolCallAnswer, ToolCallHandler } from '../sandbox/sandbox.ts';
import type { BindableTool } from './tool-stub.ts';

type CallOptions = Parameters<ToolCallHandler>[3];

/** A server as code sees it. */
export interface CodeServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly tools: readonly BindableTool[];
  hasTool(name: string): boolean;
  /** Never throws for what the tool does. */
  call(tool: string, args: Record<string, unknown>, options: CallOptions): Promise<ToolCallAnswer>;
}

/** The servers that an agent selects, each id once. */
export function listCodeServers(servers: RunningServers, selection: readonly ServerReference[]): CodeServer[] {
  const found = new Map<string, CodeServer>();
  for (const reference of selection) {
    const server = servers.find(reference);
    if (server && !found.has(server.definition.id)) found.set(server.definition.id, fromServer(server));
  }
  return [...found.values()];
}

/** The one way from code to a tool: only to servers of the agent, and to tools they have. */
export async function callForCode(
  allowed: readonly CodeServer[],
  call: { readonly server: string; readonly tool: string; readonly args: Readonly<Record<string, unknown>> },
  options: CallOptions,
): Promise<ToolCallAnswer> {
  const server = allowed.find(({ id }) => id === call.server);
  if (!server) {
    const known = allowed.map(({ id }) => `'${id}'`).join(', ');
    return fail('denied', `This agent may not use the MCP server '${call.server}'; it may use: [${known}]`);
  }
  if (server.status === 'running' && !server.hasTool(call.tool)) {
    return fail('not_found', `Tool '${call.tool}' not found on MCP server '${call.server}'`);
  }
  try {
    return await server.call(call.tool, { ...call.args }, options);
  } catch (cause) {
    if (options.signal.aborted) return fail('transport', `The call of '${call.tool}' was cancelled`);
    if (!(cause instanceof ApiError)) throw cause;
    return fail(cause.code === 'mcp-server-not-running' ? 'not_found' : 'transport', cause.message);
  }
}

const fromServer = (server: SupervisedServer): CodeServer => ({
  id: server.definition.id,
  name: server.definition.name,
  status: server.status,
  get tools() {
    return server.tools.map(({ name, title, description, inputSchema, outputSchema }) => ({
      name,
      description: description ?? title ?? '',
      inputSchema,
      outputSchema,
    }));
  },
  hasTool: (tool) => server.tools.some(({ name }) => name === tool),
  call: async (tool, args, { signal, onStart }) =>
    toAnswer(await server.call(tool, args, { signal, meta: onStart?.() })),
});

/**
 * Structured content as it is; else text, decoded when it is a JSON object or list, so that a text that looks like a number stays one;
 * else all blocks as a list. What is beside structured content and is more than text goes with it.
 */
function toAnswer(result: CallToolResult): ToolCallAnswer {
  const { content, structuredContent, isError } = result;
  const isText = content.every(({ type }) => type === 'text');
  if (isError) {
    const { result: described } = toToolOutcome(result);
    const error = typeof described === 'string' ? described : JSON.stringify(described);
    return { ...fail('tool', error || 'The tool failed and said nothing'), ...(!isText && { content }) };
  }
  if (structuredContent !== undefined) return { success: true, result: structuredContent, ...(!isText && { content }) };
  if (!isText) return { success: true, result: content };
  return { success: true, result: decode(content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')) };
}

function decode(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

type Failure = Extract<ToolCallAnswer, { success: false }>;
const fail = (kind: Failure['kind'], error: string): Failure => ({ success: false, kind, error });
