/** What happens in a run, in the words of no protocol. Every protocol is a translation of these. */
import { type ApiError, runError } from '../call/errors.ts';
import type { AssistantPart, ShownFile, ShownPage } from '../store/messages.ts';
import type { RunOutcome } from '../store/run-outcome.ts';
import { NO_USAGE, type Usage } from '../store/usage.ts';

export {
  type AwaitedCall,
  type FailureCode,
  isAwaitedCall,
  isFailureCode,
  isRunOutcome,
  type JsonSchema,
  type RunOutcome,
} from '../store/run-outcome.ts';
export type { ApprovalDecision } from '../store/store.ts';
export { NO_USAGE, type Usage } from '../store/usage.ts';

/** Why a server that shuts down breaks off what goes on: nobody asked for it. */
export const SHUTTING_DOWN = 'the server shuts down';

/** How a run ended whose server died or shut down in the middle of it. */
export const INTERRUPTED: Extract<RunOutcome, { status: 'failed' }> = {
  status: 'failed',
  code: 'run-interrupted',
  detail: 'The server stopped in the middle of the run; what was said until then is in the conversation',
};

/** How a run ended that was broken off: as somebody asked for it, or because its server shuts down. */
export function toBrokenOff(signal: AbortSignal): RunOutcome {
  const reason = reasonOf(signal);
  return reason === SHUTTING_DOWN ? INTERRUPTED : { status: 'cancelled', reason };
}

/** Why `signal` aborted, in the words of who cancelled. */
export const reasonOf = (signal: AbortSignal): string =>
  signal.reason instanceof Error ? signal.reason.message : String(signal.reason);

/** The error that answers a run which did not finish. */
export function toRunFailure(outcome: Exclude<RunOutcome, { readonly status: 'finished' }>): ApiError {
  if (outcome.status === 'failed') return runError(outcome.code, outcome.detail);
  return runError('run-cancelled', `The run was cancelled: ${outcome.reason}`);
}

/** How a run that ended so is listed. */
export const statusOf = (outcome: RunOutcome) =>
  outcome.status === 'failed' && outcome.code === INTERRUPTED.code ? 'interrupted' : outcome.status;

/** What is told of an agent that was asked by a call: what it says, the tools it calls, and the agents it asks in turn. */
export type SubagentEvent = Extract<
  RunEvent,
  { readonly type: `text-${string}` | 'tool-call-started' | 'tool-call-ended' | 'tool-result' | `subagent-${string}` }
>;

/** An event of a run about another one that was started for one of its calls. */
export type SubagentRunEvent =
  | {
      readonly type: 'subagent-started';
      /** The id of the run that was started, among those of its owner. */
      readonly runId: string;
      /** The call that it was started for. */
      readonly callId: string;
      readonly agentId: string;
      readonly conversationId: string;
    }
  | { readonly type: 'subagent-event'; readonly runId: string; readonly event: SubagentEvent }
  | {
      readonly type: 'subagent-ended';
      readonly runId: string;
      /** How it ended. The approvals are those of the run that made the call, which stand for its own. */
      readonly outcome: RunOutcome;
      /** How many of its events were not told, as they were too many or too long. */
      readonly omitted: number;
    };

/**
 * One event of a run. Order: `text-started`, its deltas, `text-ended` (the same for reasoning and tool calls); blocks may interleave.
 * `noted` is what the caller of the run, and nobody else, wants to find here again; it comes first.
 * `model-asked` begins each attempt at an answer, and `model-retried` says why another follows; `model-answered` ends the last of them,
 * also one that failed. `tool-started` is when a call leaves its queue; `server` is the MCP server it goes to.
 * `answer-withdrawn` comes where another process has gone on with the run, before the `step-started` of the step that it takes again.
 * `status` says in words for people what the run does beside that, such as to wait, and which MCP servers it does without from there on.
 * `state-set` is the whole shared state and comes before the first `state-patched`, a JSON Patch of it. No delta is empty. `run-ended`
 * comes exactly once and last; whatever is still open then was cut off. What an agent does that was asked by a call comes between
 * `subagent-started` and `subagent-ended`, as far as it is told, and before the result of the call.
 */
