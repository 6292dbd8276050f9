/** The MCP sessions of callers over streamable HTTP: opened by `initialize`, found by their header, ended when idle. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../errors.ts';
import { EventMemory } from './event-memory.ts';
import { loadServerTransport, type Transport } from './mcp-sdk.ts';

export interface SessionLimits {
  readonly maxSessions: number;
  readonly idleMs: number;
  readonly maxBodyBytes: number;
}

const DEFAULT_LIMITS: SessionLimits = { maxSessions: 100, idleMs: 10 * 60_000, maxBodyBytes: 4 * 1024 * 1024 };

type HttpTransport = InstanceType<Awaited<ReturnType<typeof loadServerTransport>>['StreamableHTTPServerTransport']>;

interface Session {
  readonly transport: HttpTransport;
  /** Which door it came through: a session of one server says nothing at another. */
  readonly door: string;
  active: number;
  usedAt: number;
}

export class Sessions {
  readonly #limits: SessionLimits;
  readonly #sessions = new Map<string, Session>();
  readonly #sweep: NodeJS.Timeout;

  constructor(limits: Partial<SessionLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#sweep = setInterval(() => this.#endIdle(), Math.min(this.#limits.idleMs / 2, 30_000)).unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Serves one request of a session of `door`; `open` joins the transport of a new session to what is behind the door. */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    door: string,
    open: (transport: Transport) => Promise<void>,
  ): Promise<void> {
    const id = request.headers['mcp-session-id'];
    if (id !== undefined) {
      const session = typeof id === 'string' ? this.#sessions.get(id) : undefined;
      if (session?.door !== door) return refuse(response, 404, -32_001, 'Session not found');
      return this.#pass(session, request, response, undefined);
    }
    if (request.method !== 'POST')
      return refuse(response, 400, -32_000, 'Bad Request: Mcp-Session-Id header is required');
    const body = await readJson(request, this.#limits.maxBodyBytes);
    if (body === undefined) return refuse(response, 400, -32_700, 'Parse error');
    if (!isInitialize(body)) return refuse(response, 400, -32_000, 'Bad Request: Server not initialized');
    const session = await this.#open(door, open);
    await this.#pass(session, request, response, body);
  }

  async #open(door: string, open: (transport: Transport) => Promise<void>): Promise<Session> {
    this.#makeRoom();
    const { StreamableHTTPServerTransport } = await loadServerTransport();
    const id = randomUUID();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      eventStore: new EventMemory(),
      retryInterval: 1000,
    });
    const session: Session = { transport, door, active: 0, usedAt: performance.now() };
    this.#sessions.set(id, session);
    try {
      // Its callbacks may be undefined, which the interface it implements does not allow for.
      await open(transport as Transport);
    } catch (cause) {
      this.#sessions.delete(id);
      throw cause;
    }
    const { onclose } = transport;
    transport.onclose = () => {
      this.#sessions.delete(id);
      onclose?.();
    };
    return session;
  }

  async #pass(session: Session, request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    session.active++;
    response.once('close', () => {
      session.active--;
      session.usedAt = performance.now();
    });
    await session.transport.handleRequest(request, response, body);
  }

  /** Ends the session that has been idle for longest when there is no room for another. */
  #makeRoom(): void {
    if (this.#sessions.size < this.#limits.maxSessions) return;
    const [oldest] = [...this.#sessions.values()]
      .filter(({ active }) => active === 0)
      .sort((a, b) => a.usedAt - b.usedAt);
    if (!oldest) {
      throw new ApiError('not-ready', 'There are too many MCP sessions', { headers: { 'retry-after': '30' } });
    }
    void oldest.transport.close();
  }

  #endIdle(): void {
    const before = performance.now() - this.#limits.idleMs;
    for (const { transport, active, usedAt } of this.#sessions.values()) {
      if (active === 0 && usedAt < before) void transport.close();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all([...this.#sessions.values()].map(({ transport }) => transport.close()));
  }
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }));
}

const isInitialize = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'method' in body && body.method === 'initialize';

/** The body of a request as JSON; undefined when it is none. */
async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new ApiError('body-too-large', `The body is over ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
