import type { z } from 'zod';
import type { LiveChange, LiveEvent } from '../../contract/events.ts';
import type { NumberedEvents } from '../call/numbered-events.ts';
import { maySee, type Principal } from '../call/principal.ts';
import { streamRing } from '../call/ring-stream.ts';
import { createHappenedRing, type Happened, type HappenedRing } from './happened-ring.ts';
import type { Publish } from './publish.ts';
import type { SpreadEvents } from './spread-events.ts';

type Told = z.input<typeof LiveEvent>;

/** Whom the events are for, and which of them. */
interface FollowOptions {
  readonly principal: Principal;
  readonly types: readonly LiveChange['type'][] | undefined;
  readonly after: number | undefined;
  readonly untilNow: boolean;
  readonly signal: AbortSignal;
}

const MAX_EVENTS = 10_000;

/** The last changes of this server, or of the service it is one of, told to each reader as far as its key may see them. */
export class LiveEvents {
  readonly #own: HappenedRing;
  #spread: SpreadEvents | undefined;

  constructor({ maxEvents = MAX_EVENTS }: { readonly maxEvents?: number } = {}) {
    this.#own = createHappenedRing({ maxEvents });
  }

  /** From now on what is told here is told to the readers of all processes of a service. To be called before anything is told. */
  shareBy(spread: SpreadEvents): void {
    this.#spread = spread;
  }

  /** How many read now. */
  get readers(): number {
    return this.#spread?.readers ?? this.#own.ring.readers;
  }

  readonly publish: Publish = (what, owner = null) => {
    if (this.#spread) this.#spread.add(what, owner);
    else this.#own.ring.add({ what, owner, at: Date.now() });
  };

  /** The events from the one behind number `after` on. What a key may not see leaves no trace in them. */
  follow({ principal, types, after, untilNow, signal }: FollowOptions): NumberedEvents<Told> {
    const wanted = types && new Set<string>([...types, 'error', 'missed']);
    let { lostTo } = this.#own;
    const openShared = (spread: SpreadEvents) => async () => {
      const opened = await spread.open();
      lostTo = opened.lostTo;
      return { ring: opened.ring, now: opened.now };
    };
    const source = this.#spread ? openShared(this.#spread) : this.#own.ring;
    const options = {
      after,
      untilNow,
      signal,
      isWanted: ({ what, owner }: Happened) => maySee(principal, owner) && (!wanted || wanted.has(what.type)),
      lostUntil: () => lostTo(principal),
    };
    return streamRing(
      source,
      options,
      ({ number, event: { what, at } }): Told =>
        what.type === 'error' ? what : { ...what, number, at: new Date(at).toISOString() },
    );
  }

  /** Ends each stream once its reader has been told everything. */
  async close(): Promise<void> {
    const what = { type: 'error', code: 'draining', detail: 'The server is shutting down' } as const;
    const end: Happened = { what, owner: null, at: Date.now() };
    if (this.#spread) await this.#spread.end(end);
    else this.#own.ring.close(end);
  }
}
