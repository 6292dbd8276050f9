/** Offers every agent to clients of OpenAI's API. */
import type { AppHandlers } from '../../../contract/index.ts';
import type { RequestContext } from '../../call/implement.ts';
import { createChatHandlers } from './chat-handlers.ts';
import { createModelHandlers } from './models.ts';
import type { OpenAiParts } from './ports.ts';
import { createResponseHandlers } from './response-handlers.ts';

/** The handlers of the group `openai`. */
export const createOpenAiHandlers = (parts: OpenAiParts): AppHandlers<RequestContext>['openai'] => ({
  ...createModelHandlers(parts),
  ...createChatHandlers(parts),
  ...createResponseHandlers(parts),
});
