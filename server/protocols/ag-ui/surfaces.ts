import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import type { RunEvent } from '../../runs/run-events.ts';
import { RENDER_UI, toShownEnvelopes } from '../../surfaces/render-ui.ts';
import type { Spelling } from './spelling.ts';

type CallEnded = Extract<RunEvent, { type: 'tool-call-ended' }>;
type ToolResult = Extract<RunEvent, { type: 'tool-result' }>;

/** The surfaces of one run as activities of AG-UI, each with every envelope the run has made for it. */
export class SurfaceActivities {
  readonly #calls = new Map<string, unknown>();
  readonly #operations = new Map<string, unknown[]>();

  noteCall({ callId, name, args }: CallEnded): void {
    if (name === RENDER_UI) this.#calls.set(callId, args);
  }

  /** The activity of the surface that a result has shown; nothing for other results. */
  take({ callId, name, result, isError }: ToolResult, spelled: Spelling): AgUiEvent[] {
    const envelopes = name === RENDER_UI && !isError ? toShownEnvelopes(this.#calls.get(callId), result) : undefined;
    if (!envelopes) return [];
    const { surface_id: surfaceId } = result as { surface_id: string };
    const operations = [...(this.#operations.get(surfaceId) ?? []), ...envelopes];
    this.#operations.set(surfaceId, operations);
    const first = envelopes[0] && 'createSurface' in envelopes[0];
    // A surface of an earlier run is changed by an activity of its own: this run does not know the whole of it.
    const id = first || operations.length > envelopes.length ? `a2ui-${surfaceId}` : `a2ui-${surfaceId}-${callId}`;
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
