import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import type { RunEvent, RunOutcome } from '../../runs/run-events.ts';
import { OpenBlocks } from './open-blocks.ts';
import type { Spelling } from './spelling.ts';
import { toTextEvents } from './text-events.ts';
import { ToolCallEvents } from './tool-call-events.ts';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

/** A run that another one has asked for, and that goes on. */
interface OpenSubagent {
  readonly blocks: OpenBlocks;
  readonly calls: ToolCallEvents;
  /** Those that it has asked in turn. */
  readonly inner: Subagents;
}

/** The agents that were asked by one run, as AG-UI 1.0 tells of them: what they do carries the id of their run. */
export class Subagents {
  readonly #spelled: Spelling;
  /** The run whose calls they were asked by, when that is one of them too. */
  readonly #parent: string | undefined;
  readonly #open = new Map<string, OpenSubagent>();

  constructor(spelled: Spelling, parent?: string) {
    this.#spelled = spelled;
    this.#parent = parent;
  }

  /** The events of one run event. */
  next(event: EventOf<'subagent-started' | 'subagent-event' | 'subagent-ended'>): AgUiEvent[] {
    if (event.type === 'subagent-started') return [this.#start(event)];
    const subagent = this.#open.get(event.runId);
    if (!subagent) return [];
    if (event.type === 'subagent-ended') return this.#end(event.runId, subagent, event.outcome);
    return this.#attribute(event.runId, this.#toInner(event, subagent));
  }

  /** Ends those that go on when their run does. */
  closeAll(): AgUiEvent[] {
    const open = [...this.#open].reverse();
    return open.flatMap(([runId, subagent]) => this.#end(runId, subagent, CUT_OFF));
  }

  #start({ runId, callId, agentId }: EventOf<'subagent-started'>): AgUiEvent {
    const blocks = new OpenBlocks();
    const calls = new ToolCallEvents(blocks, this.#spelled);
    this.#open.set(runId, { blocks, calls, inner: new Subagents(this.#spelled, runId) });
    return {
      type: 'SUBAGENT_STARTED',
      ...this.#spelled('subagentRunId', runId),
      name: agentId,
      ...this.#spelled('parentToolCallId', this.#parent === undefined ? callId : callIdOf(this.#parent, callId)),
      ...(this.#parent !== undefined && this.#spelled('parentSubagentRunId', this.#parent)),
    };
  }

  #toInner({ runId, event }: EventOf<'subagent-event'>, { blocks, calls, inner }: OpenSubagent): AgUiEvent[] {
    switch (event.type) {
      case 'text-started':
      case 'text-delta':
      case 'text-ended':
        return toTextEvents(event, blocks, this.#spelled);
      case 'tool-call-started':
      case 'tool-call-ended':
      case 'tool-result':
        return calls.next({ ...event, callId: callIdOf(runId, event.callId) });
      case 'subagent-started':
      case 'subagent-event':
      case 'subagent-ended':
        return inner.next(event);
    }
  }

  #end(runId: string, { blocks, calls, inner }: OpenSubagent, outcome: RunOutcome): AgUiEvent[] {
    this.#open.delete(runId);
    const pending = outcome.status === 'finished' && outcome.pending.length > 0;
    const closing = [...inner.closeAll(), ...blocks.closeAll(), ...(pending ? [] : calls.stopUnanswered(outcome))];
    return [...this.#attribute(runId, closing), this.#toEnd(runId, outcome)];
  }

  #toEnd(runId: string, outcome: RunOutcome): AgUiEvent {
    const id = this.#spelled('subagentRunId', runId);
    if (outcome.status === 'failed')
      return { type: 'SUBAGENT_ERROR', ...id, message: outcome.detail, code: outcome.code };
    if (outcome.status === 'cancelled') {
      return {
        type: 'SUBAGENT_ERROR',
        ...id,
        message: `The run was cancelled: ${outcome.reason}`,
        code: 'run-cancelled',
      };
    }
    if (!outcome.approvals?.length) return { type: 'SUBAGENT_FINISHED', ...id, outcome: { type: 'success' } };
    // The interrupts of the run are those that its own subagents wait for, and not those of theirs.
    const ids = outcome.approvals.map((approval) => approval.id);
    const interrupts = this.#parent === undefined ? this.#spelled('interruptIds', ids) : {};
    return { type: 'SUBAGENT_FINISHED', ...id, outcome: { type: 'suspended', ...interrupts } };
  }

  /** The same events, which are all new, as those of a subagent; what those that it has asked do is theirs. */
  #attribute(runId: string, events: AgUiEvent[]): AgUiEvent[] {
    const id = this.#spelled('subagentRunId', runId);
    const [name = ''] = Object.keys(id);
    return events.map((event) => (name in event ? event : { ...event, ...id }));
  }
}

/** Two runs may use one id for a call. */
const callIdOf = (runId: string, callId: string) => `${runId}.${callId}`;

const CUT_OFF: RunOutcome = {
  status: 'failed',
  code: 'internal',
  detail: 'The run ended before its agent had answered',
};
