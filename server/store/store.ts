/** What the rest of the server asks of the store. What a resolved write stored survives the death of the process. */
import type { Principal } from '../call/principal.ts';
import type { Message } from './messages.ts';
import type { TaskRecord, TaskState } from './task-record.ts';

/** An agent as it is stored: what its creator said, with nothing derived. */
export interface AgentRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** null: the default model of the server. */
  readonly model: string | null;
  readonly systemPrompt: string;
  readonly selectedMcpServers: readonly (
    | string
    | { readonly id: string; readonly origin: 'config' | 'custom' | 'catalog' }
  )[];
  readonly maxSteps: number;
  readonly temperature: number | null;
  /** Whether it calls its tools from code; null: as the server is started. */
  readonly codemode: boolean | null;
  /** null: those the server is started with. */
  readonly skills: readonly string[] | null;
  /** Calls of tools whose names match one of these, where `*` is any text, wait for a person. */
  readonly approvals: { readonly tools: readonly string[] };
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An MCP server a caller added. Values of secrets are never part of it. */
export interface CustomServerRecord {
  readonly id: string;
  readonly definition: Record<string, unknown>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ConversationRecord {
  readonly id: string;
  readonly agentId: string;
  readonly title: string;
  readonly messageCount: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type StoredMessage = Message & { readonly createdAt: string };

export type RunStatus = 'running' | 'finished' | 'cancelled' | 'failed' | 'interrupted';

export interface RunRecord {
  readonly id: string;
  readonly conversationId: string;
  readonly agentId: string;
  readonly status: RunStatus;
  /** The id its caller gave it; differs from `id` when that was taken. */
  readonly givenId: string;
  /** Whether it goes on without readers; its events are stored then. */
  readonly isDetached: boolean;
  /** How many messages its conversation had when it began, the ones it began with included. */
  readonly historyCount: number;
  /** How it ended, as whoever closed it said; null while it runs. */
  readonly outcome: unknown;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** Events of one run in their order; `first` is the number of the first of them. */
export interface EventBatch {
  readonly runId: string;
  readonly first: number;
  readonly events: readonly unknown[];
}

/** `void`: approved, and not run because the tool was no longer the one that was shown. `cancelled`: nobody answered, and the conversation went on or what asked was cancelled. */
export type ApprovalStatus = 'pending' | 'approved' | 'denied' | 'cancelled' | 'void';

/** A tool call that waits for a person, as it will be run. */
export interface NewApproval {
  readonly id: string;
  readonly callId: string;
  readonly tool: string;
  readonly description: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Tells whether the tool is still the one that was shown. */
  readonly toolHash: string;
}

export interface ApprovalRecord extends NewApproval {
  readonly runId: string;
  readonly conversationId: string;
  readonly agentId: string;
  readonly status: ApprovalStatus;
  readonly reason: string | null;
  /** The run that acted on the answer. */
  readonly resumedBy: string | null;
  readonly createdAt: string;
  readonly resolvedAt: string | null;
}

/** What a person says to an approval. */
export interface ApprovalDecision {
  readonly id: string;
  readonly isApproved: boolean;
  readonly reason: string | null;
}

/** Whose eyes a read is for; absent: the server's own, which see everything. */
interface Seen {
  readonly principal?: Principal | undefined;
}

export interface Store {
  readonly agents: {
    list(): Promise<AgentRecord[]>;
    /** Inserts or replaces. */
    save(agent: AgentRecord): Promise<void>;
    delete(id: string): Promise<void>;
  };
  readonly servers: {
    list(): Promise<CustomServerRecord[]>;
    save(server: CustomServerRecord): Promise<void>;
    delete(id: string): Promise<void>;
  };
  readonly conversations: {
    /** Those that changed last come first. `cursor` is the `nextCursor` of the page before; a malformed one is a 422. */
    list(query: Seen & { agentId?: string | undefined; limit: number; cursor?: string | undefined }): Promise<{
      conversations: ConversationRecord[];
      nextCursor: string | null;
    }>;
    get(id: string, principal?: Principal): Promise<ConversationRecord | undefined>;
    /** Whether there is such a conversation, and it is not for these eyes. */
    isHidden(id: string, principal: Principal): Promise<boolean>;
    /** In order. Empty when there is no such conversation. */
    messages(id: string): Promise<StoredMessage[]>;
    /** False when there was none. */
    delete(id: string): Promise<boolean>;
  };
  readonly runs: {
    /**
     * One transaction: makes the conversation when there is none, stores those of `messages` whose ids it does not have yet, and
     * opens the run. What the user said is on disk before the model is asked. A message over 1 MiB is stored shortened, and says so.
     * `id` is the server's own: one that is taken, and a conversation with a running run, are a 409 and store nothing.
     * So is a conversation with approvals that `decisions` leaves open, unless `cancelsApprovals`. Returns the answered approvals that
     * no run has acted on before, which is for this one to do. A conversation it makes belongs to `principal`; one that is there and
     * not for its eyes is a 404.
     */
    open(
      run: Seen & {
        id: string;
        /** `id` when absent. */
        givenId?: string | undefined;
        conversationId: string;
        agentId: string;
        messages: readonly Message[];
        isDetached?: boolean | undefined;
        decisions?: readonly ApprovalDecision[] | undefined;
        cancelsApprovals?: boolean | undefined;
      },
    ): Promise<{ readonly resumed: readonly ApprovalRecord[] }>;
    /**
     * One transaction: appends what the run said and closes it. The turn is on disk before its terminal event is sent.
     * Does nothing when the run is not running: it was closed before, or its conversation was deleted. When it fails, nothing is
     * appended, and the run counts as interrupted as soon as the store can write again.
     */
    close(run: {
      id: string;
      status: Exclude<RunStatus, 'running'>;
      messages: readonly Message[];
      inputTokens: number;
      outputTokens: number;
      outcome?: unknown;
      /** The last of its events, where they are stored. */
      events?: EventBatch | undefined;
      approvals?: readonly NewApproval[] | undefined;
      /** Approvals of other runs that turned out to be void. */
      voided?: readonly string[] | undefined;
    }): Promise<void>;
    /** Stores events of running runs. A run whose conversation was deleted meanwhile is left out. */
    appendEvents(batches: readonly EventBatch[]): Promise<void>;
    /** The stored events of a run in order, as far as there are no gaps. */
    events(id: string): Promise<EventBatch[]>;
    /** Deletes the events of runs that ended before `endedBefore`, and of all but the `keep` that ended last. */
    pruneEvents(bounds: { endedBefore: string; keep: number }): Promise<void>;
    /**
     * Marks runs left open by a server that died as interrupted, and returns them. Their messages stay as they are: whoever prompts a
     * model from them gives each tool call without a result one first.
     */
    interruptOpen(): Promise<RunRecord[]>;
    get(id: string, principal?: Principal): Promise<RunRecord | undefined>;
    /** The newest run of a conversation; with `givenId`, of those whose caller called it so. */
    latest(conversationId: string, query?: Seen & { givenId?: string | undefined }): Promise<RunRecord | undefined>;
    /** Those that started last come first; pages as conversations have them. */
    list(
      query: Seen & {
        agentId?: string | undefined;
        conversationId?: string | undefined;
        status?: RunStatus | undefined;
        limit: number;
        cursor?: string | undefined;
      },
    ): Promise<{ runs: RunRecord[]; nextCursor: string | null }>;
  };
  readonly approvals: {
    get(id: string, principal?: Principal): Promise<ApprovalRecord | undefined>;
    /** Those of a conversation that no run has acted on: the pending ones, and those that wait for them. */
    open(conversationId: string): Promise<ApprovalRecord[]>;
    /** Gives up on those that are open: their calls will not be run. */
    cancelOpen(conversationId: string): Promise<void>;
    /** Notes an answer. Throws `approval-resolved` when there is one already. */
    decide(decision: ApprovalDecision): Promise<void>;
    /** The newest come first. */
    list(
      query: Seen & {
        agentId?: string | undefined;
        conversationId?: string | undefined;
        status?: ApprovalStatus | undefined;
        limit: number;
        cursor?: string | undefined;
      },
    ): Promise<{ approvals: ApprovalRecord[]; nextCursor: string | null }>;
  };
  readonly tasks: {
    /** Inserts or replaces. Of more than 10,000 ended tasks those go that ended first. */
    save(task: TaskRecord): Promise<void>;
    get(agentId: string, id: string, principal?: Principal): Promise<TaskRecord | undefined>;
    /** Those that changed last come first; `total` counts all that match. A malformed cursor is a 422. */
    list(
      query: Seen & {
        agentId: string;
        contextId?: string | undefined;
        state?: TaskState | undefined;
        /** An RFC 3339 time in UTC. */
        changedAfter?: string | undefined;
        limit: number;
        cursor?: string | undefined;
      },
    ): Promise<{ tasks: TaskRecord[]; nextCursor: string | null; total: number }>;
    /** Those that wait for a person. */
    waiting(): Promise<Pick<TaskRecord, 'id' | 'agentId' | 'contextId'>[]>;
    /** Ends the tasks that a server which died left open, and returns how many there were; those that wait for a person stay. */
    failOpen(detail: string): Promise<number>;
  };
  /** Small facts about this data folder, such as that the demo agent was made once. */
  readonly facts: {
    get(name: string): Promise<string | undefined>;
    set(name: string, value: string): Promise<void>;
  };
  /** Throws when the store cannot be written or read. */
  check(): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
