import type { Principal } from '../call/principal.ts';
import { joinExtensions, type StartRun, type StartRunRequest } from './start-run.ts';

/** What a client that holds a conversation open adds to its runs. */
export type Attached = Pick<StartRunRequest, 'extend' | 'heldTools' | 'instructions'>;

/**
 * What clients add to the runs of the conversations that they hold open. A run that acts on an answer goes on with it, whoever gave the
 * answer, and over whatever protocol.
 */
export class Attachments {
  readonly #byConversation = new Map<string, Attached>();

  /** Adds to the runs of a conversation, in the place of what was added before, until the function it returns is called. */
  add(conversationKey: string, attached: Attached): () => void {
    this.#byConversation.set(conversationKey, attached);
    return () => {
      if (this.#byConversation.get(conversationKey) === attached) this.#byConversation.delete(conversationKey);
    };
  }

  find(conversationKey: string): Attached | undefined {
    return this.#byConversation.get(conversationKey);
  }

  /** Starts runs by `startRun`, those that act on answers with what is added to their conversation; `keyOf` names that. */
  joinAnswers(startRun: StartRun, keyOf: (id: string, principal: Principal) => Promise<string | undefined>): StartRun {
    return async (agentId, request) => {
      const { decisions, conversationId, conversationKey, principal } = request;
      if (!decisions?.length || !this.#byConversation.size) return startRun(agentId, request);
      const key = conversationKey ?? (conversationId && (await keyOf(conversationId, principal)));
      const { extend, ...attached } = (key && this.find(key)) || {};
      return startRun(agentId, { ...attached, ...request, extend: joinExtensions(extend, request.extend) });
    };
  }
}
