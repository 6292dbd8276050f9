import { untilAborted } from '../../async/until-aborted.ts';
import { ApiError } from '../../call/errors.ts';
import { createRedactor } from '../definitions/secrets.ts';
import { LAST_LINES, lastWords } from '../processes/last-words.ts';
import type { ResolvedLaunch } from '../processes/launch.ts';
import { resolveNpx } from '../processes/npx-cache.ts';
import { ProcessGroup, type ProcessGroupOptions } from '../processes/process-group.ts';
import { createMcpClient } from '../wire/mcp-client.ts';
import {
  type CallToolResult,
  type Client,
  loadMcpClient,
  type McpClientSdk,
  type ReadResourceResult,
  type Transport,
} from '../wire/mcp-sdk.ts';
import { withOwnSignal } from '../wire/own-signal.ts';
import { connectRemote, endRemoteSession } from '../wire/remote-transports.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { describeFailure } from './describe-failure.ts';
import { toErrorResult } from './failed-request.ts';
import type { ListedTools } from './list-tools.ts';
import { type CallOptions, callTool, readResource, type Sender } from './requests.ts';
import { ToolList } from './tool-list.ts';

/** What all connections of this process have in common. */
export interface ConnectionSettings extends Required<Pick<ProcessGroupOptions, 'records' | 'turns'>> {
  readonly limits: ConnectionLimits;
  /** The version by which this server introduces itself. */
  readonly version: string;
}

/** What one connection is opened with. */
export interface ConnectionOptions extends ConnectionSettings {
  readonly serverId: string;
  /** Called with the connection before it is opened: what the server writes meanwhile can be read from it. */
  onOpening(connection: OpeningConnection): void;
  /** Called with each sign of life of the server. */
  onHeard(): void;
  /** Called with each line of its standard error, secrets masked. */
  onLine(line: string): void;
  /** Called when the connection was lost without {@link Connection.close}; `reason` is one sentence. */
  onLost(reason: string): void;
  onToolsChanged(): void;
}

/** What is known of a connection before it is open. */
export type OpeningConnection = Pick<Connection, 'stderrLines' | 'stderrTail' | 'waitsFor'>;

const PROBE_TIMEOUT_MS = 15_000;

/** A connection that is used before it is open: a fault of this server. */
export class NotOpenError extends Error {
  override readonly name = 'NotOpenError';
}

/** A connection that was lost while it was opened. */
export class ConnectionClosedError extends Error {
  override readonly name = 'ConnectionClosedError';
}

/** One connection to one MCP server: handshake, tool list, calls. */
export class Connection {
  readonly #resolved: ResolvedLaunch;
  readonly #options: ConnectionOptions;
  readonly #redact: (text: string) => string;
  #client: Client | undefined;
  #group: ProcessGroup | undefined;
  #sdk: McpClientSdk | undefined;
  #tools: ToolList | undefined;
  #hasSpoken = false;
  #isOpen = false;
  #isLost = false;
  #isProbing = false;
  #closing: Promise<void> | undefined;

  constructor(resolved: ResolvedLaunch, options: ConnectionOptions) {
    this.#resolved = resolved;
    this.#options = options;
    this.#redact = createRedactor(resolved.secrets);
  }

  /** The tools it lists, and why others are not among them. */
  get listed(): ListedTools {
    return this.#tools?.listed ?? { tools: [], problems: [] };
  }

