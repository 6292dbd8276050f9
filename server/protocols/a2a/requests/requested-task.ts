/** The task that a request names, and how requests are answered with tasks. */
import type { Task } from '@a2a-js/sdk';
import type { ServerCallContext } from '@a2a-js/sdk/server';
import { type ReadyEvents, translateEvents } from '../../../call/ready-events.ts';
import type { A2aTask, A2aUpdate } from '../json.ts';
import type { Push } from '../push/push.ts';
import type { A2aSdk } from '../sdk.ts';
import type { LiveTask } from '../tasks/live-task.ts';
import type { A2aTasks } from '../tasks/tasks.ts';
import { principalOf } from '../user.ts';

/** What the requests to one agent are answered with. */
export interface AgentRequests {
  readonly sdk: A2aSdk;
  readonly agentId: string;
  readonly tasks: A2aTasks;
  readonly push: Push;
  /** Hosts inside the network of this server that push notifications may go to. */
  readonly webhookHosts: readonly string[];
}

/** The task of that id as it is now. Throws the protocol's error when the caller sees none. */
export async function findTask(
  id: string,
  context: ServerCallContext,
  { sdk: { errors }, agentId, tasks }: AgentRequests,
): Promise<A2aTask> {
  if (!id.trim()) throw new errors.RequestMalformedError('The id of the task is required');
  const task = await tasks.get(agentId, id, principalOf(context));
  if (!task) throw new errors.TaskNotFoundError(`Task not found: ${id}`);
  return task;
}

/** Whether a task waits for a person. */
export const isWaiting = ({ status }: A2aTask): boolean => status.state === 'TASK_STATE_INPUT_REQUIRED';

/** Whether a task has ended for good. */
export const hasEnded = ({ status }: A2aTask): boolean => ENDS.has(status.state);
const ENDS = new Set(['COMPLETED', 'FAILED', 'CANCELED', 'REJECTED'].map((end) => `TASK_STATE_${end}`));

/** Throws the protocol's error for a number of messages that is none. */
export function checkHistoryLength(historyLength: number | undefined, { errors }: A2aSdk): void {
  if (historyLength !== undefined && historyLength < 0) {
    throw new errors.RequestMalformedError('historyLength must not be negative');
  }
}

/** The task as the SDK holds it, with at most `historyLength` of its newest messages; undefined: with all of them. */
export const toSdkTask = (task: A2aTask, historyLength: number | undefined, { types }: A2aSdk): Task =>
  types.Task.fromJSON(shorten(task, historyLength));

/** The task, then each change of it while it is live; `historyLength` as in {@link toSdkTask}. */
export function followTask(task: LiveTask | A2aTask, historyLength: number | undefined): ReadyEvents<A2aUpdate> {
  const updates = 'follow' in task ? task.follow() : toEvents([{ task }]);
  if (historyLength === undefined) return updates;
  const next = (update: A2aUpdate): A2aUpdate[] =>
    'task' in update ? [{ task: shorten(update.task, historyLength) }] : [update];
  return translateEvents(updates, { next });
}

const toEvents = <T>(first: readonly T[]): ReadyEvents<T> =>
  translateEvents<never, T>({ [Symbol.asyncIterator]: () => NONE }, { first, next: () => [] });
const NONE: AsyncIterator<never> = { next: async () => ({ done: true, value: undefined }) };

function shorten(task: A2aTask, historyLength: number | undefined): A2aTask {
  if (historyLength === undefined) return task;
  return { ...task, history: historyLength > 0 ? task.history.slice(-historyLength) : [] };
}
