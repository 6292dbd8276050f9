import type { Principal } from '../call/principal.ts';
import type { ToolChoice } from '../models/tool-choice.ts';
import type { Message } from '../store/messages.ts';
import type { ApprovalDecision, ReplacedMessages } from '../store/store.ts';
import type { RunAgent } from './agent-loop.ts';
import type { ParentCall } from './parent-call.ts';
import type { JsonSchema } from './run-events.ts';
import type { ToolDefinition, Toolset } from './toolset.ts';

/** A request to start a run. */
export interface RunRequest {
  /** Read before each model call. */
  readonly agent: () => RunAgent;
  readonly toolset: Toolset;
  /** Whom a new conversation belongs to, and whose conversation is meant by an id. */
  readonly principal: Principal;
  /** Absent: a new conversation. */
  readonly conversationId?: string | undefined;
  /** What this server knows a conversation by that is there already; it wins over an id, which may mean another. */
  readonly conversationKey?: string | undefined;
  /** The id its caller gives it; absent: one is made. */
  readonly runId?: string | undefined;
  readonly messages: readonly Message[];
  /** `stored`: `messages` are what is new. `given`: they are the whole conversation as the caller knows it. */
  readonly history: 'stored' | 'given';
  /** What the run stands in the place of: it is taken out of the conversation when it begins. */
  readonly replaces?: ReplacedMessages | undefined;
  /** Tools that the caller runs: a call of one ends the run without a result. */
  readonly callerTools?: readonly ToolDefinition[] | undefined;
  /** Which tools the model is to call. What asks for one of the caller's holds until it is called, else for the first answer. */
  readonly toolChoice?: ToolChoice | undefined;
  /** Added to the system prompt of the agent, for this run. */
  readonly instructions?: string | undefined;
  /**
   * What the answer is to be JSON of, a schema that was checked; null: text, whatever the agent says; absent: what the agent says, and
   * for a run that acts on answers to approvals, or on results of its caller's tools, what the run was asked for that waits for them.
   */
  readonly outputSchema?: JsonSchema | null | undefined;
  /**
   * `reject` when absent. `interrupt` cancels the run that has the conversation, and the approvals that wait there.
   */
  readonly whenBusy?: 'reject' | 'queue' | 'interrupt' | undefined;
  /** Answers to the approvals the conversation waits for: all that are open. */
  readonly decisions?: readonly ApprovalDecision[] | undefined;
  /** The state shared with the caller. */
  readonly state?: unknown;
  /**
   * Set for a run in a conversation of its own that leaves no trace there: none of its messages are stored, and no list has the
   * conversation. Nobody could answer there, so calls that wait for a person are refused, with this sentence.
   */
  readonly unlisted?: { readonly refusal: string } | undefined;
  /** What its caller wants to read in the log of the run again: the `noted` event that comes first. */
  readonly note?: unknown;
  /** The call that it is started for, of another run. */
  readonly parent?: ParentCall | undefined;
  /** Whether the run goes on when nobody reads it. */
  readonly detached?: boolean | undefined;
  /**
   * Whether another process may go on with it when this one is gone, where processes share a database: only of what can be asked again
   * there, from nothing but what is stored.
   */
  readonly durable?: boolean | undefined;
  /** The folder that an editor works in which says it, kept with the conversation. */
  readonly folder?: string | undefined;
  /** Ends the wait for a busy conversation; once started, the run has readers of its own. */
  readonly signal?: AbortSignal | undefined;
}