  /** What is waited for while it is opened, to be read after the name of the server. */
  get waitsFor(): string {
    if (!this.#hasSpoken)
      return this.#group && !this.#group.pid ? 'waits for its turn to start' : 'has not answered initialize yet';
    return 'has not answered tools/list yet';
  }

  /** The process behind it, when there is one. */
  get pid(): number | undefined {
    return this.#group?.pid;
  }

  /** The last lines the server wrote to its standard error, secrets masked. */
  stderrLines(count: number): string[] {
    return this.#group?.stderrLines(count) ?? [];
  }

  /** Connects and lists the tools; use `openConnection`, which also cleans up after a failure. */
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
        onHeard: () => this.#options.onHeard(),
        onLine: (line) => this.#options.onLine(line),
      });
      await this.#connect(this.#group, signal);
    } else {
      await connectRemote(launch, (transport) => this.#connect(transport, signal));
    }
    this.#hasSpoken = true;
    await this.#tools?.load(signal);
    this.#isOpen = true;
    if (this.#isLost && this.#group) throw new ConnectionClosedError('Connection closed');
  }

  /**
   * Calls a tool. What the server answers, errors included, is a result; throws when the server died (`mcp-server-failed`), was silent for
   * too long (`mcp-server-timeout`), or the reason of `signal` when that aborts.
   */
  async call(name: string, args: Record<string, unknown>, options: CallOptions = {}): Promise<CallToolResult> {
    const sender = this.#sender();
    try {
      return await callTool(sender, { name, arguments: args }, options);
    } catch (cause) {
      options.signal?.throwIfAborted();
      return this.#toResult(cause, name);
    }
  }

  /** Reads a resource; throws as {@link call} does, and `ui-resource-not-found` when the server has none of this URI. */
  async readResource(uri: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<ReadResourceResult> {
    const sender = this.#sender();
    try {
      return await readResource(sender, uri, signal);
    } catch (cause) {
      signal?.throwIfAborted();
      this.#toResult(cause, uri);
      const { serverId } = this.#options;
      throw new ApiError('ui-resource-not-found', `MCP server '${serverId}' has no resource ${uri}`, { cause });
    }
  }

  #sender(): Sender {
    if (!this.#client || !this.#sdk) throw new NotOpenError('A connection is used before it is open');
    return { client: this.#client, sdk: this.#sdk, limits: this.#options.limits };
  }

  /** What a failed request for `target` comes to: the error that the server answered is a result, anything else is thrown. */
  #toResult(cause: unknown, target: string): CallToolResult {
    const { serverId } = this.#options;
    const isOver = this.#isLost || this.#closing !== undefined;
    const result = this.#sdk && toErrorResult(cause, this.#sdk, { serverId, target, isOver });
    if (result) return result;
    const why = this.describeFailure(cause);
    // The end of a process is noticed anyway; that of a remote server only by a request that fails.
    if (!this.#group) this.#lose(why);
    throw new ApiError('mcp-server-failed', `MCP server '${serverId}' ${why} during the call of '${target}'`, {
      cause,
    });
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
    const client = createMcpClient(this.#sdk, version);
    this.#client = client;
    client.onclose = () => {
      if (client === this.#client) this.#lose(this.#group?.end ?? 'closed the connection');
    };
    if (!this.#group) {
      client.onerror = () => void this.#probe();
      transport.onmessage = () => this.#options.onHeard();
    }
    this.#tools = new ToolList(client, this.#sdk, { limits, onChange: () => this.#options.onToolsChanged() });
    // How long the server may take is decided by whoever opens the connection.
    const timeout = limits.startTotalMs + 1000;
    // `start` of a transport knows no signal: an SSE stream that never opens would be waited for without end.
    await withOwnSignal(signal, (own) => untilAborted(client.connect(transport, { signal: own, timeout }), signal));
  }

  // The transport does not notice that a remote server dies in the middle of an answer: a ping finds out whether it lives.
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
    // While a remote server is connected to, the end of one transport is no loss: another one may be tried.
    if (this.#isLost || this.#closing || (!this.#isOpen && !this.#group)) return;
    this.#isLost = true;
    this.#tools?.close();
    if (this.#isOpen) this.#options.onLost(this.#redact(reason) + this.stderrTail());
  }

  /** Why something failed, to be read after the name of the server. */
  describeFailure(cause: unknown): string {
    if (this.#closing && !this.#isLost) return 'was stopped';
    return this.#group?.end ?? describeFailure(cause, this.#redact);
  }

  /** `: ` and the last words of its standard error, or nothing. */
  stderrTail(): string {
    return lastWords(this.stderrLines(LAST_LINES));
  }
}
