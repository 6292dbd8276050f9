import { ApiError, drainingError } from '../../call/errors.ts';
import type { McpServerSdk } from '../wire/mcp-sdk.ts';
import { type Backend, Session, type SessionOptions } from './session.ts';

/** How many sessions a door has, and how long each waits for its caller. */
export interface SessionLimits {
  /** How long a session without any connection lives. */
  readonly idleMs: number;
  readonly maxSessions: number;
}

/** The door a session is opened at, and by whom. */
type Place = Pick<SessionOptions, 'door' | 'owner'>;

/** The backend of a session that is about to be opened. */
export interface Opening {
  readonly backend: Backend;
  /** False once it is not to be reached any more; see {@link Sessions.endUnwanted}. */
  isWanted(): boolean;
  /** Called with the session before its first message. */
  onOpened(session: Session): void;
}

/** The open sessions of a door: a bounded number, each ended when it is left. */
export class Sessions {
  readonly #limits: SessionLimits;
  readonly #sessions = new Map<string, Session>();
  readonly #ending = new Set<Promise<void>>();
  #opening = 0;
  #isClosed = false;

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Throws when there is none, or it is somebody else's. */
  find(id: string, place: Place): Session {
    const session = this.#sessions.get(id);
    if (!session?.belongsTo(place)) {
      throw new ApiError(
        'mcp-session-not-found',
        'There is no such MCP session, or it has ended; initialize a new one',
      );
    }
    return session;
  }

  /** Opens a session with the backend that `openBackend` opens. Throws when there is no room for it. */
  async open(sdk: McpServerSdk, place: Place, openBackend: () => Promise<Opening>): Promise<Session> {
    this.#makeRoom();
    this.#opening++;
    try {
      const { backend, isWanted, onOpened } = await openBackend();
      const session = new Session(sdk, backend, {
        ...place,
        idleMs: this.#limits.idleMs,
        isWanted,
        onEnd: () => this.#sessions.delete(session.id),
      });
      if (this.#isClosed) {
        await backend.close();
        throw drainingError();
      }
      this.#sessions.set(session.id, session);
      onOpened(session);
      await session.open();
      return session;
    } finally {
      this.#opening--;
    }
  }

  /** Ends a session; {@link close} waits for it. */
  end(session: Session): Promise<void> {
    const ending = session.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return ending;
  }

  /** Ends those whose backend is not to be reached any more. */
  endUnwanted(): void {
    for (const session of this.#sessions.values()) {
      if (!session.isWanted) void this.end(session);
    }
  }

  /** Ends all of them, at the same time, and lets no other be opened. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...[...this.#sessions.values()].map((session) => session.end()), ...this.#ending]);
  }

  /** Throws when there is no room for one more session. Ends the quietest when it has been quiet for long enough. */
  #makeRoom(): void {
    if (this.#isClosed) throw drainingError();
    if (this.#sessions.size + this.#opening < this.#limits.maxSessions) return;
    const [quietest] = [...this.#sessions.values()].sort((a, b) => a.lastUse - b.lastUse);
    // A caller may keep a connection open and say nothing for days; that is fine until somebody else needs the place.
    if (!quietest || performance.now() - quietest.lastUse < this.#limits.idleMs) {
      throw new ApiError(
        'mcp-sessions-full',
        `All ${this.#limits.maxSessions} MCP sessions are in use; end one or try again later`,
        {
          headers: { 'retry-after': '60' },
        },
      );
    }
    void this.end(quietest);
  }
}
