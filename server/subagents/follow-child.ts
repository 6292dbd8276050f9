import { AnswerText, toAskAnswer } from '../runs/asked-agent.ts';
import { newId } from '../runs/ids.ts';
import type { LoggedEvent } from '../runs/log-reader.ts';
import type { ParentCall } from '../runs/parent-call.ts';
import { isSubagentEvent, type RunOutcome, reasonOf } from '../runs/run-events.ts';
import type { ToolOutcome } from '../runs/toolset.ts';
import type { NewApproval } from '../store/stored-approvals.ts';
import { ToldEvents } from './told-events.ts';

/** A run that was started for a call. */
export interface ChildRun {
  readonly storedId: string;
  readonly agentId: string;
  readonly conversationId: string;
  /** Its events to `run-ended`, however slow their reader is. */
  readonly events: AsyncIterable<LoggedEvent>;
  /** Absent of a run that somebody else has started. */
  cancel?(reason: string): void;
}

/**
 * Follows a run to its end, tells the run that asked for it what it does, and ends it with the call. Returns what the call comes to: what
 * the agent said, or the approvals that stand for those it waits for.
 */
export async function followChild(run: ChildRun, parent: ParentCall, signal: AbortSignal): Promise<ToolOutcome> {
  const said = new AnswerText();
  const told = new ToldEvents();
  const { storedId: runId, agentId, conversationId } = run;
  let isTold = true;
  const end = (outcome: RunOutcome) => {
    if (isTold) parent.emit({ type: 'subagent-ended', runId, outcome, omitted: told.omitted });
    isTold = false;
  };
  const leave = () => {
    const reason = reasonOf(signal);
    run.cancel?.(reason);
    end({ status: 'cancelled', reason });
  };
  parent.waitWithoutDeadline();
  parent.emit({ type: 'subagent-started', runId, callId: parent.callId, agentId, conversationId });
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    for await (const { event } of run.events) {
      if (event.type === 'run-ended') return toOutcome(run, { outcome: event.outcome, said, parent, end });
      said.add(event);
      const shown = isTold && isSubagentEvent(event) ? told.take(event) : undefined;
      if (shown) parent.emit({ type: 'subagent-event', runId, event: shown });
      const pressure = parent.pressure();
      if (pressure) await pressure;
    }
  } finally {
    signal.removeEventListener('abort', leave);
  }
  return toOutcome(run, { outcome: LOST, said, parent, end });
}

const LOST: RunOutcome = { status: 'failed', code: 'internal', detail: 'The server lost the run' };

interface ChildEnd {
  readonly outcome: RunOutcome;
  readonly said: AnswerText;
  readonly parent: ParentCall;
  end(outcome: RunOutcome): void;
}

function toOutcome(run: ChildRun, { outcome, said, parent, end }: ChildEnd): ToolOutcome {
  const approvals = outcome.status === 'finished' ? (outcome.approvals ?? []) : [];
  const awaits = approvals.map(({ id: standsFor, tool, description, args }): NewApproval => {
    const { callId } = parent;
    return { id: newId('appr'), callId, tool, description, args, toolHash: '', standsFor };
  });
  if (!awaits.length) {
    end(outcome);
    const { answer, error, status: _, run_id: __, ...rest } = toAskAnswer(run, said.text, outcome);
    if (!error) return { result: { answer, ...rest }, isError: false };
    const result = { error: `The agent '${run.agentId}' did not answer: ${error.detail}`, ...(answer && { answer }) };
    return { result: { ...result, ...rest }, isError: true };
  }
  // Who follows the run that asked is told of the approvals that are answered there.
  const shown = awaits.map(({ toolHash: _, standsFor: __, ...call }) => call);
  end({ ...outcome, status: 'finished', pending: [parent.callId], approvals: shown });
  return { result: null, isError: false, awaits };
}
