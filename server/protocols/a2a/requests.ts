/** What A2A asks of one agent, in the words of the SDK: both bindings and both versions end here. */
import type {
  AgentCard,
  ListTasksResponse,
  Message,
  SendMessageRequest,
  StreamResponse,
  Task,
  TaskPushNotificationConfig,
} from '@a2a-js/sdk';
import type { A2ARequestHandler, ServerCallContext } from '@a2a-js/sdk/server';
import { A2UI_EXTENSION } from '../../surfaces/envelopes.ts';
import type { SurfaceViewer } from '../../surfaces/render-ui.ts';
import { HOW_TO_ANSWER, readDecisions } from './decisions.ts';
import type { A2aMessage, A2aTask } from './json.ts';
import { withKnownErrors } from './known-errors.ts';
import type { LiveTask } from './live-task.ts';
import { toUserParts } from './messages.ts';
import type { PushConfigs } from './push.ts';
import type { A2aSdk } from './sdk.ts';
import { toTaskQuery } from './task-query.ts';
import type { A2aTasks } from './tasks.ts';
import { principalOf } from './user.ts';

interface RequestsOptions {
  readonly sdk: A2aSdk;
  readonly agentId: string;
  readonly card: AgentCard;
  readonly tasks: A2aTasks;
  readonly push: PushConfigs;
  readonly log: { error(details: object, message: string): void };
}

/** Where a task stands that takes a message. */
const WAITING = 'TASK_STATE_INPUT_REQUIRED';
const MAX_CONTEXT_ID = 256;

