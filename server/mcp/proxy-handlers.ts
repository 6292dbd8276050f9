import type { AppHandlers } from '../../contract/index.ts';
import { ApiError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import type { Principal } from '../call/principal.ts';
import { type CallProgress, type CallWatch, makeWatched } from '../runs/call-watch.ts';
import type { ToolOutcome, Toolset } from '../runs/toolset.ts';
import type { ServerOrigin } from './definitions/server-definition.ts';
import { quoteList } from './server-view.ts';
import { createFindStarted, type FindStarted } from './servers/find-started.ts';
import type { RunningServers } from './servers/running-servers.ts';
import type { SupervisedServer } from './servers/supervised-server.ts';
import { toToolOutcome } from './tool-result.ts';

interface ToolCall {
  readonly server: string;
  /** Where it is defined; absent: the first of this id that runs, or a toolset. */
  readonly origin?: ServerOrigin | undefined;
  readonly tool: string;
  readonly args: Record<string, unknown>;
}

/** What the proxy calls. */
export interface ProxyHandlerOptions {
  readonly servers: RunningServers;
  /** Finds the server of a call; absent: among those of this process. */
  readonly findStarted?: FindStarted;
  /** Further toolsets that a caller calls like servers, by id, such as `skills`. */
  builtIn(principal: Principal): ReadonlyMap<string, Toolset>;
  /** Answers a call whose `Authorization` is the token of a sandbox; undefined for any other. Throws when the token is not valid. */
  callForSandbox?(authorization: unknown, call: ToolCall, signal: AbortSignal): Promise<SandboxAnswer> | undefined;
  /** Who is told of the tool calls of the request that is being answered, other than those of a sandbox; absent: nobody. */
  watchRequest?(): CallWatch;
}

/** What a call of code in a sandbox is answered. */
interface SandboxAnswer {
  readonly success: boolean;
  readonly result?: unknown;
  readonly error?: string;
  readonly kind?: 'tool' | 'not_found' | 'invalid_input' | 'denied' | 'limit' | 'transport';
  readonly content?: readonly unknown[];
}

/** Answers the endpoints that call tools by plain HTTP. */
export function createProxyHandlers(options: ProxyHandlerOptions): AppHandlers<RequestContext>['mcpProxy'] {
  const { servers, builtIn, callForSandbox, watchRequest, findStarted = createFindStarted(servers) } = options;
  return {
    async call({ input: { server_id, origin, tool_name, arguments: args = {} }, context, signal }) {
      const call = { server: server_id, origin, tool: tool_name, args };
      const answer = await callForSandbox?.(context.headers.authorization, call, signal);
      if (answer) return viewAnswer(answer);
      const parts = { servers, findStarted, toolsets: builtIn(context.principal), watch: watchRequest?.() };
      const { result, isError, content } = await callTool(parts, call, signal);
      const error = typeof result === 'string' ? result : JSON.stringify(result);
      return viewAnswer({ success: !isError, result, ...(isError && { error }), ...(content && { content }) });
    },
    async servers({ context, signal }) {
      const toolsets = builtIn(context.principal);
      await Promise.all([...toolsets.values()].map((toolset) => toolset.prepare?.({ signal })));
      const running = servers.listRunning().map(viewServer);
      const further = [...toolsets].map(([id, toolset]) => ({
        id,
        name: id,
        is_config: false,
        is_running: true,
        tools: toolset.list().map(({ name, description }) => ({ name, description })),
      }));
      return { servers: [...running, ...further], total: running.length + further.length };
    },
    health: () => ({ status: 'ok' }),
  };
}

interface CallParts {
  readonly servers: RunningServers;
  readonly findStarted: FindStarted;
  readonly toolsets: ReadonlyMap<string, Toolset>;
  readonly watch: CallWatch | undefined;
}

/** What a tool came to, and its blocks where one of them is more than text. */
type ProxyOutcome = ToolOutcome & { readonly content?: readonly unknown[] };

interface CallOptions {
  readonly signal: AbortSignal;
  readonly onStart: CallProgress['start'] | undefined;
}

function callTool(
  { servers, findStarted, toolsets, watch }: CallParts,
  call: ToolCall,
  signal: AbortSignal,
): Promise<ProxyOutcome> {
  const toolset = call.origin === undefined ? toolsets.get(call.server) : undefined;
  return makeWatched(
    watch,
    { ...call, server: toolset ? null : call.server },
    {
      make: (onStart) =>
        toolset
          ? callBuiltIn(toolset, call, { signal, watch, onStart })
          : callServer({ servers, findStarted, further: [...toolsets.keys()] }, call, { signal, onStart }),
      toEnd: (outcome) => outcome,
    },
  );
}

async function callBuiltIn(
  toolset: Toolset,
  { server, tool, args }: ToolCall,
  { signal, watch, onStart }: CallOptions & Pick<CallParts, 'watch'>,
): Promise<ToolOutcome> {
  await toolset.prepare?.({ signal });
  checkTool(server, tool, toolset.list());
  return toolset.call(tool, args, { signal, watch, trace: onStart?.() });
}

async function callServer(
  {
    servers,
    findStarted,
    further,
  }: Pick<CallParts, 'servers' | 'findStarted'> & { readonly further: readonly string[] },
  { server: serverId, origin, tool, args }: ToolCall,
  { signal, onStart }: CallOptions,
): Promise<ProxyOutcome> {
  const server = await findStarted(serverId, origin, signal);
  if (!server) {
    const known = quoteList([...further, ...servers.listRunning().map(({ definition }) => definition.id)]);
    throw new ApiError(
      'mcp-server-not-running',
      `MCP server '${serverId}' is not running. Available servers: ${known}`,
    );
  }
  if (server.status === 'running') checkTool(serverId, tool, server.tools);
  const answer = await server.call(tool, args, { signal, meta: onStart?.() });
  const isText = answer.content.every(({ type }) => type === 'text');
  return { ...toToolOutcome(answer), ...(!isText && { content: answer.content }) };
}

function checkTool(serverId: string, tool: string, tools: readonly { readonly name: string }[]): void {
  if (tools.some(({ name }) => name === tool)) return;
  const known = quoteList(tools.map(({ name }) => name));
  throw new ApiError(
    'mcp-tool-not-found',
    `Tool '${tool}' not found on MCP server '${serverId}'. Available tools: ${known}`,
  );
}

const viewAnswer = ({ success, result = null, error, kind, content }: SandboxAnswer) => ({
  success,
  result: success ? result : null,
  error: error ?? null,
  is_error: !success,
  ...(kind && { kind }),
  ...(content && { content: [...content] }),
});

const viewServer = ({ definition: { id, name, origin }, tools }: SupervisedServer) => ({
  id,
  name,
  is_config: origin === 'config',
  is_running: true,
  tools: tools.map((tool) => ({ name: tool.name, description: tool.description ?? tool.title ?? '' })),
});
