import type { RunRecord } from '../store/store.ts';
import type { RunSums } from '../store/stored-sums.ts';
import { outcomeOf } from './found-run.ts';
import type { RunOutcome, Usage } from './run-events.ts';

/** A run as callers are shown it, with what it answered. */
export function toRun(record: RunRecord) {
  const run = toListedRun(record);
  const { outcome } = record;
  const hasOutput = outcome?.status === 'finished' && 'output' in outcome;
  return hasOutput && run.outcome ? { ...run, outcome: { ...run.outcome, output: outcome.output } } : run;
}

/** A run as one of many: an output may be long, so it is left out. */
export function toListedRun(record: RunRecord) {
  const outcome = outcomeOf(record);
  return {
    id: record.id,
    given_id: record.givenId,
    agent_id: record.agentId,
    conversation_id: record.conversationId,
    parent_run_id: record.parentRunId,
    status: record.status,
    background: record.isDetached,
    usage: toTokenUsage(record.usage),
    cost: record.cost,
    unpriced_steps: record.unpricedSteps,
    outcome: outcome ? toWireOutcome(outcome) : null,
    started_at: record.startedAt,
    ended_at: record.endedAt,
  };
}

function toWireOutcome(outcome: RunOutcome) {
  const missing = outcome.missingServers && { missing_servers: [...outcome.missingServers] };
  const none = { ...missing, pending_tool_call_ids: [], approval_ids: [] };
  switch (outcome.status) {
    case 'finished':
      return {
        ...(outcome.stoppedBy && { stopped_by: outcome.stoppedBy }),
        pending_tool_call_ids: [...outcome.pending],
        approval_ids: (outcome.approvals ?? []).map(({ id }) => id),
        ...missing,
      };
    case 'cancelled':
      return { detail: outcome.reason, ...none };
    case 'failed':
      return { detail: outcome.detail, code: outcome.code, ...none };
  }
}

/** What runs came to, as callers are shown it. */
export const toSums = ({ runs, durationMs, usage, cost, unpricedSteps }: RunSums) => ({
  runs,
  duration_seconds: durationMs / 1000,
  usage: toTokenUsage(usage),
  cost,
  unpriced_steps: unpricedSteps,
});

/** All that a provider counted, as callers are shown it. */
export const toTokenUsage = (usage: Usage) => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  cached_tokens: usage.cachedInputTokens,
  reasoning_tokens: usage.reasoningTokens,
});
