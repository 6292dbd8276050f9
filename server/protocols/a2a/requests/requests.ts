/** The operations of A2A for one agent, in the types of the SDK: both bindings and both versions end here. */
import type { AgentCard } from '@a2a-js/sdk';
import { type A2aOperations, withKnownErrors } from './known-errors.ts';
import { createMessageRequests } from './message-requests.ts';
import { createPushRequests } from './push-requests.ts';
import type { AgentRequests } from './requested-task.ts';
import { createTaskRequests } from './task-requests.ts';

interface RequestsOptions extends AgentRequests {
  readonly card: AgentCard;
  readonly log: { error(details: object, message: string): void };
}

/** The operations for one agent. They throw the SDK's errors and nothing else. */
export function createA2aRequests(options: RequestsOptions): A2aOperations {
  const { card, sdk } = options;
  const operations: A2aOperations = {
    getAgentCard: async () => card,
    getAuthenticatedExtendedAgentCard: async () => {
      throw new sdk.errors.UnsupportedOperationError('There is no extended card: the card is the whole');
    },
    ...createMessageRequests(options),
    ...createTaskRequests(options),
    ...createPushRequests(options),
  };
  return withKnownErrors(operations, options);
}
