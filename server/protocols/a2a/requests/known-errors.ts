import type { A2ARequestHandler } from '@a2a-js/sdk/server';
import { ApiError } from '../../../call/errors.ts';
import type { A2aSdk } from '../sdk.ts';
import type { TaskStreams } from './task-streams.ts';

/** The operations of A2A, of which those that are answered with a stream give the updates of a task. */
export type A2aOperations = Omit<A2ARequestHandler, keyof TaskStreams> & TaskStreams;

interface KnownErrorsOptions {
  readonly sdk: A2aSdk;
  readonly log: { error(details: object, message: string): void };
}

/** The same operations, which throw errors of the protocol alone: a fault of this server is logged, and its cause is not told. */
export function withKnownErrors(
  operations: A2aOperations,
  { sdk: { errors }, log }: KnownErrorsOptions,
): A2aOperations {
  const toA2aError = (cause: unknown): Error => {
    if (cause instanceof errors.A2AError) return cause;
    if (cause instanceof ApiError && cause.code === 'validation-failed')
      return new errors.RequestMalformedError(cause.message);
    if (cause instanceof ApiError && cause.status !== 500) return new errors.A2AError(cause.message);
    log.error({ err: cause }, 'an A2A request failed inside the server');
    return new errors.A2AError('Internal Server Error');
  };
  const wrap =
    <Args extends unknown[], Result>(operation: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      operation(...args).catch((cause) => {
        throw toA2aError(cause);
      });
  return {
    getAgentCard: operations.getAgentCard,
    getAuthenticatedExtendedAgentCard: operations.getAuthenticatedExtendedAgentCard,
    sendMessage: wrap(operations.sendMessage),
    sendMessageStream: wrap(operations.sendMessageStream),
    getTask: wrap(operations.getTask),
    listTasks: wrap(operations.listTasks),
    cancelTask: wrap(operations.cancelTask),
    resubscribe: wrap(operations.resubscribe),
    createTaskPushNotificationConfig: wrap(operations.createTaskPushNotificationConfig),
    getTaskPushNotificationConfig: wrap(operations.getTaskPushNotificationConfig),
    listTaskPushNotificationConfigs: wrap(operations.listTaskPushNotificationConfigs),
    deleteTaskPushNotificationConfig: wrap(operations.deleteTaskPushNotificationConfig),
  };
}
