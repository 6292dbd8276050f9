import type { z } from 'zod';
import type { RunStatus as RunStatusSchema } from '../../contract/runs.ts';
import type { Principal } from '../call/principal.ts';
import type { Message } from './messages.ts';
import type { ConversationPageQuery } from './pages.ts';
import type { RunOutcome } from './run-outcome.ts';
import type { ApprovalDecision, ApprovalRecord, NewApproval } from './stored-approvals.ts';
import type { RunStep, StepBatch } from './stored-steps.ts';
import type { RunSums, SumsQuery, UsageGroup, UsageReport } from './stored-sums.ts';
import type { Usage } from './usage.ts';

/** Where a run stands. */
export type RunStatus = z.output<typeof RunStatusSchema>;

/** The trace that the caller of a run named, as the headers of W3C Trace Context; null where it named none, or nothing was traced. */
export interface CallerTrace {
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

/** A run without its events. */
export interface RunRecord extends CallerTrace {
  /** What this server knows it by; never told to a caller. */
  readonly key: string;
  /** Its own among the runs of its owner, which is that of its conversation. */
  readonly id: string;
  readonly conversationId: string;
  readonly conversationKey: string;
  readonly agentId: string;
  readonly status: RunStatus;
  /** The id of the run that asked for it by a tool call; null without one. */
  readonly parentRunId: string | null;
  /** The id its caller gave it; differs from `id` when that was taken. */
  readonly givenId: string;
  /** Whether it goes on without readers; its events are stored then. */
  readonly isDetached: boolean;
  /** How many messages its conversation had when it began, the ones it began with included. */
  readonly historyCount: number;
  /** How it ended, as whoever closed it said; null while it runs, and where nobody said it. */
  readonly outcome: RunOutcome | null;
  readonly usage: Usage;
  /** In US dollars, as far as prices were known when it ended; null where none was. */
  readonly cost: number | null;
  /** How many answers it was given whose cost is not known, as `isUnpriced` tells. */
  readonly unpricedSteps: number;
  readonly startedAt: string;
  /** null while it runs. Of one that was cut off, when the last happened that is known of it. */
  readonly endedAt: string | null;
  /** Why somebody asked it to end, in another process than the one that executes it; null: nobody did. */
  readonly cancelReason: string | null;
}

/** Which runs to list; those that started from `since` on and before `until`, both RFC 3339. */
export interface RunPageQuery extends ConversationPageQuery<RunStatus> {
  readonly parentRunId?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Events of one run in their order; `first` is the number of the first of them. */
export interface EventBatch {
  readonly runKey: string;
  readonly first: number;
  readonly events: readonly unknown[];
  /** When each of them happened, in milliseconds since 1970; null where that is not known. */
  readonly times: readonly (number | null)[];
}

/** The end of a conversation, from a message on or behind it, by its id; nothing where no message has it. */
export type ReplacedMessages = { readonly from: string } | { readonly after: string };

/** A run that begins. */
export interface RunOpening extends Partial<CallerTrace> {
  readonly id: string;
  /** The id its caller gave it; absent: `id`. */
  readonly givenId?: string | undefined;
  readonly conversationId: string;
  /** What this server knows the conversation by; absent: its id, of a conversation without an owner. */
  readonly conversationKey?: string | undefined;
  /** Whose a new conversation is; absent: it is for everybody. */
  readonly owner?: string | null | undefined;
  /** Where the editor works that says it; absent: no editor does. */
  readonly folder?: string | undefined;
  readonly agentId: string;
  /** The id of the run that asks for it by a tool call. */
  readonly parentRunId?: string | null | undefined;
  /** What is said to it; those that the conversation has already are left out. */
  readonly messages: readonly Message[];
  /** What is taken out of the conversation before anything is said. */
  readonly replaces?: ReplacedMessages | undefined;
  readonly isDetached?: boolean | undefined;
  /** What it was asked, any JSON, for another process that goes on with it; absent: none is to. */
  readonly request?: unknown;
  /** The name of the key that asks for it; null: none was asked for. Absent: nobody knows. */
  readonly asker?: string | null | undefined;
  /** Whether the conversation is one that no list has; nobody is told of it. */
  readonly isUnlisted?: boolean | undefined;
  /** Answers to the open approvals of the conversation. */
  readonly decisions?: readonly ApprovalDecision[] | undefined;
  /** Whether it gives up on the open approvals instead. */
  readonly cancelsApprovals?: boolean | undefined;
}

/** A run that has begun. */
export interface RunOpened {
  readonly key: string;
  readonly startedAt: string;
  readonly resumed: readonly ApprovalRecord[];
  /** Whether a task of another agent waited on the conversation for a person; undefined: nobody looked. */
  readonly hasWaitingTask?: boolean | undefined;
}

/** A run that ends. */
export interface RunClosing {
  readonly key: string;
  readonly status: Exclude<RunStatus, 'running'>;
  /** What it said. */
  readonly messages: readonly Message[];
  readonly usage: Usage;
  /** RFC 3339; absent: now. */
  readonly endedAt?: string | undefined;
  readonly outcome?: RunOutcome | undefined;
  /** The last of its events, where they are stored. */
  readonly events?: EventBatch | undefined;
  /** Those of its steps that have changed since they were stored. */
  readonly changedSteps?: readonly RunStep[] | undefined;
  /** All of its steps. */
  readonly steps?: readonly RunStep[] | undefined;
  /** The calls that it leaves to a person. */
  readonly approvals?: readonly NewApproval[] | undefined;
  /** The ids of approvals of other runs that turned out to be void. */
  readonly voided?: readonly string[] | undefined;
}

/** What is stored of a run for another process to go on with, beside its events and its steps. */
export interface ResumableRun {
  /** What it was asked. */
  readonly request: unknown;
  /** The answered approvals that it acts on. */
  readonly answered: readonly ApprovalRecord[];
  /** The number of the first event of its last batch; 0 without any. */
  readonly lastBatch: number;
}

/** What happened in running runs. */
export interface RunsHappened {
  readonly events: readonly EventBatch[];
  readonly steps: readonly StepBatch[];
}

/** What was learned when it was stored. */
export interface AppendedRuns {
  /** The keys of runs that nothing was stored of: they are gone, or another process has them. */
  readonly lost: readonly string[];
  /** The runs that somebody asked to end elsewhere, and why. */
  readonly cancelled: readonly CancelledRun[];
}

/** A run that somebody asked to end. */
export interface CancelledRun {
  readonly key: string;
  readonly reason: string;
}

/** The stored runs, and with them what is said in conversations. */
export interface RunsStore {
  /**
   * One transaction: makes the conversation when there is none, stores those of `messages` whose ids it does not have yet, and
   * opens the run. What the user said is on disk before the model is asked. A message over 1 MiB, or over 16 with files, is stored shortened, and says so.
   * An `id` that the owner of the conversation has used for a run, and a conversation with a running run, are a 409 and store nothing.
   * So is a conversation with approvals that `decisions` leaves open, unless `cancelsApprovals`. Returns the key of the run, when it
   * began, and the answered approvals that no run has acted on before, which is for this one to do.
   */
  open(run: RunOpening): Promise<RunOpened>;
  /**
   * One transaction: appends what the run said and closes it. The turn is on disk before its terminal event is sent.
   * Does nothing when the run is not running: it was closed before, or its conversation was deleted. When it fails, nothing is
   * appended, and the run counts as interrupted as soon as the store can write again.
   */
  close(run: RunClosing): Promise<void>;
  /** Stores events and steps of running runs, all or none. A run whose conversation was deleted meanwhile is left out, and one that another process has. */
  append(happened: RunsHappened): Promise<AppendedRuns>;
  /** The stored events of a run in order, as far as there are no gaps; on request from one on, and so many batches at most. */
  events(key: string, page?: { readonly from: number; readonly limit: number }): Promise<EventBatch[]>;
  /** The steps of a run, in order. */
  steps(key: string): Promise<RunStep[]>;
  /** What is stored for whoever goes on with a run that runs; undefined where nobody is to. */
  resumable(run: Pick<RunRecord, 'key' | 'id' | 'conversationKey'>): Promise<ResumableRun | undefined>;
  /** The runs whose calls a person has answered, for this one to go on with. */
  resumedBy(key: string): Promise<(CallerTrace & { readonly key: string })[]>;
  /** The name of the key that asked for a run; null: it was asked for without one. undefined: that is not known. */
  askerOf(key: string): Promise<string | null | undefined>;
  /** What runs that have ended came to, those deleted since included. */
  sums(query: SumsQuery): Promise<RunSums>;
  /** The same for each agent, key, model or day, by their names; the time is cut to whole minutes. */
  usage(query: Omit<SumsQuery, 'conversationId' | 'parentRunId'>, group: UsageGroup): Promise<UsageReport>;
  /** Deletes the events of runs that ended before `endedBefore`, and of all but the `keep` that ended last. */
  pruneEvents(bounds: { readonly endedBefore: string; readonly keep: number }): Promise<void>;
  /**
   * Marks runs left open by a server that died as interrupted, and returns them. Their messages stay as they are: whoever prompts a
   * model from them gives each tool call without a result one first.
   */
  interruptOpen(): Promise<RunRecord[]>;
  /** The one of this key. */
  find(key: string): Promise<RunRecord | undefined>;
  /** The one that a principal means by an id, as `ConversationsStore.get`. */
  get(id: string, principal?: Principal): Promise<RunRecord | undefined>;
  /** The newest run of a conversation; with `givenId`, of those whose caller called it so. */
  latest(conversationKey: string, query?: { readonly givenId?: string | undefined }): Promise<RunRecord | undefined>;
  /** One page, those that started last first. */
  list(query: RunPageQuery): Promise<{ runs: RunRecord[]; nextCursor: string | null }>;
}
