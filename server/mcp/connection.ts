/** One live connection to one MCP server: handshake, tool list, calls. */
import { ApiError } from '../errors.ts';
import { LAST_LINES, lastWords } from './last-words.ts';
import type { ResolvedLaunch } from './launch.ts';
import { listTools } from './list-tools.ts';
import {
  type CallToolResult,
  type Client,
  loadMcpClient,
  type ReadResourceResult,
  type Tool,
  type Transport,
} from './mcp-sdk.ts';
import { resolveNpx } from './npx-cache.ts';
import { ProcessGroup, type ProcessGroupOptions } from './process-group.ts';
import { connectRemote } from './remote-transports.ts';
import { createRedactor } from './secrets.ts';

/** Limits of a connection, each with a default. Times are in milliseconds. */
export interface ConnectionLimits {
  /** Until the handshake is done and the tools are listed; the first run of an npx package downloads it. */
  readonly startTimeoutMs: number;
  /** How long a call may be silent; each progress report starts it anew. */
  readonly callTimeoutMs: number;
  /** How long a call may take in all, whatever progress it reports. */
  readonly callTotalMs: number;
  readonly maxTools: number;
  readonly maxToolsBytes: number;
  readonly graceMs: { readonly input: number; readonly term: number };
}

export const DEFAULT_LIMITS: ConnectionLimits = {
  startTimeoutMs: 60_000,
  callTimeoutMs: 60_000,
  callTotalMs: 30 * 60_000,
  maxTools: 1000,
  maxToolsBytes: 4 * 1024 * 1024,
  graceMs: { input: 500, term: 2000 },
};

export interface ConnectionOptions {
  readonly serverId: string;
  readonly limits: ConnectionLimits;
  readonly version: string;
  readonly records?: ProcessGroupOptions['records'];
  readonly turns?: ProcessGroupOptions['turns'];
  /** The connection was lost without {@link Connection.close}; `reason` is one sentence. */
  onLost(reason: string): void;
  onToolsChanged(): void;
  /** The connection as soon as there is something to be read of it, long before it is open. */
  onBegun?(connection: Pick<Connection, 'stderrLines'>): void;
}

/** Told of each progress report of a call. */
export type OnProgress = (progress: {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}) => void;

/** How a tool is called. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the call may be silent. */
  readonly timeoutMs?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** The `_meta` of the request. */
  readonly meta?: Record<string, unknown> | undefined;
}

const REFRESH_DELAY_MS = 50;
const PROBE_TIMEOUT_MS = 5000;

/** Connects and lists the tools, or throws saying why not and leaves no process behind. */
export async function openConnection(
  resolved: ResolvedLaunch,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const deadline = AbortSignal.timeout(options.limits.startTimeoutMs);
  const connection = new Connection(resolved, options);
  options.onBegun?.(connection);
  try {
    await connection.open(AbortSignal.any([signal, deadline]));
    return connection;
  } catch (cause) {
    const seconds = options.limits.startTimeoutMs / 1000;
    const why = deadline.aborted ? `did not answer within ${seconds} s` : connection.describeFailure(cause);
    await connection.close();
    throw new ApiError('mcp-start-failed', `MCP server '${options.serverId}' ${why}${connection.stderrTail()}`, {
      cause,
    });
  }
}

