/** Where a task stands: how a run's end decides it, and how A2A tells it. */
import type { AwaitedCall, RunEvent, RunOutcome } from '../../../runs/run-events.ts';
import type { TaskState } from '../../../store/stored-tasks.ts';
import type { A2aPart, A2aStatus } from '../json.ts';
import type { TaskEvent } from '../task-ports.ts';
import { HOW_TO_ANSWER } from './decisions.ts';

/** Where a task stands, and since when. */
export interface TaskStatus {
  readonly state: TaskState;
  /** Why, in words for people. */
  readonly detail: string | null;
  /** The calls that wait for a person. */
  readonly approvals?: readonly AwaitedCall[] | undefined;
  readonly changedAt: string;
}

/** Why a run ends whose task is canceled. */
export const CANCELED_BY_CLIENT = 'canceled by the client';

/** Whether the run of a task is over; the task has ended then, or waits for a person. */
export const isOver = ({ state }: Pick<TaskStatus, 'state'>): boolean => state !== 'submitted' && state !== 'working';

/** Where a task stands whose run nobody executes any more. */
export const CUT_OFF = { state: 'failed', detail: 'The server stopped before the task ended' } as const;

/** Where a task stands after something that happened in its run, which goes on. */
export function toStatusAfter(status: TaskStatus, { event, at }: TaskEvent): TaskStatus {
  const isSaid = event.type === 'status';
  // What was said of a wait is over with whatever comes after it.
  if (!isSaid && status.detail === null) return status;
  const changedAt = at === undefined ? status.changedAt : new Date(at).toISOString();
  return { state: 'working', detail: isSaid ? event.text : null, changedAt };
}

/** Whether an event is the end of a run that was cut off. */
export const isCutOff = (event: RunEvent): boolean =>
  event.type === 'run-ended' && event.outcome.status === 'failed' && event.outcome.code === 'run-interrupted';

/** Where a task stands once its run has ended. */
export function toEndStatus(outcome: RunOutcome): Omit<TaskStatus, 'changedAt'> {
  switch (outcome.status) {
    case 'finished': {
      const { approvals = [] } = outcome;
      if (approvals.length) return { state: 'input-required', detail: toQuestion(approvals), approvals };
      return { state: 'completed', detail: toRemark(outcome) };
    }
    case 'cancelled':
      return { state: 'canceled', detail: `The run was cancelled: ${outcome.reason}` };
    case 'failed':
      return outcome.code === 'run-interrupted' ? CUT_OFF : { state: 'failed', detail: outcome.detail };
  }
}

/** What is to be said of an answer that is not all it could have been; null when there is nothing. */
function toRemark({ stoppedBy, missingServers }: Extract<RunOutcome, { status: 'finished' }>): string | null {
  const remarks = [
    ...(stoppedBy ? [`The answer was ended by: ${stoppedBy}`] : []),
    ...(missingServers ? [`The agent went without these MCP servers: ${missingServers.join(', ')}`] : []),
  ];
  return remarks.join('\n') || null;
}

function toQuestion(approvals: readonly AwaitedCall[]): string {
  const tools = approvals.map(({ tool }) => tool).join(', ');
  return `The agent waits for a person to allow it to call ${tools}. ${HOW_TO_ANSWER}`;
}

/** The status in JSON. The detail becomes a message of the agent, and the calls that wait for a person data beside it. */
export function toA2aStatus(
  task: { readonly id: string; readonly contextId: string },
  { state, detail, changedAt, approvals = [] }: TaskStatus,
): A2aStatus {
  const status = { state: `TASK_STATE_${state.toUpperCase().replace('-', '_')}`, timestamp: changedAt };
  if (detail === null) return status;
  const message = {
    // A task works on through several messages.
    messageId: `${task.id}-${state}${state === 'working' ? `-${Date.parse(changedAt)}` : ''}`,
    taskId: task.id,
    contextId: task.contextId,
    role: 'ROLE_AGENT',
    parts: [{ text: detail }, ...(approvals.length ? [toApprovalsPart(approvals)] : [])],
  };
  return { ...status, message };
}

const toApprovalsPart = (approvals: readonly AwaitedCall[]): A2aPart => ({
  data: { approvals: approvals.map(({ id, tool, description, args }) => ({ id, tool, description, args })) },
  mediaType: 'application/json',
  metadata: {},
});
