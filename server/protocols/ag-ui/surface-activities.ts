import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import type { RunEvent } from '../../runs/run-events.ts';
import { RenderCalls } from '../../surfaces/render-calls.ts';
import type { Spelling } from './spelling.ts';

/** The surfaces of one run as activities of AG-UI, each with all the envelopes that the run has made for it. */
export class SurfaceActivities {
  readonly #calls = new RenderCalls();
  readonly #operations = new Map<string, unknown[]>();

  /** Notes a call, which may be one that shows a surface. */
  noteCall(event: Extract<RunEvent, { type: 'tool-call-ended' }>): void {
    this.#calls.note(event);
  }

  /** The activity of the surface that a result has shown; nothing for other results. */
  take(event: Extract<RunEvent, { type: 'tool-result' }>, spelled: Spelling): AgUiEvent[] {
    const outcome = this.#calls.resolve(event);
    if (!outcome?.isShown) return [];
    const { surfaceId, envelopes } = outcome;
    const operations = [...(this.#operations.get(surfaceId) ?? []), ...envelopes];
    this.#operations.set(surfaceId, operations);
    const isNew = envelopes[0] && 'createSurface' in envelopes[0];
    const isOfThisRun = isNew || operations.length > envelopes.length;
    // A surface of an earlier run is changed by an activity of its own: this run does not know the whole of it.
    const id = isOfThisRun ? `a2ui-${surfaceId}` : `a2ui-${surfaceId}-${event.callId}`;
    return [
      {
        type: 'ACTIVITY_SNAPSHOT',
        ...spelled('messageId', id),
        ...spelled('activityType', 'a2ui-surface'),
        content: { a2ui_operations: operations },
        replace: true,
      },
    ];
  }
}