export class Connection {
  readonly #resolved: ResolvedLaunch;
  readonly #options: ConnectionOptions;
  readonly #redact: (text: string) => string;
  #client: Client | undefined;
  #group: ProcessGroup | undefined;
  #sdk: Awaited<ReturnType<typeof loadMcpClient>> | undefined;
  #tools: readonly Tool[] = [];
  #isOpen = false;
  #isLost = false;
  #isProbing = false;
  #refresh: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(resolved: ResolvedLaunch, options: ConnectionOptions) {
    this.#resolved = resolved;
    this.#options = options;
    this.#redact = createRedactor(resolved.secrets);
  }

  get tools(): readonly Tool[] {
    return this.#tools;
  }

  /** The process behind it, when there is one. */
  get pid(): number | undefined {
    return this.#group?.pid;
  }

  /** The last lines the server wrote to its standard error, secrets masked. */
  stderrLines(count: number): string[] {
    return this.#group?.stderrLines(count) ?? [];
  }

  /** Use {@link openConnection}, which also cleans up. */
  async open(signal: AbortSignal): Promise<void> {
    this.#sdk = await loadMcpClient();
    signal.throwIfAborted();
    const { launch } = this.#resolved;
    if (launch.type === 'stdio') {
      const { limits, records, turns } = this.#options;
      this.#group = new ProcessGroup(await resolveNpx(launch), {
        redact: this.#redact,
        records,
        turns,
        graceMs: limits.graceMs,
      });
      await this.#connect(this.#group, signal);
    } else {
      await connectRemote(launch, (transport) => this.#connect(transport, signal));
    }
    this.#tools = await this.#listTools(signal);
    this.#isOpen = true;
    if (this.#isLost && this.#group) throw new Error('Connection closed');
  }

  /**
   * Calls a tool. What the server answers, errors included, is a result; throws when the server died (`mcp-server-failed`), was silent for
   * too long (`mcp-server-timeout`), or the reason of `signal` when that aborts.
   */
  async call(
    name: string,
    args: Record<string, unknown>,
    { signal, timeoutMs, onProgress = ignoreProgress, meta }: CallOptions = {},
  ): Promise<CallToolResult> {
    const { limits, serverId } = this.#options;
    if (!this.#client || !this.#sdk) throw new Error('A connection is used before it is open');
    signal?.throwIfAborted();
    // The SDK never takes its listener off a signal, and a run's signal outlives thousands of calls.
    const call = new AbortController();
    const abort = () => call.abort(signal?.reason);
    signal?.addEventListener('abort', abort);
    const silenceMs = timeoutMs ?? limits.callTimeoutMs;
    try {
      return await this.#client.request(
        { method: 'tools/call', params: { name, arguments: args, ...(meta && { _meta: meta }) } },
        this.#sdk.CallToolResultSchema,
        {
          signal: call.signal,
          timeout: silenceMs,
          resetTimeoutOnProgress: true,
          maxTotalTimeout: Math.max(limits.callTotalMs, silenceMs),
          onprogress: onProgress,
        },
      );
    } catch (cause) {
      signal?.throwIfAborted();
      return this.#toResult(cause, `MCP server '${serverId}'`, name);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Reads a resource; throws as {@link call} does, and `ui-resource-not-found` when the server has none of this URI. */
  async readResource(uri: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<ReadResourceResult> {
    const { limits, serverId } = this.#options;
    if (!this.#client || !this.#sdk) throw new Error('A connection is used before it is open');
    signal?.throwIfAborted();
    const read = new AbortController();
    const abort = () => read.abort(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      return await this.#client.request(
        { method: 'resources/read', params: { uri } },
        this.#sdk.ReadResourceResultSchema,
        {
          signal: read.signal,
          timeout: limits.callTimeoutMs,
        },
      );
    } catch (cause) {
      signal?.throwIfAborted();
      this.#toResult(cause, `MCP server '${serverId}'`, uri);
      throw new ApiError('ui-resource-not-found', `MCP server '${serverId}' has no resource ${uri}`, { cause });
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  #toResult(cause: unknown, server: string, tool: string): CallToolResult {
    const { McpError, ErrorCode } = this.#sdk ?? {};
    if (McpError && ErrorCode && cause instanceof McpError) {
      const code: number = cause.code;
      if (code === ErrorCode.RequestTimeout) {
        throw new ApiError('mcp-server-timeout', `${server} did not finish the call of '${tool}' in time`, { cause });
      }
      if (code !== ErrorCode.ConnectionClosed)
        return { content: [{ type: 'text', text: cause.message }], isError: true };
    }
    if (isValidationError(cause)) {
      return {
        content: [{ type: 'text', text: `${server} answered '${tool}' with what is no tool result` }],
        isError: true,
      };
    }
    const why = this.describeFailure(cause);
    if (!this.#group) this.#lose(why);
    throw new ApiError('mcp-server-failed', `${server} ${why} during the call of '${tool}'`, { cause });
  }

  /** Ends the connection and every process behind it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#refresh);
    const remote = this.#group ? undefined : this.#client?.transport;
    if (remote && 'terminateSession' in remote && typeof remote.terminateSession === 'function') {
      // A server that has gone away need not be told; one that hangs must not hold us up.
      await Promise.race([Promise.resolve(remote.terminateSession()).catch(() => undefined), after(1000)]);
    }
    await Promise.all([this.#group?.close(), this.#client?.close()]);
  }

  async #connect(transport: Transport, signal: AbortSignal): Promise<void> {
    if (!this.#sdk) return;
    const { Client, ToolListChangedNotificationSchema } = this.#sdk;
    const client = new Client(
      { name: 'agent-runtimes', version: this.#options.version },
      { capabilities: CAPABILITIES, jsonSchemaValidator: NO_VALIDATOR },
    );
    this.#client = client;
    client.onclose = () => {
      if (client === this.#client) this.#lose(this.#group?.end ?? 'closed the connection');
    };
    if (!this.#group) client.onerror = () => void this.#probe();
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => this.#refreshSoon());
    const aborted = onAbort(signal);
    try {
      // `start` of a transport knows no signal: an SSE stream that never opens would be waited for without end.
      await Promise.race([
        client.connect(transport, { signal: aborted.signal, timeout: this.#options.limits.startTimeoutMs + 1000 }),
        aborted.promise,
      ]);
    } finally {
      aborted.release();
    }
  }

  #listTools(signal?: AbortSignal): Promise<readonly Tool[]> {
    if (!this.#client || !this.#sdk) return Promise.resolve([]);
    return listTools(this.#client, this.#sdk, this.#options.limits, signal);
  }

  // Several changes at once are one refresh, and a server that announces changes without end is asked twenty times a second at most.
  #refreshSoon(): void {
    if (!this.#isOpen || this.#refresh || this.#closing) return;
    this.#refresh = setTimeout(() => {
      this.#refresh = undefined;
      this.#listTools().then(
        (tools) => {
          this.#tools = tools;
          this.#options.onToolsChanged();
        },
        () => undefined, // The old list stays; if the server died, that is reported where it is noticed.
      );
    }, REFRESH_DELAY_MS);
  }

  // A remote server that dies in mid answer is not noticed by the transport; whether it still lives is found out by asking.
  async #probe(): Promise<void> {
    if (!this.#isOpen || this.#isLost || this.#closing || this.#isProbing) return;
    this.#isProbing = true;
    try {
      await this.#client?.ping({ timeout: PROBE_TIMEOUT_MS });
    } catch (cause) {
      this.#lose(this.describeFailure(cause));
      await this.#client?.close();
    } finally {
      this.#isProbing = false;
    }
  }

  #lose(reason: string): void {
    // A first way that failed says nothing of the second.
    if (this.#isLost || this.#closing || (!this.#isOpen && !this.#group)) return;
    this.#isLost = true;
    clearTimeout(this.#refresh);
    if (this.#isOpen) this.#options.onLost(this.#redact(reason) + this.stderrTail());
  }

  /** Why something failed, to be read after the name of the server. */
  describeFailure(cause: unknown): string {
    if (this.#closing && !this.#isLost) return 'was stopped';
    if (this.#group?.end) return this.#group.end;
    if (!(cause instanceof Error)) return 'failed';
    const reason = cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
    return this.#redact(`failed (${reason.slice(0, 300)})`);
  }

  /** `: ` and why, in the words of its standard error, or nothing. */
  stderrTail(): string {
    return lastWords(this.stderrLines(LAST_LINES));
  }
}

// Results go to the model as they are, so nothing is ever checked against an output schema; the SDK's own validator costs each client
// more than a millisecond and much memory.
const NO_VALIDATOR = {
  getValidator: () => () => ({ valid: false as const, data: undefined, errorMessage: 'Schemas are not checked here' }),
};

// Servers offer their tools with pages only to clients that say they can show them.
const CAPABILITIES = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } } };

const ignoreProgress = () => undefined;
const after = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds).unref());
const isValidationError = (cause: unknown) => cause instanceof Error && 'issues' in cause;

/** A promise that rejects when `signal` aborts, and a signal of its own that can be let go. */
function onAbort(signal: AbortSignal) {
  const own = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const listener = () => {
    own.abort(signal.reason);
    reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  };
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener);
  return { promise, signal: own.signal, release: () => signal.removeEventListener('abort', listener) };
}
