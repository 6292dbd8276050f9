import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { LiveEvent } from '../../contract/events.ts';
import { FreshLook } from '../async/fresh-look.ts';
import { settlesWithin } from '../async/settles-within.ts';
import type { NumberedRing } from '../call/ring-stream.ts';
import { createHappenedRing, type Happened, type HappenedRing } from './happened-ring.ts';

/** Something that is kept for the readers of all processes. */
interface KeptEvent {
  readonly body: Readonly<Record<string, unknown>>;
  readonly owner: string | null;
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
}

/** Where what happens is kept, in one order for all processes of a service. */
export interface KeptEvents {
  /** Keeps events behind all others, each once, however often it is tried. `from` is the place of the first among those of `source`. */
  append(source: string, from: number, events: readonly KeptEvent[]): Promise<void>;
  /** Some events behind a number; `until` is the number of the last that was looked at, `droppedUntil` of the newest that is kept no more. */
  read(
    after: number,
    limit: number,
  ): Promise<{
    readonly events: readonly (KeptEvent & { readonly number: number })[];
    readonly until: number;
    readonly hasMore: boolean;
    readonly droppedUntil: number;
  }>;
  /** A number behind all events that are kept, and before all that will be. */
  takeNumber(): Promise<number>;
  prune(count: number): Promise<void>;
  /** Keeps an event for each process that is silent for so long without having said that it goes. Returns how many there were. */
  noteDead(silentMs: number, event: KeptEvent): Promise<number>;
}

interface SpreadEventsOptions {
  readonly kept: KeptEvents;
  /** This process, another one at each start. */
  readonly source: string;
  /** What readers are told of this process, where something is of it alone. */
  readonly replica: string;
  /** What time it is for all processes, in milliseconds. */
  now(): number;
  /** Tells the other processes to look. */
  tell(): void;
  readonly log: { warn(details: object, message: string): void };
  readonly maxEvents?: number;
  /** How often it looks by itself; absent: each 5 s. */
  readonly lookMs?: number | undefined;
  /** What a process that is silent for so long has told last may be lost; absent: 12 s. */
  readonly silentMs?: number | undefined;
  /** Whether this process was heard for long enough to judge the others; absent: it always was. */
  canJudge?(): boolean;
  /** How long events may wait to be kept while that fails; absent: a minute. */
  readonly giveUpMs?: number | undefined;
}

const MAX_EVENTS = 10_000;
const LOOK_MS = 5000;
const SILENT_MS = 12_000;
const GIVE_UP_MS = 60_000;
const RETRY_MS = 250;
/** How long the end of this process may wait for its last events. */
const LAST_MS = 2000;
const AT_ONCE = 500;
const MISSED = { type: 'missed' } as const;

/**
 * What happens on any process of a service, for the readers of this one. Each process keeps what happens on it where all look, and is told
 * there in which order everything came: so a number means the same at each of them, and after a restart. What cannot be kept, or died
 * with a process before it was, is told as missed.
 */
export class SpreadEvents {
  readonly #options: SpreadEventsOptions;
  readonly #looks = new FreshLook(() => this.#look());
  readonly #timer: NodeJS.Timeout;
  readonly #closing = new AbortController();
  #waiting: Happened[] = [];
  #flushing: Promise<void> | undefined;
  /** How many events of this process are kept. */
  #count = 0;
  #sincePruned = Number.POSITIVE_INFINITY;
  #held: HappenedRing | undefined;
  /** Up to where is read. */
  #until = 0;
  #isBegun = false;
  #hasFailed = false;

  constructor(options: SpreadEventsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#lookByItself(), options.lookMs ?? LOOK_MS).unref();
  }

  /** How many read now. */
  get readers(): number {
    return this.#held?.ring.readers ?? 0;
  }

  /** From now on it is told of the programs of this process, too: until then they are what nobody has ever seen run. */
  begin(): void {
    this.#isBegun = true;
  }

