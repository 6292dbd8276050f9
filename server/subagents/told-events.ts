import { toText } from '../call/fields.ts';
import type { SubagentEvent } from '../runs/run-events.ts';

/** How much of one run is told to the run that asked for it. */
export interface ToldBounds {
  readonly events: number;
  readonly chars: number;
  /** How many characters of the arguments or of the result of one call. */
  readonly callChars: number;
}

const BOUNDS: ToldBounds = { events: 2000, chars: 1_000_000, callChars: 20_000 };

/** Picks the events of a run that are told to the run that asked for it, within bounds: the answer comes whole as the result of the call. */
export class ToldEvents {
  readonly #bounds: ToldBounds;
  #events = 0;
  #chars = 0;
  /** How many were left out. */
  omitted = 0;

  constructor(bounds: ToldBounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** The event as it is told; undefined of one that is too much. */
  take(event: SubagentEvent): SubagentEvent | undefined {
    // Without these what comes between them would be nobody's.
    if (event.type === 'subagent-started' || event.type === 'subagent-ended') return event;
    const told = cut(event, this.#bounds.callChars);
    const chars = charsOf(told);
    if (this.#events >= this.#bounds.events || this.#chars + chars > this.#bounds.chars) {
      this.omitted += 1;
      return undefined;
    }
    this.#events += 1;
    this.#chars += chars;
    return told;
  }
}

function cut(event: SubagentEvent, maxChars: number): SubagentEvent {
  // Pages and files are shown by those who run the agent itself.
  if (event.type === 'tool-result')
    return { ...event, page: undefined, files: undefined, result: cutValue(event.result, maxChars) };
  if (event.type === 'tool-call-ended') return { ...event, args: cutValue(event.args, maxChars) };
  return event;
}

function cutValue(value: unknown, maxChars: number): unknown {
  const text = toText(value);
  return text.length <= maxChars ? value : `${text.slice(0, maxChars).toWellFormed()}\n[cut: more characters]`;
}

function charsOf(event: SubagentEvent): number {
  if (event.type === 'subagent-event') return charsOf(event.event);
  if (event.type === 'text-delta') return event.delta.length;
  if (event.type === 'tool-result') return toText(event.result).length;
  return event.type === 'tool-call-ended' ? toText(event.args).length : 0;
}
