/** Messages to one agent: each starts a task, or answers what a task waits for. */
import type { Message, SendMessageRequest } from '@a2a-js/sdk';
import type { A2ARequestHandler, ServerCallContext } from '@a2a-js/sdk/server';
import type { UserPart } from '../../../store/messages.ts';
import { A2UI_EXTENSION } from '../../../surfaces/envelopes.ts';
import type { SurfaceViewer } from '../../../surfaces/render-ui.ts';
import type { A2aMessage, A2aTask } from '../json.ts';
import { checkPushConfig, type RequestedPush } from '../push/push.ts';
import { readMessageDecisions } from '../tasks/decisions.ts';
import type { LiveTask } from '../tasks/live-task.ts';
import { principalOf } from '../user.ts';
import { toKeptMessage } from './kept-message.ts';
import { readUserMessage } from './messages.ts';
import {
  type AgentRequests,
  checkHistoryLength,
  findTask,
  followTask,
  hasEnded,
  isWaiting,
  toSdkTask,
} from './requested-task.ts';
import type { TaskStreams } from './task-streams.ts';

/** A request to send a message, checked. */
interface ReceivedMessage {
  readonly message: Message;
  /** The message as the history of its task keeps it. */
  readonly json: A2aMessage;
  readonly parts: readonly UserPart[];
  /** Absent for a caller that shows no surfaces of A2UI. */
  readonly viewer: SurfaceViewer | undefined;
  /** What the request asks to be told of the task; undefined: nothing. */
  readonly push: RequestedPush | undefined;
}

const MAX_CONTEXT_ID = 256;

/** The operations that send messages. */
export function createMessageRequests(
  requests: AgentRequests,
): Pick<A2ARequestHandler, 'sendMessage'> & Pick<TaskStreams, 'sendMessageStream'> {
  const { sdk } = requests;
  return {
    async sendMessage(request, context) {
      const task = await deliver(request, context, requests);
      const { returnImmediately, historyLength } = request.configuration ?? {};
      if (!('follow' in task)) return toSdkTask(task, historyLength, sdk);
      return toSdkTask(returnImmediately ? task.snapshot() : await task.ended, historyLength, sdk);
    },
    async sendMessageStream(request, context) {
      const task = await deliver(request, context, requests);
      return followTask(task, request.configuration?.historyLength);
    },
  };
}

/** The task that takes the message: live, or as it is now when it goes on waiting. */
async function deliver(
  request: SendMessageRequest,
  context: ServerCallContext,
  requests: AgentRequests,
): Promise<LiveTask | A2aTask> {
  const received = receive(request, context, requests);
  const { message, json, parts, viewer, push } = received;
  if (message.taskId) return answerTask(received, context, requests);
  return requests.tasks.start({
    agentId: requests.agentId,
    principal: principalOf(context),
    contextId: message.contextId || undefined,
    parts,
    viewer,
    message: json,
    push,
  });
}

function receive(
  { message, configuration }: SendMessageRequest,
  context: ServerCallContext,
  { sdk, webhookHosts }: AgentRequests,
): ReceivedMessage {
  const { types, errors } = sdk;
  if (!message) throw new errors.RequestMalformedError('message is required');
  const showsSurfaces = context.requestedExtensions?.includes(A2UI_EXTENSION) ?? false;
  if (showsSurfaces) context.addActivatedExtension(A2UI_EXTENSION);
  checkHistoryLength(configuration?.historyLength, sdk);
  const { parts, surfaceId } = readUserMessage(message, sdk);
  if (message.contextId.length > MAX_CONTEXT_ID) {
    throw new errors.RequestMalformedError(`message.contextId is longer than ${MAX_CONTEXT_ID} characters`);
  }
  const config = configuration?.taskPushNotificationConfig;
  if (config) checkPushConfig(config, webhookHosts, errors);
  return {
    message,
    json: toKeptMessage(types.Message.toJSON(message) as A2aMessage, sdk),
    parts,
    viewer: showsSurfaces ? { surfaceId } : undefined,
    push: config && { config, version: context.requestedVersion },
  };
}

/** Answers the calls of a task that wait for a person; a task without such calls takes no message. */
async function answerTask(
  { message, json, viewer, push }: ReceivedMessage,
  context: ServerCallContext,
  requests: AgentRequests,
): Promise<LiveTask | A2aTask> {
  const { sdk, agentId, tasks } = requests;
  const { errors } = sdk;
  const { taskId: id } = message;
  const principal = principalOf(context);
  const task = await findTask(id, context, requests);
  const { contextId } = task;
  if (message.contextId && message.contextId !== contextId) {
    throw new errors.RequestMalformedError(`message.contextId is not that of the task ${id}`);
  }
  if (!isWaiting(task)) {
    const why = hasEnded(task) ? 'has ended' : 'is still running';
    throw new errors.UnsupportedOperationError(
      `The task ${id} ${why} and takes no further message; send it with the contextId ${contextId} alone`,
    );
  }
  const decisions = readMessageDecisions(message);
  if (push) await requests.push.set(id, push);
  // It is no answer, and the task, which goes on waiting, says what would be one.
  if (!decisions.length) return task;
  const continued = await tasks.answer({ id, agentId, contextId, message: json, principal, viewer }, decisions);
  return continued ?? findTask(id, context, requests);
}
