import type { Fields } from '../../call/fields.ts';
import type { Message } from '../../store/messages.ts';
import { RenderCalls } from '../../surfaces/render-calls.ts';
import type { Spelling } from './spelling.ts';

/** The surfaces of a stored conversation as messages: each stands where it was made, with all that has changed it since. */
export class SurfaceMessages {
  readonly #calls = new RenderCalls();
  readonly #operations = new Map<string, unknown[]>();

  /** The surfaces that a message has made; the messages are given in their order. */
  take(message: Message, spelled: Spelling): Fields[] {
    if (message.role === 'assistant') {
      for (const part of message.content) if (part.type === 'tool-call') this.#calls.note(part);
    }
    if (message.role !== 'tool') return [];
    const outcome = this.#calls.resolve({ ...message, isError: message.status !== 'done' });
    if (!outcome?.isShown) return [];
    const { surfaceId, envelopes } = outcome;
    const known = this.#operations.get(surfaceId);
    if (known) {
      known.push(...envelopes);
      return [];
    }
    const operations: unknown[] = [...envelopes];
    this.#operations.set(surfaceId, operations);
    return [
      {
        id: `a2ui-${surfaceId}`,
        role: 'activity',
        ...spelled('activityType', 'a2ui-surface'),
        content: { a2ui_operations: operations },
      },
    ];
  }
}
