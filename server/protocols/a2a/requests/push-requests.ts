import type { A2ARequestHandler } from '@a2a-js/sdk/server';
import { checkPushConfig } from '../push/push.ts';
import { principalOf } from '../user.ts';
import { type AgentRequests, findTask } from './requested-task.ts';

const ELSEWHERE =
  'Another server works on this task, and without a secret key file it is not told of push notifications that are asked for here; ask for them with the message that starts the task';

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
  const { sdk, agentId, tasks, push, webhookHosts } = requests;
  const { errors } = sdk;
  return {
    async createTaskPushNotificationConfig(config, context) {
      await findTask(config.taskId, context, requests);
      checkPushConfig(config, webhookHosts, errors);
      const running = await tasks.running(agentId, config.taskId, principalOf(context));
      if (running && !running.isOurs && !push.isStored) throw new errors.PushNotificationNotSupportedError(ELSEWHERE);
      return push.set(config.taskId, { config, version: context.requestedVersion });
    },
    async getTaskPushNotificationConfig({ taskId, id }, context) {
      await findTask(taskId, context, requests);
      const config = await push.get(taskId, id);
      if (config) return config;
      throw new errors.TaskNotFoundError(`The task ${taskId} has no push notification config ${id}`);
    },
    async listTaskPushNotificationConfigs({ taskId }, context) {
      await findTask(taskId, context, requests);
      return { configs: await push.list(taskId), nextPageToken: '' };
    },
    async deleteTaskPushNotificationConfig({ taskId, id }, context) {
      await findTask(taskId, context, requests);
      await push.delete(taskId, id);
    },
  };
}
