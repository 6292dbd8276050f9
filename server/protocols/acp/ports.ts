/** What the protocol is built on: agents, their runs, and the conversations that are its sessions. */
import type { ApiError } from '../../call/errors.ts';
import type { Principal } from '../../call/principal.ts';
import type { ApprovalDecision, AwaitedCall, RunEvent } from '../../runs/run-events.ts';
import type { Toolset } from '../../runs/toolset.ts';
import type { Message } from '../../store/messages.ts';

/** What a session adds to the runs of its conversation. */
export interface SessionAdditions {
  readonly instructions: string;
  /** Tools beside those of the agent; where both have one of a name, that of the agent counts. */
  readonly toolset: Toolset;
  /** Whether its runs have any tools. Read whenever they are told of them, and when they call one. */
  hasTools(): boolean;
  /** Name patterns of tools whose calls wait for the user, beside those that the agent names. Read before each model call. */
  heldTools(): readonly string[];
}

/** A run to start. It ends when its session is cancelled, or the editor is gone. */
export interface SessionRunRequest extends SessionAdditions {
  readonly principal: Principal;
  readonly conversationId: string;
  /** The working folder of the session. */
  readonly folder: string;
  readonly messages: readonly Message[];
  /** Aborts the wait for the run before. */
  readonly signal: AbortSignal;
}

/** A run, while it goes on or after. */
export interface SessionRun {
  readonly conversationKey: string;
  /**
   * To the last; none is missed, however slowly they are read. Ends at once when `signal` aborts. Throws `events-gone` where the first are
   * not held any more, of a run that was begun elsewhere.
   */
  events(signal?: AbortSignal): AsyncIterable<{ readonly event: RunEvent }>;
  /** Resolves when it has ended, and what it said is stored. */
  readonly ended: Promise<unknown>;
  cancel(reason: string): void;
}

/** An approval as far as a session waits for it. */
interface AwaitedApproval {
  readonly status: string;
  /** The run that acted on it. */
  readonly resumedBy: string | null;
}

/** A conversation as it is stored, with what goes on there. */
export interface StoredSession {
  readonly title: string;
  readonly conversationKey: string;
  readonly messages: readonly Message[];
  /** The calls that wait for a person. */
  readonly awaited: readonly AwaitedCall[];
  /** The run that goes on there, and how many of the messages were there when it began. */
  readonly active: { readonly run: SessionRun; readonly historyCount: number } | undefined;
}

/** A conversation in a list. */
export interface ListedSession {
  readonly id: string;
  readonly title: string;
  /** RFC 3339. */
  readonly updatedAt: string;
  /** Where an editor works on it; null: none has. */
  readonly folder: string | null;
}

/** Which conversations to list. */
export interface SessionQuery {
  readonly agentId: string;
  readonly principal: Principal;
  /** Those of this folder, and those of none. */
  readonly folder: string | undefined;
  readonly cursor: string | undefined;
}

/** An MCP server of an editor. */
export interface EditorServer {
  readonly name: string;
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly transport?: 'http' | 'sse';
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The MCP servers of one session. */
export interface SessionServers {
  readonly toolset: Toolset;
  /** Those that are left out. */
  readonly refused: readonly { readonly name: string; readonly error: ApiError }[];
  /** Ends them. */
  close(): Promise<void>;
}

/** Ports that the protocol is built on. */
export interface AcpPorts {
  readonly agents: {
    list(): Iterable<{ readonly id: string; readonly name: string }>;
    /** Throws a 404 when there is none. */
    get(id: string): { readonly name: string };
  };
  readonly version: string;
  /** Whether callers need a key. */
  readonly hasKeys: boolean;
  startRun(agentId: string, request: SessionRunRequest): Promise<SessionRun>;
  /** A run that goes on in a conversation, by the id of this server. */
  findRun(id: string, principal: Principal): Promise<SessionRun | undefined>;
  /** What a principal means by the id of a session. */
  findSession(id: string, principal: Principal): Promise<StoredSession | undefined>;
  /** What the conversation that a principal means is called; undefined where there is none. */
  findTitle(id: string, principal: Principal): Promise<string | undefined>;
  /** One page of the conversations of an agent, those that changed last first. A malformed cursor is a 422. */
  listSessions(query: SessionQuery): Promise<{ sessions: readonly ListedSession[]; nextCursor: string | null }>;
  /** Deletes the conversation that a principal means, with its runs, once the one that goes on has ended; does nothing where there is none. */
  deleteSession(id: string, principal: Principal): Promise<void>;
  /** Lets runs that act on answers have what a session adds, whoever answers, until the function it returns is called. */
  attach(conversationKey: string, additions: SessionAdditions): () => void;
  readonly approvals: {
    get(id: string, principal: Principal): Promise<AwaitedApproval | undefined>;
    /** Notes an answer; with the last of a conversation its agent goes on. Throws `approval-resolved` when there is one already. */
    answer(decision: ApprovalDecision, principal: Principal): Promise<unknown>;
    /** Gives up on those of a conversation: their calls are not run. */
    cancel(conversationKey: string): Promise<void>;
    /** Tells at once, and then whenever an approval may have changed. */
    follow(principal: Principal, signal: AbortSignal): AsyncIterable<unknown>;
  };
  /** Begins to start servers for a session alone. */
  openServers(servers: readonly EditorServer[]): SessionServers;
  readonly log: {
    error(details: object, message: string): void;
    warn(details: object, message: string): void;
  };
}

/** Who speaks on a connection, and with which agent. */
export interface AcpCaller {
  readonly agentId: string;
  readonly principal: Principal;
  /** Counts a request. Throws `rate-limited`; absent: none is counted. */
  admit?(): Promise<void>;
}
