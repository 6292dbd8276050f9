/** One live connection to one MCP server: handshake, tool list, calls. */

import { untilAborted } from '../../async/until-aborted.ts';
import { ApiError } from '../../call/errors.ts';
import { createRedactor } from '../definitions/secrets.ts';
import { LAST_LINES, lastWords } from '../processes/last-words.ts';
import type { ResolvedLaunch } from '../processes/launch.ts';
import { resolveNpx } from '../processes/npx-cache.ts';
import { ProcessGroup, type ProcessGroupOptions } from '../processes/process-group.ts';
import {
  type CallToolResult,
  type Client,
  loadMcpClient,
  type ReadResourceResult,
  type Tool,
  type Transport,
} from '../wire/mcp-sdk.ts';
import { withOwnSignal } from '../wire/own-signal.ts';
import { connectRemote, endRemoteSession } from '../wire/remote-transports.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { ToolList } from './tool-list.ts';

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

const PROBE_TIMEOUT_MS = 5000;

/** Connects and lists the tools, or throws saying why not and leaves no process behind. */
export async function openConnection(
  resolved: ResolvedLaunch,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Connection> {
  // A signal that times out by itself would hold everything that waited for it until then, long after the start.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error('The start took too long')), options.limits.startTimeoutMs);
  const connection = new Connection(resolved, options);
  options.onBegun?.(connection);
  try {
    await connection.open(AbortSignal.any([signal, deadline.signal]));
    return connection;
  } catch (cause) {
    const seconds = options.limits.startTimeoutMs / 1000;
    const why = deadline.signal.aborted ? `did not answer within ${seconds} s` : connection.describeFailure(cause);
    await connection.close();
    throw new ApiError('mcp-start-failed', `MCP server '${options.serverId}' ${why}${connection.stderrTail()}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

export class Connection {
  readonly #resolved: ResolvedLaunch;
  readonly #options: ConnectionOptions;
  readonly #redact: (text: string) => string;
  #client: Client | undefined;
  #group: ProcessGroup | undefined;
  #sdk: Awaited<ReturnType<typeof loadMcpClient>> | undefined;
  #tools: ToolList | undefined;
  #isOpen = false;
  #isLost = false;
  #isProbing = false;
  #closing: Promise<void> | undefined;

  constructor(resolved: ResolvedLaunch, options: ConnectionOptions) {
    this.#resolved = resolved;
    this.#options = options;
    this.#redact = createRedactor(resolved.secrets);
  }

  get tools(): readonly Tool[] {
    return this.#tools?.tools ?? [];
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
    await this.#tools?.load(signal);
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
    const { callTimeoutMs, callTotalMs } = this.#options.limits;
    const { client, sdk } = this.#use();
    const timeout = timeoutMs ?? callTimeoutMs;
    const params = { name, arguments: args, ...(meta && { _meta: meta }) };
    try {
      return await withOwnSignal(signal, (own) =>
        client.request({ method: 'tools/call', params }, sdk.CallToolResultSchema, {
          signal: own,
          timeout,
          resetTimeoutOnProgress: true,
          maxTotalTimeout: Math.max(callTotalMs, timeout),
          onprogress: onProgress,
        }),
      );
    } catch (cause) {
      signal?.throwIfAborted();
      return this.#toResult(cause, name);
    }
  }

  /** Reads a resource; throws as {@link call} does, and `ui-resource-not-found` when the server has none of this URI. */
  async readResource(uri: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<ReadResourceResult> {
    const { limits, serverId } = this.#options;
    const { client, sdk } = this.#use();
    try {
      return await withOwnSignal(signal, (own) =>
        client.request({ method: 'resources/read', params: { uri } }, sdk.ReadResourceResultSchema, {
          signal: own,
          timeout: limits.callTimeoutMs,
        }),
      );
    } catch (cause) {
      signal?.throwIfAborted();
      this.#toResult(cause, uri);
      throw new ApiError('ui-resource-not-found', `MCP server '${serverId}' has no resource ${uri}`, { cause });
    }
  }

  #use() {
    if (!this.#client || !this.#sdk) throw new Error('A connection is used before it is open');
    return { client: this.#client, sdk: this.#sdk };
  }

  /** What a failed request comes to: the error of a tool is a result, and anything else is thrown. */
  #toResult(cause: unknown, tool: string): CallToolResult {
    const server = `MCP server '${this.#options.serverId}'`;
    const { McpError, ErrorCode } = this.#sdk ?? {};
    if (McpError && cause instanceof McpError) {
      if (isTimeout(cause)) {
        throw new ApiError('mcp-server-timeout', `${server} did not finish the call of '${tool}' in time`, { cause });
      }
      // Servers too answer with the code by which the SDK says that the connection is closed.
      const code: number = cause.code;
      const isOver = this.#isLost || this.#closing !== undefined;
      if (code !== ErrorCode?.ConnectionClosed || !isOver) return toError(cause.message);
    }
    if (isValidationError(cause)) return toError(`${server} answered '${tool}' with what is no tool result`);
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
    this.#tools?.close();
    if (!this.#group) await endRemoteSession(this.#client?.transport);
    await Promise.all([this.#group?.close(), this.#client?.close()]);
  }

  async #connect(transport: Transport, signal: AbortSignal): Promise<void> {
    if (!this.#sdk) return;
    const { limits, version } = this.#options;
    const client = new this.#sdk.Client(
      { name: 'agent-runtimes', version },
      { capabilities: CAPABILITIES, jsonSchemaValidator: NO_VALIDATOR },
    );
    this.#client = client;
    client.onclose = () => {
      if (client === this.#client) this.#lose(this.#group?.end ?? 'closed the connection');
    };
    if (!this.#group) client.onerror = () => void this.#probe();
    this.#tools = new ToolList(client, this.#sdk, { limits, onChange: () => this.#options.onToolsChanged() });
    const timeout = limits.startTimeoutMs + 1000;
    // `start` of a transport knows no signal: an SSE stream that never opens would be waited for without end.
    await withOwnSignal(signal, (own) => untilAborted(client.connect(transport, { signal: own, timeout }), signal));
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
    this.#tools?.close();
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
const toError = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true });
// By what the SDK says with it: servers answer with its code, too.
const isTimeout = ({ data }: { data?: unknown }) =>
  typeof data === 'object' && data !== null && ('timeout' in data || 'maxTotalTimeout' in data);
const isValidationError = (cause: unknown) => cause instanceof Error && 'issues' in cause;
