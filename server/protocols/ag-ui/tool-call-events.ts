import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import { toText } from '../../call/fields.ts';
import type { RunEvent, RunOutcome } from '../../runs/run-events.ts';
import { toFileEvent } from './file-activities.ts';
import type { OpenBlocks } from './open-blocks.ts';
import { toPageEvent } from './page-activities.ts';
import type { Spelling } from './spelling.ts';
import { SurfaceActivities } from './surface-activities.ts';

type ToolCallEvent = Extract<
  RunEvent,
  { readonly type: 'tool-call-started' | 'tool-call-delta' | 'tool-call-ended' | 'tool-result' }
>;

/** The tool calls of one run as AG-UI events, with the surfaces that their results show. */
export class ToolCallEvents {
  readonly #blocks: OpenBlocks;
  readonly #spelled: Spelling;
  readonly #surfaces = new SurfaceActivities();
  readonly #unanswered = new Set<string>();
  /** The calls of whose arguments something was sent. */
  readonly #withArguments = new Set<string>();

  constructor(blocks: OpenBlocks, spelled: Spelling) {
    this.#blocks = blocks;
    this.#spelled = spelled;
  }

  /** The events of one run event. */
  next(event: ToolCallEvent): AgUiEvent[] {
    const key = `call ${event.callId}`;
    const call = this.#spelled('toolCallId', event.callId);
    switch (event.type) {
      case 'tool-call-started': {
        this.#blocks.open(key, { type: 'TOOL_CALL_END', ...call });
        this.#unanswered.add(event.callId);
        const name = this.#spelled('toolCallName', event.name);
        return [{ type: 'TOOL_CALL_START', ...call, ...name, ...this.#spelled('parentMessageId', event.messageId) }];
      }
      case 'tool-call-delta':
        if (event.delta === '') return [];
        this.#withArguments.add(event.callId);
        return [{ type: 'TOOL_CALL_ARGS', ...call, delta: event.delta }];
      case 'tool-call-ended': {
        const end = this.#blocks.close(key);
        this.#surfaces.noteCall(event);
        if (this.#withArguments.has(event.callId)) return end;
        return [{ type: 'TOOL_CALL_ARGS', ...call, delta: JSON.stringify(event.args ?? {}) }, ...end];
      }
      case 'tool-result': {
        this.#unanswered.delete(event.callId);
        const result = this.#toResult(event.callId, event.messageId, toText(event.result));
        const page = event.page ? [toPageEvent(event.messageId, event.page, this.#spelled)] : [];
        const files = (event.files ?? []).map((file, index) =>
          toFileEvent(event.messageId, index, file, this.#spelled),
        );
        return [result, ...page, ...files, ...this.#surfaces.take(event, this.#spelled)];
      }
    }
  }

  /** Forgets calls that do not count any more. */
  withdraw(callIds: readonly string[]): void {
    for (const callId of callIds) this.#unanswered.delete(callId);
  }

  /** A result for each call that the end of the run leaves without one, unless its caller is to answer it. */
  stopUnanswered(outcome: RunOutcome): AgUiEvent[] {
    const pending = new Set(outcome.status === 'finished' ? outcome.pending : []);
    const stopped = [...this.#unanswered].filter((callId) => !pending.has(callId));
    const content = JSON.stringify({ status: 'stopped', reason: outcome.status });
    return stopped.map((callId) => this.#toResult(callId, `${callId}-stopped`, content));
  }

  #toResult(callId: string, messageId: string, content: string): AgUiEvent {
    const ids = { ...this.#spelled('messageId', messageId), ...this.#spelled('toolCallId', callId) };
    return { type: 'TOOL_CALL_RESULT', ...ids, content, role: 'tool' };
  }
}