export type RunEvent =
  | { readonly type: 'noted'; readonly note: unknown }
  | { readonly type: 'step-started'; readonly step: number; readonly model: string }
  | { readonly type: 'model-asked' }
  | {
      readonly type: 'model-retried';
      readonly code: string;
      readonly detail: string;
      /** How long it waits before it asks again. */
      readonly waitMs: number;
    }
  | {
      readonly type: 'model-answered';
      /** What this step has used, all that was asked of the model for it; null where the provider did not say. */
      readonly usage: Usage | null;
      /** Why the model stopped, as providers are read; null when it did not say. */
      readonly stopReason: string | null;
      /** The answer with what only its provider can read, of a run that another process may go on with; absent where there is none. */
      readonly message?: { readonly id: string; readonly content: readonly AssistantPart[] } | undefined;
    }
  | {
      /** What was said and called of a step does not count: its process is gone, and the step is taken again. Nothing of it has run. */
      readonly type: 'answer-withdrawn';
      readonly messageIds: readonly string[];
      /** The calls in these messages, those that were still being written included. */
      readonly callIds: readonly string[];
    }
  | { readonly type: 'status'; readonly text: string; readonly missingServers?: readonly string[] }
  | { readonly type: 'text-started'; readonly messageId: string }
  | { readonly type: 'text-delta'; readonly messageId: string; readonly delta: string }
  | { readonly type: 'text-ended'; readonly messageId: string }
  | { readonly type: 'reasoning-started'; readonly messageId: string }
  | { readonly type: 'reasoning-delta'; readonly messageId: string; readonly delta: string }
  | { readonly type: 'reasoning-ended'; readonly messageId: string }
  | {
      /** A file that the model says, in its place among the texts of the message. */
      readonly type: 'file';
      readonly messageId: string;
      readonly mediaType: string;
      /** In base64, or an address by http or https. */
      readonly data: string;
    }
  | { readonly type: 'tool-call-started'; readonly callId: string; readonly name: string; readonly messageId: string }
  | { readonly type: 'tool-call-delta'; readonly callId: string; readonly delta: string }
  | {
      readonly type: 'tool-call-ended';
      readonly callId: string;
      readonly name: string;
      readonly args: unknown;
      /** The MCP server whose tool the model was offered by this name. */
      readonly server?: string | undefined;
    }
  | {
      readonly type: 'tool-started';
      readonly callId: string;
      readonly name: string;
      readonly server: string | null;
      /** The approval by which a person has answered the call, which a run before has made. */
      readonly approvalId?: string | undefined;
      /** The arguments of such a call. */
      readonly args?: unknown;
    }
  | {
      readonly type: 'tool-result';
      readonly callId: string;
      readonly messageId: string;
      readonly name: string;
      readonly result: unknown;
      readonly isError: boolean;
      /** The size of what the tool gave, before it was cut to its bound; as text, or as JSON. */
      readonly bytes: number;
      readonly approvalId?: string | undefined;
      /** The MCP server of the tool, of a call that a person has answered. */
      readonly server?: string | undefined;
      /** The arguments of a call that a person has answered, and that was not run. */
      readonly args?: unknown;
      /** Whether a person has refused the call. */
      readonly isDenied?: boolean | undefined;
      /** The page that shows it to people. */
      readonly page?: ShownPage | undefined;
      /** What the tool has drawn or made for people. */
      readonly files?: readonly ShownFile[] | undefined;
    }
  | { readonly type: 'state-set'; readonly state: unknown }
  | { readonly type: 'state-patched'; readonly patch: readonly unknown[] }
  | { readonly type: 'custom'; readonly name: string; readonly value: unknown }
  | SubagentRunEvent
  | { readonly type: 'step-ended'; readonly step: number; readonly usage: Usage }
  | { readonly type: 'run-ended'; readonly outcome: RunOutcome; readonly usage: Usage };

const OF_SUBAGENTS: ReadonlySet<RunEvent['type']> = new Set<SubagentEvent['type']>([
  'text-started',
  'text-delta',
  'text-ended',
  'tool-call-started',
  'tool-call-ended',
  'tool-result',
  'subagent-started',
  'subagent-event',
  'subagent-ended',
]);

/** Whether an event is told to whoever has asked the agent. */
export const isSubagentEvent = (event: RunEvent): event is SubagentEvent => OF_SUBAGENTS.has(event.type);

/** The end of a run whose own end never came, for whoever was told of it until then. */
export const toLostRun = (detail: string): RunEvent => ({
  type: 'run-ended',
  outcome: { status: 'failed', code: 'internal', detail },
  usage: NO_USAGE,
});
