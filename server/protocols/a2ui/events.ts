/** Turns the events of a run into envelopes of A2UI. */
import type { A2uiEvent } from '../../../contract/a2ui.ts';
import { type NumberedEvents, numberEvents } from '../../call/numbered-events.ts';
import type { RunEvent } from '../../runs/run-events.ts';
import { toA2uiError, toTextSurface, toTextUpdate } from '../../surfaces/envelopes.ts';
import { RenderCalls, type RenderOutcome } from '../../surfaces/render-calls.ts';
import type { TextRun } from '../text-runs.ts';

/** How often a model may fail in a row to make a surface before the caller is told. */
const MAX_FAILURES = 2;

/** The envelopes of a run as they come about, behind number `after`, and an error event for what went wrong in it. Ends after the run. */
export function toA2uiEvents(
  { events, conversationId }: Pick<TextRun, 'events' | 'conversationId'>,
  after: number,
): NumberedEvents<A2uiEvent> {
  const translation = new A2uiTranslation(conversationId);
  return numberEvents(events, ({ event }) => [...translation.take(event)], after);
}

class A2uiTranslation {
  readonly #conversationId: string;
  readonly #calls = new RenderCalls();
  #hasShown = false;
  #failures = 0;
  /** The surface of the last text. */
  #lastText: string | undefined;
  #text: { readonly surfaceId: string; value: string; sentLength: number } | undefined;

  constructor(conversationId: string) {
    this.#conversationId = conversationId;
  }

  *take(event: RunEvent): Generator<A2uiEvent> {
    switch (event.type) {
      case 'text-delta':
        // Text is the answer as long as no surface is shown; after that it only comments on the surface, and is left out.
        if (!this.#hasShown) yield* this.#addText(event.messageId, event.delta);
        return;
      case 'text-ended':
        yield* this.#endText();
        return;
      case 'answer-withdrawn':
        yield* this.#emptyText(event.messageIds);
        return;
      case 'tool-call-ended':
        this.#calls.note(event);
        return;
      case 'tool-result':
        yield* this.#show(this.#calls.resolve(event));
        return;
      case 'run-ended':
        yield* this.#endText();
        if (this.#failures > 0 && this.#failures < MAX_FAILURES) yield toNotShown();
        if (event.outcome.status === 'finished') {
          for (const { id, tool } of event.outcome.approvals ?? [])
            yield toA2uiError('approval-pending', toApprovalNotice(id, tool));
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
      if (this.#failures === MAX_FAILURES) yield toNotShown();
      return;
    }
    this.#failures = 0;
    this.#hasShown = true;
    yield* outcome.envelopes;
  }

  *#addText(messageId: string, delta: string): Generator<A2uiEvent> {
    if (!this.#text) {
      const surfaceId = `${this.#conversationId}:${messageId}`;
      this.#text = { surfaceId, value: '', sentLength: 0 };
      this.#lastText = surfaceId;
      yield* toTextSurface(surfaceId);
    }
    const text = this.#text;
    text.value += delta;
    // Each update holds the whole text, so the longer it is, the fewer are sent.
    if (text.value.length < text.sentLength * 1.1 + 40) return;
    text.sentLength = text.value.length;
    yield toTextUpdate(text.surfaceId, text.value);
  }

  /** Takes a text back that does not count: its surface is empty then. */
  *#emptyText(messageIds: readonly string[]): Generator<A2uiEvent> {
    const surfaceId = messageIds.map((id) => `${this.#conversationId}:${id}`).find((id) => id === this.#lastText);
    this.#text = undefined;
    if (surfaceId !== undefined) yield toTextUpdate(surfaceId, '');
  }

  *#endText(): Generator<A2uiEvent> {
    const text = this.#text;
    this.#text = undefined;
    if (text && text.sentLength < text.value.length) yield toTextUpdate(text.surfaceId, text.value);
  }
}

const toApprovalNotice = (id: string, tool: string) =>
  `The agent waits for a person to allow it to call ${tool}: answer at /approvals/${id}`;

const toNotShown = () =>
  toA2uiError(
    'surface-invalid',
    'The model made a surface that is not valid by the schema of A2UI, and could not mend it',
  );
