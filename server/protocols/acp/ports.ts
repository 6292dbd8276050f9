/** What the protocol is built on: agents, their runs, and the conversations that are its sessions. */
import type { ApiError } from '../../call/errors.ts';
import type { Principal } from '../../call/principal.ts';
import type { ApprovalDecision, RunEvent } from '../../runs/run-events.ts';
import type { Toolset } from '../../runs/toolset.ts';
import type { Message } from '../../store/messages.ts';

/** What a session adds to the runs of its conversation. */
export interface SessionAdditions {
  readonly instructions: string;
  /** Tools beside those of the agent; where both have one of a name, that of the agent counts. */
  readonly toolset: Toolset;
}

/** A run to start. It ends when its session is cancelled, or the editor is gone. */
export interface SessionRunRequest extends SessionAdditions {
  readonly principal: Principal;
  readonly conversationId: string;
  readonly messages: readonly Message[];
  /** Aborts the wait for the run before. */
  readonly signal: AbortSignal;
}

/** A run, while it goes on or after. */
export interface SessionRun {
  readonly conversationKey: string;
  /** To the last; none is missed, however slowly they are read. */
  readonly events: AsyncIterable<{ readonly event: RunEvent }>;
  cancel(reason: string): void;
}

/** An approval as far as a session waits for it. */
interface AwaitedApproval {
  readonly status: string;
  /** The run that acted on it. */
  readonly resumedBy: string | null;
}

/** A conversation as it is stored. */
export interface StoredSession {
  readonly title: string;
  readonly messages: readonly Message[];
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
