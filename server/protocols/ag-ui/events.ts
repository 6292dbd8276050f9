import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import { toApiError } from '../../call/errors.ts';
import { translateEvents } from '../../call/ready-events.ts';
import { type RunEvent, toLostRun } from '../../runs/run-events.ts';
import type { Message } from '../../store/messages.ts';
import type { AgUiRunView } from './run-view.ts';
import { createAgUiTranslator } from './translator.ts';

/**
 * The AG-UI events of a run, in the order that the official verifier asks for: `RUN_STARTED`, what happens, then exactly one
 * `RUN_FINISHED` or `RUN_ERROR`. What is still open is closed before that in reverse order, and a call without a result gets one that
 * says it was stopped, unless the caller is to answer it. When `events` ends too early the last event is a `RUN_ERROR`; when it throws,
 * all but that comes, and what was thrown is thrown on for the surface to tell.
 */
export function toAgUiEvents(
  events: AsyncIterable<{
    readonly at?: number | undefined;
    readonly event: RunEvent;
    readonly messages?: readonly Message[] | undefined;
  }>,
  view: AgUiRunView,
): AsyncIterable<AgUiEvent> {
  const translator = createAgUiTranslator(view);
  return translateEvents(events, {
    first: translator.start(),
    next: ({ event, at, messages }) => translator.next(event, at, messages),
    isOver: translator.isOver,
    atFailure: (cause) => translator.next(toLostRun(toApiError(cause).message)).slice(0, -1),
    atEnd: () => translator.next(toLostRun('The server lost the run')),
  });
}
