import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { ApiError } from '../../call/errors.ts';
import type { Principal } from '../../call/principal.ts';
import type { CallWatch } from '../../runs/call-watch.ts';
import { createFindStarted, type FindStarted } from '../servers/find-started.ts';
import type { RunningServers } from '../servers/running-servers.ts';
import { loadMcpServer, type McpServerSdk } from '../wire/mcp-sdk.ts';
import { createAggregate } from './aggregate.ts';
import { AllTools } from './all-tools.ts';
import { type AgentTools, toolsOfAgent } from './door-tools.ts';
import { Pipe } from './pipe.ts';
import type { Session } from './session.ts';
import { type Opening, type SessionLimits, Sessions } from './sessions.ts';
import { openUpstream } from './upstream.ts';

/** What the doors are opened with. */
export interface DoorOptions {
  /** Makes who is told of the calls of the request that is being answered; absent: nobody. */
  readonly watchRequest?: (() => CallWatch) | undefined;
  readonly servers: RunningServers;
  /** Finds the server of a session; absent: among those of this process. */
  readonly findStarted?: FindStarted | undefined;
  readonly agents: AgentTools;
  readonly version: string;
  /** The path of all tools, such as `/api/v1/mcp`. */
  readonly base: string;
  /** The path of the agents, such as `/api/v1/agents`. */
  readonly agentsBase: string;
  /** The text of a request's JSON body, within the limits of every body. */
  readBody(request: IncomingMessage, response: ServerResponse): Promise<string>;
  /** Who sends a request: a session is open to nobody but the one who opened it. */
  principalOf(request: IncomingMessage): Principal;
  readonly limits?: { readonly oneServer: SessionLimits; readonly allServers: SessionLimits } | undefined;
}

const IDLE_MS = 10 * 60_000;
const LIMITS = {
  // Each session is a process.
  oneServer: { idleMs: IDLE_MS, maxSessions: 32 },
  allServers: { idleMs: IDLE_MS, maxSessions: 256 },
};

/** What a session is opened on: one server, one agent, or all of them. */
type Door = { readonly type: 'server' | 'agent'; readonly id: string } | { readonly type: 'all' };

/**
 * The standard ways in for MCP clients, over streamable HTTP: one server at `{base}/servers/{id}/mcp`, with a process of its own for each
 * session, one agent at `{agentsBase}/{id}/mcp`, and all running servers and agents in one at `{base}`.
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
 */
