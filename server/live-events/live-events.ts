import type { z } from 'zod';
import type { LiveChange, LiveEvent } from '../../contract/events.ts';
import { EventRing } from '../call/event-ring.ts';
import type { NumberedEvents } from '../call/numbered-events.ts';
import { maySee, type Principal } from '../call/principal.ts';
import { streamRing } from '../call/ring-stream.ts';
import type { Publish } from './publish.ts';

type Told = z.input<typeof LiveEvent>;

/** What happened, whose it is, and when, in milliseconds. */
interface Happened {
  readonly what: LiveChange | Extract<Told, { type: 'error' }>;
  readonly owner: string | null;
  readonly at: number;
}

/** Whom the events are for, and which of them. */
interface FollowOptions {
  readonly principal: Principal;
  readonly types: readonly LiveChange['type'][] | undefined;
  readonly after: number | undefined;
  readonly untilNow: boolean;
  readonly signal: AbortSignal;
}

const MAX_EVENTS = 10_000;

/** The last changes of this server, told to each reader as far as its key may see them. */
export class LiveEvents {
  readonly #ring: EventRing<Happened>;
  /** The number of the newest event of each owner that is no longer held. */
  readonly #droppedUntil = new Map<string | null, number>();

  constructor({ maxEvents = MAX_EVENTS }: { readonly maxEvents?: number } = {}) {
    this.#ring = new EventRing({
      maxEvents,
      onDropped: ({ number, event }) => this.#droppedUntil.set(event.owner, number),
    });
  }

  /** How many read now. */
  get readers(): number {
    return this.#ring.readers;
  }

  readonly publish: Publish = (what, owner = null) => {
    this.#ring.add({ what, owner, at: Date.now() });
  };

  /** The events from the one behind number `after` on. What a key may not see leaves no trace in them. */
  follow({ principal, types, after, untilNow, signal }: FollowOptions): NumberedEvents<Told> {
    const wanted = types && new Set<string>([...types, 'error']);
    const options = {
      after,
      untilNow,
      signal,
      isWanted: ({ what, owner }: Happened) => maySee(principal, owner) && (!wanted || wanted.has(what.type)),
      lostUntil: () => this.#lostTo(principal),
    };
    return streamRing(
      this.#ring,
      options,
      ({ number, event: { what, at } }): Told =>
        what.type === 'error' ? what : { ...what, number, at: new Date(at).toISOString() },
    );
  }

  /** Ends each stream once its reader has been told everything. */
  close(): void {
    const what = { type: 'error', code: 'draining', detail: 'The server is shutting down' } as const;
    this.#ring.close({ what, owner: null, at: Date.now() });
  }

  // Somebody else's many events are nothing that a reader has missed, and nothing it is told of.
  #lostTo(principal: Principal): number {
    let newest = 0;
    for (const [owner, number] of this.#droppedUntil) {
      if (maySee(principal, owner)) newest = Math.max(newest, number);
    }
    return newest;
  }
}
