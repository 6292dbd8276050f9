/** From the events of a run to envelopes of A2UI. */
import type { A2uiEvent } from '../../../contract/a2ui.ts';
import { toApiError } from '../../call/errors.ts';
import type { RunEvent } from '../../runs/run-events.ts';
import { toA2uiError, toTextSurface, toTextUpdate } from '../../surfaces/envelopes.ts';
import { RenderCalls, type RenderOutcome } from '../../surfaces/render-calls.ts';

/** How often the model may try to make one surface before the caller is told that there is none. */
const TRIES = 2;

/** The envelopes of a run, as they come about. Ends after the run; what went wrong is an event of its own. */
export async function* toA2uiEvents(
  events: AsyncIterable<{ readonly event: RunEvent }>,
  conversationId: string,
): AsyncGenerator<A2uiEvent, void> {
  const translation = new A2uiTranslation(conversationId);
  try {
    for await (const { event } of events) yield* translation.take(event);
  } catch (cause) {
    yield toA2uiError('internal', toApiError(cause).message);
    throw cause;
  }
}

class A2uiTranslation {
  readonly #conversationId: string;
  readonly #calls = new RenderCalls();
  #hasShown = false;
  #failures = 0;
  #text: { readonly surfaceId: string; value: string; told: number } | undefined;

  constructor(conversationId: string) {
    this.#conversationId = conversationId;
  }

  *take(event: RunEvent): Generator<A2uiEvent> {
    switch (event.type) {
      case 'text-delta':
        // What is said beside a surface is about it; without one it is the answer.
        if (!this.#hasShown) yield* this.#say(event.messageId, event.delta);
        return;
      case 'text-ended':
        yield* this.#endText();
        return;
      case 'tool-call-ended':
        this.#calls.note(event);
        return;
      case 'tool-result':
        yield* this.#show(this.#calls.resolve(event));
        return;
      case 'run-ended':
        yield* this.#endText();
        if (this.#failures > 0 && this.#failures < TRIES) yield notShown();
        if (event.outcome.status === 'finished') {
          for (const { id, tool } of event.outcome.approvals ?? [])
            yield toA2uiError('approval-pending', toAsk(id, tool));
        }
        if (event.outcome.status === 'failed') yield toA2uiError(event.outcome.code, event.outcome.detail);
        if (event.outcome.status === 'cancelled') yield toA2uiError('run-cancelled', event.outcome.reason);
        return;
    }
  }

  *#show(outcome: RenderOutcome | undefined): Generator<A2uiEvent> {
    if (!outcome) return;
    if (!outcome.isShown) {
      this.#failures += 1;
      if (this.#failures === TRIES) yield notShown();
      return;
    }
    this.#failures = 0;
    this.#hasShown = true;
    yield* outcome.envelopes;
  }

  *#say(messageId: string, delta: string): Generator<A2uiEvent> {
    if (!this.#text) {
      const surfaceId = `${this.#conversationId}:${messageId}`;
      this.#text = { surfaceId, value: '', told: 0 };
      yield* toTextSurface(surfaceId);
    }
    const text = this.#text;
    text.value += delta;
    // The whole text is told each time, so it is told less often the longer it is.
    if (text.value.length < text.told * 1.1 + 40) return;
    text.told = text.value.length;
    yield toTextUpdate(text.surfaceId, text.value);
  }

  *#endText(): Generator<A2uiEvent> {
    const text = this.#text;
    this.#text = undefined;
    if (text && text.told < text.value.length) yield toTextUpdate(text.surfaceId, text.value);
  }
}

const toAsk = (id: string, tool: string) =>
  `The agent waits for a person to allow it to call ${tool}: answer at /approvals/${id}`;

const notShown = () =>
  toA2uiError(
    'surface-invalid',
    'The model made a surface that is not valid by the schema of A2UI, and could not mend it',
  );