export class McpDoors {
  readonly #options: DoorOptions;
  readonly #serverSessions: Sessions;
  /** Those at all other doors. */
  readonly #sharedSessions: Sessions;
  readonly #unsubscribe: readonly (() => void)[];
  readonly #path: RegExp;
  readonly #findStarted: FindStarted;
  #tools: AllTools | undefined;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#findStarted = options.findStarted ?? createFindStarted(options.servers);
    const { oneServer, allServers } = options.limits ?? LIMITS;
    this.#serverSessions = new Sessions(oneServer);
    this.#sharedSessions = new Sessions(allServers);
    this.#unsubscribe = [
      options.servers.onToolsChanged(() => this.#serverSessions.endUnwanted()),
      options.agents.onChange(() => this.#sharedSessions.endUnwanted()),
    ];
    const { base, agentsBase } = options;
    this.#path = new RegExp(
      `^(?:${base}(?:/servers/(?<server>[^/]+)/mcp)?|${agentsBase}/(?<agent>[^/]+)/mcp)(?<slash>/?)$`,
    );
  }

  /** Serves the paths at and below both bases; to be mounted there. */
  readonly handler: RequestHandler = async (request, response, next) => {
    const [path = '', query] = request.originalUrl.split('?', 2);
    const found = this.#path.exec(path)?.groups;
    if (!found) return next();
    if (found.slash) return response.redirect(307, path.slice(0, -1) + (query === undefined ? '' : `?${query}`));
    checkMethod(request);
    const door = toDoor(found);
    this.#check(door);
    await this.#answer(request, response, door);
  };

  /** Ends every session with its backend, and lets no other be opened. */
  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await Promise.all([this.#serverSessions.close(), this.#sharedSessions.close()]);
    this.#tools?.close();
  }

  #check(door: Door): void {
    const { servers, agents } = this.#options;
    if (door.type === 'server' && !servers.find(door.id)) {
      throw new ApiError('mcp-server-not-found', `MCP server not found: ${door.id}`);
    }
    if (door.type === 'agent' && !agents.find(door.id)) {
      throw new ApiError('agent-not-found', `Agent not found: ${door.id}`);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, door: Door): Promise<void> {
    const sessions = door.type === 'server' ? this.#serverSessions : this.#sharedSessions;
    const principal = this.#options.principalOf(request);
    const place = { door: JSON.stringify(door), owner: principal.name ?? '' };
    const sessionId = request.headers['mcp-session-id'];
    if (sessionId !== undefined) {
      const session = sessions.find(String(sessionId), place);
      if (request.method !== 'DELETE') return session.handle(request, response, await this.#read(request, response));
      await sessions.end(session);
      response.writeHead(204).end();
      return;
    }
    const body = request.method === 'POST' ? await this.#read(request, response) : undefined;
    const sdk = await loadMcpServer();
    if (!sdk.isInitializeRequest(body)) {
      throw new ApiError('mcp-session-required', 'This needs the Mcp-Session-Id of a session, which initialize opens');
    }
    const departure = new AbortController();
    response.once('close', () => departure.abort(new ApiError('malformed-request', 'The caller has left')));
    const session = await sessions.open(sdk, place, async () =>
      door.type === 'server' ? this.#openOne(door.id, body, departure.signal) : this.#openShared(sdk, door, principal),
    );
    if (!departure.signal.aborted) await session.handle(request, response, body);
    // Nobody comes back to a session that was refused for its headers or whose caller has left; or its server was stopped meanwhile.
    if (!session.isInitialized || !session.isWanted) await sessions.end(session);
  }

  #openShared(sdk: McpServerSdk, door: Exclude<Door, { type: 'server' }>, principal: Principal): Opening {
    const { servers, agents, version, watchRequest } = this.#options;
    const isAgent = door.type === 'agent';
    this.#tools ??= new AllTools({ servers, agents, watchRequest });
    const tools = isAgent ? toolsOfAgent(agents, door.id) : this.#tools;
    return {
      backend: createAggregate(sdk, { tools, version, principal }),
      isWanted: () => !isAgent || agents.find(door.id) !== undefined,
      onOpened: () => undefined,
    };
  }

  async #openOne(id: string, initialize: object, signal: AbortSignal): Promise<Opening> {
    const { servers } = this.#options;
    const server = (await this.#findStarted(id, undefined, signal)) ?? servers.find(id);
    if (!server?.isWanted) {
      const why = server?.error ?? `MCP server '${id}' is not running`;
      throw new ApiError('mcp-server-failed', why);
    }
    const { definition } = server;
    const upstream = await openUpstream(server, initialize, signal);
    let session: Session | undefined;
    const backend = new Pipe(upstream, {
      name: id,
      watchRequest: this.#options.watchRequest,
      onEnd: () => {
        if (session) void this.#serverSessions.end(session);
      },
    });
    return {
      backend,
      // Who stops, removes or changes a server means its sessions too; when it merely restarts, their own processes run on.
      isWanted: () => server.isWanted && server.definition === definition,
      onOpened: (opened) => {
        session = opened;
      },
    };
  }

  async #read(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    if (request.method !== 'POST') return undefined;
    const text = await this.#options.readBody(request, response);
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new ApiError('malformed-json', 'The body is not JSON', { cause });
    }
  }
}

function toDoor({ server, agent }: Record<string, string | undefined>): Door {
  if (server !== undefined) return { type: 'server', id: decode(server) };
  return agent === undefined ? { type: 'all' } : { type: 'agent', id: decode(agent) };
}

function checkMethod({ method = '' }: IncomingMessage): void {
  if (['GET', 'POST', 'DELETE'].includes(method)) return;
  const allow = 'GET, POST, DELETE';
  throw new ApiError('method-not-allowed', `${method} is not allowed here; allowed: ${allow}`, { headers: { allow } });
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new ApiError('malformed-url', 'The path holds a malformed escape', { cause });
  }
}
