import type { A2ARequestHandler } from '@a2a-js/sdk/server';
import { type AgentRequests, findTask } from './requested-task.ts';

/** The operations on the push notification configs of tasks. */
export function createPushRequests(
  requests: AgentRequests,
): Pick<
  A2ARequestHandler,
  | 'createTaskPushNotificationConfig'
  | 'getTaskPushNotificationConfig'
  | 'listTaskPushNotificationConfigs'
  | 'deleteTaskPushNotificationConfig'
> {
  const { sdk, push } = requests;
  const { errors } = sdk;
  return {
    async createTaskPushNotificationConfig(config, context) {
      await findTask(config.taskId, context, requests);
      push.check(config, errors);
      return push.set(config.taskId, config, context.requestedVersion);
    },
    async getTaskPushNotificationConfig({ taskId, id }, context) {
      await findTask(taskId, context, requests);
      const config = push.get(taskId, id);
      if (config) return config;
      throw new errors.TaskNotFoundError(`The task ${taskId} has no push notification config ${id}`);
    },
    async listTaskPushNotificationConfigs({ taskId }, context) {
      await findTask(taskId, context, requests);
      return { configs: push.list(taskId), nextPageToken: '' };
    },
    async deleteTaskPushNotificationConfig({ taskId, id }, context) {
      await findTask(taskId, context, requests);
      push.delete(taskId, id);
    },
  };
}