  /** Tells the readers of all processes. */
  add(what: Happened['what'], owner: string | null): void {
    const isOfProcess = what.type === 'mcp_server' || what.type === 'sandbox';
    if (isOfProcess && !this.#isBegun) return;
    const { maxEvents = MAX_EVENTS, now, replica } = this.#options;
    if (this.#waiting.length >= maxEvents) this.#waiting = [{ what: MISSED, owner: null, at: now() }];
    this.#waiting.push({ what: isOfProcess ? { ...what, replica } : what, owner, at: now() });
    this.#flush();
  }

  /** Looks whether others have told something; only where somebody here wants to know. */
  look(): void {
    if (this.readers > 0) this.#looks.run().catch((err) => this.#noteFailure(err));
  }

  /** What a reader begins with: it has been told everything before `now`. Throws when it cannot be known. */
  async open(): Promise<NumberedRing<Happened> & Pick<HappenedRing, 'lostTo'>> {
    const now = await this.#options.kept.takeNumber();
    await this.#looks.run();
    if (!this.#held) throw new Error('A look leaves no ring');
    return { ...this.#held, now };
  }

  /** Ends the streams of the readers of this process, once they have been told everything. */
  async end(last: Happened): Promise<void> {
    await this.#settle();
    const ring = this.#held?.ring;
    // The number of the last event again: others may have told something since, which its readers go on with elsewhere.
    if (ring && !ring.isClosed) ring.close(last, ring.lastNumber);
  }

  /** Keeps what waits, as far as that goes in a while. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#settle();
    this.#closing.abort();
    await this.#flushing;
    await this.#looks.settled();
  }

  async #settle(): Promise<void> {
    const flushed = async () => {
      while (this.#flushing) await this.#flushing;
      if (this.readers > 0) await this.#looks.run().catch((err) => this.#noteFailure(err));
    };
    await settlesWithin(flushed(), LAST_MS);
  }

  #flush(): void {
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = undefined;
      if (this.#waiting.length > 0 && !this.#closing.signal.aborted) this.#flush();
    });
  }

  async #flushAll(): Promise<void> {
    // What is told in this turn of the event loop goes together.
    await nextTurn();
    while (this.#waiting.length > 0 && !this.#closing.signal.aborted) {
      await this.#keep(this.#waiting.splice(0, AT_ONCE));
      this.#options.tell();
      this.look();
    }
  }

  /** Keeps events, however often it takes; after a while it is kept that they are missing. */
  async #keep(batch: readonly Happened[]): Promise<void> {
    const { kept, source, giveUpMs = GIVE_UP_MS, now } = this.#options;
    let events = batch.map(toKept);
    let givesUpAt = performance.now() + giveUpMs;
    while (!this.#closing.signal.aborted) {
      try {
        await kept.append(source, this.#count, events);
        this.#count += events.length;
        this.#hasFailed = false;
        return await this.#pruneSometimes(events.length);
      } catch (err) {
        this.#noteFailure(err);
      }
      if (performance.now() > givesUpAt) {
        events = [toKept({ what: MISSED, owner: null, at: now() })];
        // Nothing that was tried may be there already under this place.
        this.#count += batch.length;
        givesUpAt = Number.POSITIVE_INFINITY;
      }
      await delay(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  async #pruneSometimes(added: number): Promise<void> {
    const { kept, maxEvents = MAX_EVENTS } = this.#options;
    this.#sincePruned += added;
    if (this.#sincePruned < maxEvents / 10) return;
    this.#sincePruned = 0;
    await kept.prune(maxEvents).catch((err) => this.#noteFailure(err));
  }

  async #lookByItself(): Promise<void> {
    const { kept, silentMs = SILENT_MS, canJudge, now, tell } = this.#options;
    try {
      const judges = canJudge?.() ?? true;
      if (judges && (await kept.noteDead(silentMs, toKept({ what: MISSED, owner: null, at: now() }))) > 0) tell();
    } catch (err) {
      this.#noteFailure(err);
    }
    this.look();
  }

  async #look(): Promise<void> {
    const { kept, maxEvents = MAX_EVENTS, now } = this.#options;
    for (;;) {
      const { events, until, hasMore, droppedUntil } = await kept.read(this.#until, AT_ONCE);
      const isFirst = !this.#held;
      this.#held ??= createHappenedRing({ maxEvents, origin: droppedUntil });
      const { ring } = this.#held;
      // This process has looked away for so long that some are kept no more.
      const hasMissed = !isFirst && droppedUntil > this.#until;
      if (hasMissed) ring.add({ what: MISSED, owner: null, at: now() }, droppedUntil);
      for (const event of events) {
        const happened = readKept(event);
        if (happened) ring.add(happened, event.number);
      }
      this.#until = Math.max(until, droppedUntil);
      if (!hasMore) return;
    }
  }

  #noteFailure(err: unknown): void {
    if (!this.#hasFailed) this.#options.log.warn({ err }, 'Live events of the service are late');
    this.#hasFailed = true;
  }
}

const toKept = ({ what, owner, at }: Happened): KeptEvent => ({ body: what, owner, at });

/** What was kept; undefined of something that a newer release tells of. */
function readKept({ body, owner, at, number }: KeptEvent & { readonly number: number }): Happened | undefined {
  const { data } = LiveEvent.safeParse({ ...body, number, at: new Date(at).toISOString() });
  if (!data || data.type === 'ready') return undefined;
  if (data.type === 'missed') return { what: MISSED, owner, at };
  if (data.type === 'error') return undefined;
  const { number: _number, at: _at, ...what } = data;
  return { what, owner, at };
}
