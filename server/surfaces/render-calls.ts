import type { A2uiEvent } from '../../contract/a2ui.ts';
import type { RunEvent } from '../runs/run-events.ts';
import { toEnvelopes } from './envelopes.ts';
import { RENDER_UI, RenderResult, readRenderArguments } from './render-ui-tool.ts';

type ToolCallEnded = Extract<RunEvent, { readonly type: 'tool-call-ended' }>;
type ToolResult = Extract<RunEvent, { readonly type: 'tool-result' }>;

/** What a call of `render_ui` came to: the envelopes that show its surface, or nothing that can be shown. */
export type RenderOutcome =
  | { readonly isShown: true; readonly surfaceId: string; readonly envelopes: A2uiEvent[] }
  | { readonly isShown: false };

/** The calls of `render_ui` in a run, or in a conversation: the arguments and the result of a call give its envelopes. */
export class RenderCalls {
  readonly #args = new Map<string, unknown>();

  /** Notes the arguments of a call; those of other tools are left out. */
  note({ callId, name, args }: Pick<ToolCallEnded, 'callId' | 'name' | 'args'>): void {
    if (name === RENDER_UI) this.#args.set(callId, args);
  }

  /** What a call that was noted came to; undefined for the results of other tools. */
  resolve({
    callId,
    name,
    result,
    isError,
  }: Pick<ToolResult, 'callId' | 'name' | 'result' | 'isError'>): RenderOutcome | undefined {
    if (name !== RENDER_UI) return undefined;
    const args = this.#args.get(callId);
    const { data: rendered } = RenderResult.safeParse(result);
    if (isError || !rendered || typeof args !== 'object' || args === null) return { isShown: false };
    const { components, data } = readRenderArguments({ ...args });
    const { surface_id: surfaceId, is_new: isNew } = rendered;
    return { isShown: true, surfaceId, envelopes: toEnvelopes({ surfaceId, isNew, components, data }) };
  }
}
