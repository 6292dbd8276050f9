/** The events at the end of an AG-UI run. */
import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import type { AwaitedCall, RunEvent, RunOutcome, Usage } from '../../runs/run-events.ts';
import type { AgUiRunView } from './run-view.ts';
import { createSpelling, type Spelling } from './spelling.ts';

/** The newest AG-UI version spoken here. */
export const AG_UI_VERSION = '1.0';

/** `RUN_ERROR` for a run that failed or that the server cut off, else `RUN_FINISHED`, also for one that somebody cancelled. */
export function toTerminalEvent(
  { outcome, usage }: Extract<RunEvent, { readonly type: 'run-ended' }>,
  view: Pick<AgUiRunView, 'threadId' | 'runId' | 'isVersion1'>,
  spelled: Spelling,
): AgUiEvent {
  const used = toTokenUsage(usage, spelled);
  if (outcome.status === 'failed') {
    return { type: 'RUN_ERROR', message: outcome.detail, code: outcome.code, ...used };
  }
  return {
    type: 'RUN_FINISHED',
    ...spelled('threadId', view.threadId),
    ...spelled('runId', view.runId),
    ...toOutcome(outcome, view.isVersion1, spelled),
    ...used,
  };
}

// Clients before 1.0 refuse the outcome `cancelled` and `pendingToolCallIds`; all of them take any JSON as `result`.
function toOutcome(
  outcome: Exclude<RunOutcome, { readonly status: 'failed' }>,
  isVersion1: boolean,
  spelled: Spelling,
) {
  if (outcome.status === 'cancelled') {
    return isVersion1
      ? { outcome: { type: 'cancelled' } }
      : { result: { status: 'cancelled', reason: outcome.reason } };
  }
  const result = toResult(outcome);
  if (outcome.approvals?.length) {
    const interrupts = outcome.approvals.map((call) => toInterrupt(call, spelled));
    return { ...result, outcome: { type: 'interrupt', interrupts } };
  }
  if (!isVersion1) return result;
  const pending = outcome.pending.length > 0 ? spelled('pendingToolCallIds', outcome.pending) : {};
  return { ...result, outcome: { type: 'success', ...pending } };
}

/** The checked output of an answer, and what there is to say of one that is not all it could have been. */
function toResult({ stoppedBy, missingServers, ...outcome }: Extract<RunOutcome, { readonly status: 'finished' }>): {
  result?: Record<string, unknown>;
} {
  const result = {
    ...(stoppedBy && { status: 'stopped', reason: stoppedBy }),
    ...(missingServers && { missing_servers: [...missingServers] }),
    ...('output' in outcome && { output: outcome.output }),
  };
  return Object.keys(result).length ? { result } : {};
}

/** An event with the approvals a run waits for, for clients before 1.0, which know no interrupts; none for others. */
export function toInterruptNotice(
  { outcome }: Extract<RunEvent, { readonly type: 'run-ended' }>,
  { isVersion1 }: Pick<AgUiRunView, 'isVersion1'>,
): AgUiEvent[] {
  if (isVersion1 || outcome.status !== 'finished' || !outcome.approvals?.length) return [];
  const interrupts = outcome.approvals.map((call) => toInterrupt(call, createSpelling('camel')));
  return [{ type: 'CUSTOM', name: 'on_interrupt', value: { interrupts } }];
}

const toInterrupt = ({ id, callId, tool, description, args }: AwaitedCall, spelled: Spelling) => ({
  id,
  reason: 'tool_call',
  message: `The agent wants to call ${tool}`,
  ...spelled('toolCallId', callId),
  ...spelled('responseSchema', RESPONSE_SCHEMA),
  metadata: { tool, description, args },
});

const RESPONSE_SCHEMA = {
  type: 'object',
  properties: {
    approved: { type: 'boolean', description: 'Whether the call may run, exactly as it is shown' },
    reason: { type: 'string', description: 'Told to the agent when the call is refused' },
  },
  required: ['approved'],
};

function toTokenUsage(usage: Usage, spelled: Spelling) {
  if (usage.inputTokens + usage.outputTokens === 0) return {};
  const counts = {
    ...spelled('inputTokens', usage.inputTokens),
    ...spelled('outputTokens', usage.outputTokens),
    ...spelled('totalTokens', usage.inputTokens + usage.outputTokens),
    ...spelled('reasoningTokens', usage.reasoningTokens),
    ...spelled('cachedInputTokens', usage.cachedInputTokens),
  };
  return { usage: [counts] };
}
