import type { A2ARequestHandler, ServerCallContext } from '@a2a-js/sdk/server';
import type { A2aTask } from '../json.ts';
import { principalOf } from '../user.ts';
import {
  type AgentRequests,
  checkHistoryLength,
  findTask,
  followTask,
  hasEnded,
  isWaiting,
  toSdkTask,
} from './requested-task.ts';
import { toTaskQuery } from './task-query.ts';
import type { TaskStreams } from './task-streams.ts';

/** How often a task is looked for that changes while it is. */
const MAX_LOOKS = 5;

/** The operations that read, follow and cancel the tasks of one agent. */
export function createTaskRequests(
  requests: AgentRequests,
): Pick<A2ARequestHandler, 'getTask' | 'listTasks' | 'cancelTask'> & Pick<TaskStreams, 'resubscribe'> {
  const { sdk, agentId, tasks } = requests;
  const { errors } = sdk;
  return {
    async getTask({ id, historyLength }, context) {
      checkHistoryLength(historyLength, sdk);
      return toSdkTask(await findTask(id, context, requests), historyLength, sdk);
    },
    async listTasks(request, context) {
      checkHistoryLength(request.historyLength, sdk);
      const { limit, ...query } = toTaskQuery(request, sdk);
      const page = await tasks.list({ agentId, principal: principalOf(context), limit, ...query });
      const shown = page.tasks.map((task) => (request.includeArtifacts ? task : { ...task, artifacts: [] }));
      return {
        tasks: shown.map((task) => toSdkTask(task, request.historyLength, sdk)),
        nextPageToken: page.nextCursor ?? '',
        pageSize: limit,
        totalSize: page.total,
      };
    },
    async cancelTask({ id }, context) {
      const task = await cancel(id, context, requests);
      if (task.status.state === 'TASK_STATE_CANCELED') return toSdkTask(task, undefined, sdk);
      throw new errors.TaskNotCancelableError(`The task ${id} has ended already: ${task.status.state}`);
    },
    async resubscribe({ id }, context) {
      for (let look = 1; ; look++) {
        const running = id ? await tasks.running(agentId, id, principalOf(context)) : undefined;
        if (running) return followTask(running, undefined);
        const task = await findTask(id, context, requests);
        if (isWaiting(task)) return followTask(task, undefined);
        // Else it has gone on between the two looks.
        if (hasEnded(task) || look === MAX_LOOKS) {
          throw new errors.UnsupportedOperationError(`The task ${id} has ended: ${task.status.state}`);
        }
      }
    },
  };
}

/** Cancels a task and returns it as it ended; it may have ended before, and in another way. */
async function cancel(id: string, context: ServerCallContext, requests: AgentRequests): Promise<A2aTask> {
  const { agentId, tasks } = requests;
  const task = await findTask(id, context, requests);
  // To cancel twice is the same as to cancel once in 1.0, and an error in 0.3.
  if (context.requestedVersion === '0.3' && task.status.state === 'TASK_STATE_CANCELED') {
    throw new requests.sdk.errors.TaskNotCancelableError(`The task ${id} has been canceled before`);
  }
  if (isWaiting(task) && (await tasks.cancelWaiting(agentId, id))) return findTask(id, context, requests);
  // A task that waited may have been answered just now, and goes on.
  const running = await tasks.running(agentId, id, principalOf(context));
  running?.cancel();
  return running ? running.ended : findTask(id, context, requests);
}
