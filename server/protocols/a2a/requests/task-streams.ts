/** The operations of A2A that are answered with a stream: of updates, and of what the SDK makes of them. */
import type { SendMessageRequest, StreamResponse, SubscribeToTaskRequest } from '@a2a-js/sdk';
import type { A2ARequestHandler, ServerCallContext } from '@a2a-js/sdk/server';
import type { ReadyEvents } from '../../../call/ready-events.ts';
import type { A2aUpdate } from '../json.ts';
import type { A2aSdk } from '../sdk.ts';

/** The operations that are answered with the updates of a task. */
export interface TaskStreams {
  sendMessageStream(request: SendMessageRequest, context: ServerCallContext): Promise<ReadyEvents<A2aUpdate>>;
  resubscribe(request: SubscribeToTaskRequest, context: ServerCallContext): Promise<ReadyEvents<A2aUpdate>>;
}

/** The same operations as the SDK knows them. */
export function toSdkStreams(
  { sendMessageStream, resubscribe }: TaskStreams,
  { types }: A2aSdk,
): Pick<A2ARequestHandler, 'sendMessageStream' | 'resubscribe'> {
  async function* toResponses(updates: Promise<AsyncIterable<A2aUpdate>>): AsyncGenerator<StreamResponse, void> {
    for await (const update of await updates) yield types.StreamResponse.fromJSON(update);
  }
  return {
    async *sendMessageStream(request, context) {
      yield* toResponses(sendMessageStream(request, context));
    },
    async *resubscribe(request, context) {
      yield* toResponses(resubscribe(request, context));
    },
  };
}

/**
 * The same operations for the SDK to read requests for: it is told that nothing comes, and what does come is given to `take`, before the SDK
 * would copy each update twice.
 */
export function toReadStreams(
  { sendMessageStream, resubscribe }: TaskStreams,
  take: (context: ServerCallContext, updates: Promise<ReadyEvents<A2aUpdate>>) => void,
): Pick<A2ARequestHandler, 'sendMessageStream' | 'resubscribe'> {
  return {
    sendMessageStream(request, context) {
      take(context, sendMessageStream(request, context));
      return nothing();
    },
    resubscribe(request, context) {
      take(context, resubscribe(request, context));
      return nothing();
    },
  };
}

async function* nothing(): AsyncGenerator<never, void> {
  // Whoever asks for it has been answered otherwise.
}