/** The operations of A2A for one agent. They throw the SDK's errors and nothing else. */
export function createA2aRequests(options: RequestsOptions): A2ARequestHandler {
  const { sdk, agentId, card, tasks, push } = options;
  const { types, errors } = sdk;

  /** The task a message is for; as it is now when it goes on waiting. */
  async function open(
    { message, configuration }: SendMessageRequest,
    context: ServerCallContext,
  ): Promise<LiveTask | A2aTask> {
    if (!message) throw new errors.RequestMalformedError('message is required');
    const isExtended = context.requestedExtensions?.includes(A2UI_EXTENSION) ?? false;
    if (isExtended) context.addActivatedExtension(A2UI_EXTENSION);
    const { parts, surfaceId } = toUserParts(message, sdk);
    if (message.contextId.length > MAX_CONTEXT_ID) {
      throw new errors.RequestMalformedError(`message.contextId is longer than ${MAX_CONTEXT_ID} characters`);
    }
    const config = configuration?.taskPushNotificationConfig;
    if (config) push.check(config, errors);
    const viewer = isExtended ? { surfaceId } : undefined;
    if (message.taskId) {
      return goOn(
        message,
        { viewer, context },
        () => config && push.set(message.taskId, config, context.requestedVersion),
      );
    }
    const json = types.Message.toJSON(message) as A2aMessage;
    return tasks.start({
      agentId,
      principal: principalOf(context),
      contextId: message.contextId || undefined,
      parts,
      viewer,
      message: json,
      onId: (id) => config && push.set(id, config, context.requestedVersion),
    });
  }

  // A task waits for another message only when calls of it wait for a person.
  async function goOn(
    message: Message,
    { viewer, context }: { viewer: SurfaceViewer | undefined; context: ServerCallContext },
    onTaken: () => void,
  ): Promise<LiveTask | A2aTask> {
    const { taskId, contextId } = message;
    const principal = principalOf(context);
    const task = await find(taskId, context);
    if (contextId && contextId !== task.contextId) {
      throw new errors.RequestMalformedError(`message.contextId is not that of the task ${taskId}`);
    }
    if (task.status.state === WAITING) {
      const decisions = readDecisions(message);
      if (!decisions.length) throw new errors.RequestMalformedError(`The task ${taskId} waits. ${HOW_TO_ANSWER}`);
      onTaken();
      const said = types.Message.toJSON(message) as A2aMessage;
      return (
        (await tasks.answer({ id: taskId, contextId: task.contextId, message: said, principal, viewer }, decisions)) ??
        find(taskId, context)
      );
    }
    const why = tasks.live(agentId, taskId, principal) ? 'is still running' : 'has ended';
    throw new errors.UnsupportedOperationError(
      `The task ${taskId} ${why} and takes no further message; send it with the contextId ${task.contextId} alone`,
    );
  }

  async function find(id: string, context: ServerCallContext): Promise<A2aTask> {
    if (!id.trim()) throw new errors.RequestMalformedError('The id of the task is required');
    const task = await tasks.get(agentId, id, principalOf(context));
    if (!task) throw new errors.TaskNotFoundError(`Task not found: ${id}`);
    return task;
  }

  const toTask = (task: A2aTask, historyLength?: number): Task => types.Task.fromJSON(shorten(task, historyLength));

  async function* stream(task: LiveTask | A2aTask, historyLength?: number): AsyncGenerator<StreamResponse, void> {
    for await (const update of 'follow' in task ? task.follow() : [{ task }]) {
      yield types.StreamResponse.fromJSON('task' in update ? { task: shorten(update.task, historyLength) } : update);
    }
  }

  const operations: A2ARequestHandler = {
    getAgentCard: async () => card,
    getAuthenticatedExtendedAgentCard: async () => {
      throw new errors.UnsupportedOperationError('There is no extended card: the card is the whole');
    },
    async sendMessage(request, context) {
      const task = await open(request, context);
      const { returnImmediately, historyLength } = request.configuration ?? {};
      if (!('follow' in task)) return toTask(task, historyLength);
      return toTask(returnImmediately ? task.snapshot() : await task.ended, historyLength);
    },
    async *sendMessageStream(request, context) {
      yield* stream(await open(request, context), request.configuration?.historyLength);
    },
    getTask: async ({ id, historyLength }, context) => toTask(await find(id, context), historyLength),
    async listTasks(request, context) {
      const { limit, ...query } = toTaskQuery(request, sdk);
      const page = await tasks.list({ agentId, principal: principalOf(context), limit, ...query });
      const shown = page.tasks.map((task) => (request.includeArtifacts ? task : { ...task, artifacts: [] }));
      const response: ListTasksResponse = {
        tasks: shown.map((task) => toTask(task, request.historyLength)),
        nextPageToken: page.nextCursor ?? '',
        pageSize: limit,
        totalSize: page.total,
      };
      return response;
    },
    async cancelTask({ id }, context) {
      const task = await find(id, context);
      const isStopped = task.status.state === WAITING && (await tasks.cancelWaiting(agentId, id));
      // A task that waited may have been answered just now, and goes on.
      const now = task.status.state === WAITING ? await find(id, context) : task;
      const live = isStopped ? undefined : tasks.live(agentId, id, principalOf(context));
      live?.cancel();
      const ended = live ? await live.ended : now;
      if (ended.status.state === 'TASK_STATE_CANCELED') return toTask(ended);
      throw new errors.TaskNotCancelableError(`The task ${id} has ended already: ${ended.status.state}`);
    },
    async *resubscribe({ id }, context) {
      const task = await find(id, context);
      const live = tasks.live(agentId, id, principalOf(context));
      if (!live && task.status.state !== WAITING)
        throw new errors.UnsupportedOperationError(`The task ${id} has ended: ${task.status.state}`);
      yield* stream(live ?? task);
    },
    async createTaskPushNotificationConfig(config, context) {
      await find(config.taskId, context);
      push.check(config, errors);
      return push.set(config.taskId, config, context.requestedVersion);
    },
    async getTaskPushNotificationConfig({ taskId, id }, context) {
      await find(taskId, context);
      const config = push.get(taskId, id);
      if (config) return config;
      throw new errors.TaskNotFoundError(`The task ${taskId} has no push notification config ${id}`);
    },
    async listTaskPushNotificationConfigs({ taskId }, context) {
      await find(taskId, context);
      const configs: TaskPushNotificationConfig[] = push.list(taskId);
      return { configs, nextPageToken: '' };
    },
    async deleteTaskPushNotificationConfig({ taskId, id }, context) {
      await find(taskId, context);
      push.delete(taskId, id);
    },
  };
  return withKnownErrors(operations, options);
}

/** `historyLength` absent: all of it; otherwise at most so many of its newest messages. */
function shorten(task: A2aTask, historyLength: number | undefined): A2aTask {
  if (historyLength === undefined) return task;
  return { ...task, history: historyLength > 0 ? task.history.slice(-historyLength) : [] };
}
