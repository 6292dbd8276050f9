import type { A2ARequestHandler } from '@a2a-js/sdk/server';
import { ApiError } from '../../../call/errors.ts';
import type { A2aSdk } from '../sdk.ts';

interface KnownErrorsOptions {
  readonly sdk: A2aSdk;
  readonly log: { error(details: object, message: string): void };
}

/** What is no error of the protocol becomes one; of a fault of this server the caller learns nothing but that. */
export function withKnownErrors(
  operations: A2ARequestHandler,
  { sdk: { errors }, log }: KnownErrorsOptions,
): A2ARequestHandler {
  const toKnown = (cause: unknown): Error => {
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
        throw toKnown(cause);
      });
  const wrapStream = <Args extends unknown[], Item>(
    operation: (...args: Args) => AsyncGenerator<Item, void, undefined>,
  ) =>
    async function* (...args: Args): AsyncGenerator<Item, void, undefined> {
      try {
        yield* operation(...args);
      } catch (cause) {
        throw toKnown(cause);
      }
    };
  return {
    getAgentCard: operations.getAgentCard,
    getAuthenticatedExtendedAgentCard: operations.getAuthenticatedExtendedAgentCard,
    sendMessage: wrap(operations.sendMessage),
    sendMessageStream: wrapStream(operations.sendMessageStream),
    getTask: wrap(operations.getTask),
    listTasks: wrap(operations.listTasks),
    cancelTask: wrap(operations.cancelTask),
    resubscribe: wrapStream(operations.resubscribe),
    createTaskPushNotificationConfig: wrap(operations.createTaskPushNotificationConfig),
    getTaskPushNotificationConfig: wrap(operations.getTaskPushNotificationConfig),
    listTaskPushNotificationConfigs: wrap(operations.listTaskPushNotificationConfigs),
    deleteTaskPushNotificationConfig: wrap(operations.deleteTaskPushNotificationConfig),
  };
}
