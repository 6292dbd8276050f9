import type { ApprovalRecord, RunStep } from '../store/store.ts';
import type { StepToolCall } from '../store/stored-steps.ts';
import { toTokenUsage } from './run-views.ts';

interface StepContext {
  /** Whether the run has ended: what goes on then was cut off. */
  readonly isOver: boolean;
  /** The approvals that its calls wait for, or waited for. */
  readonly approvals: readonly ApprovalRecord[];
}

/** A step as callers are shown it. */
export function toStep(step: RunStep, context: StepContext) {
  const { askedAt, firstTokenAt } = step;
  return {
    step: step.number,
    model: step.model,
    status: step.status === 'running' && context.isOver ? ('interrupted' as const) : step.status,
    started_at: toTime(step.startedAt),
    answered_at: toTimeOrNull(step.answeredAt),
    ended_at: toTimeOrNull(step.endedAt),
    time_to_first_token: askedAt === null || firstTokenAt === null ? null : (firstTokenAt - askedAt) / 1000,
    usage: step.usage && toTokenUsage(step.usage),
    cost: step.cost,
    stop_reason: step.stopReason,
    error: step.failure,
    retries: step.retries.map(({ at, code, detail, waitMs }) => ({
      at: toTime(at),
      code,
      detail,
      wait_seconds: waitMs / 1000,
    })),
    tool_calls: step.toolCalls.map((call) => toToolCall(call, context)),
    more_tool_calls: step.moreToolCalls,
  };
}

function toToolCall(call: StepToolCall, { isOver, approvals }: StepContext) {
  const approval = approvals.find(({ id }) => id === call.approvalId);
  return {
    id: call.callId,
    parent_tool_call_id: call.parentCallId,
    tool: call.tool,
    server: call.server,
    status: statusOf(call, isOver),
    queued_at: toTime(call.queuedAt),
    started_at: toTimeOrNull(call.startedAt),
    ended_at: toTimeOrNull(call.endedAt),
    bytes: call.bytes,
    is_error: call.isError,
    child_run_id: call.childRunId,
    approval: approval ? toApproval(approval) : null,
  };
}

type CallStatus = 'queued' | 'running' | 'waiting' | 'done' | 'failed' | 'interrupted';

function statusOf({ startedAt, endedAt, isError, isPending }: StepToolCall, isOver: boolean): CallStatus {
  if (endedAt !== null && isError !== null) return isError ? 'failed' : 'done';
  if (isPending) return 'waiting';
  if (isOver || endedAt !== null) return 'interrupted';
  return startedAt === null ? 'queued' : 'running';
}

const toApproval = ({ id, status, createdAt, resolvedAt, resolvedBy, resumedBy }: ApprovalRecord) => ({
  id,
  status,
  requested_at: createdAt,
  resolved_at: resolvedAt,
  resolved_by: resolvedBy,
  resumed_by: resumedBy,
  waited_seconds:
    Math.max(0, (resolvedAt === null ? Date.now() : Date.parse(resolvedAt)) - Date.parse(createdAt)) / 1000,
});

const toTime = (at: number) => new Date(at).toISOString();
const toTimeOrNull = (at: number | null) => (at === null ? null : toTime(at));
