import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet, Replica } from './fleet.ts';
import type { Random } from './random.ts';
import {
  type Asked,
  type Exchange,
  type Frame,
  isBreak,
  isLast,
  readFrame,
  type ToldEvent,
  type Wire,
} from './wire.ts';

/** What a reader needs. */
export interface ReaderOptions {
  readonly fleet: Fleet;
  readonly wire: Wire;
  readonly random: Random;
  /** The run that it reads. */
  readonly runId: string;
}

/** How long a connection may be silent before the reader asks elsewhere too. */
const IDLE_MS = 4000;
const AGAIN_MS = 250;
/** How long a reader waits for an end: longer than any replica is held still. */
const PATIENCE_MS = 60_000;

/**
 * Reads a run to its end as a client does: where its connection breaks or falls silent, it goes on at another replica behind the last event
 * it has. All that came is kept in `exchanges`, whatever it is.
 */
export class Reader {
  readonly runId: string;
  readonly exchanges: Exchange[] = [];
  /** The end, and when it came. */
  end: { readonly event: ToldEvent; readonly at: number; readonly replica: string } | undefined;
  /** The number of the last event that it has. */
  #lastNumber = 0;
  #heardAt = Date.now();
  #hasLeft = false;
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.runId = options.runId;
  }

  /** Whether anything has come. */
  get hasHeard(): boolean {
    return this.#lastNumber > 0;
  }

  /** Asks no more: there is nothing to read. */
  leave(): void {
    this.#hasLeft = true;
  }

  /** Resolves with the end of the run, or when it was waited for in vain. */
  async follow(replica: Replica): Promise<void> {
    let next = replica;
    for (const deadline = Date.now() + PATIENCE_MS; !this.end && !this.#hasLeft && Date.now() < deadline; ) {
      const path = `/runs/${encodeURIComponent(this.runId)}/events`;
      const exchange = await this.listen(next, path, { after: this.#lastNumber });
      if (this.end) return;
      // It may not have begun, or its database may be away.
      if (exchange?.status !== 200) await sleep(AGAIN_MS);
      next = this.another(next);
    }
  }

  /** Reads the answer to one request. Resolves with it when it has ended, and with undefined when it was silent for too long: it goes on beside the next. */
  async listen(replica: Replica, path: string, asked: Omit<Asked, 'onFrame'>): Promise<Exchange | undefined> {
    this.#heardAt = Date.now();
    const onFrame = (frame: Frame) => this.#note(frame, replica);
    const { exchange, ended } = this.#options.wire.ask(replica, path, { ...asked, onFrame });
    this.exchanges.push(exchange);
    for (;;) {
      // Whoever asks for a run waits for the answer: it may be in line for its conversation.
      if (exchange.method === 'POST' && exchange.headAt === undefined) this.#heardAt = Date.now();
      const idleMs = IDLE_MS - (Date.now() - this.#heardAt);
      if (idleMs <= 0) return undefined;
      const answered = await Promise.race([ended, sleep(idleMs, undefined)]);
      if (answered) return answered;
    }
  }

  /** Another replica than the one that was asked, as a balancer would choose it; the same when there is none. */
  another(replica: Replica): Replica {
    const { fleet, random } = this.#options;
    const others = fleet.up.filter((other) => other !== replica);
    return others.length ? random.one(others) : (fleet.up[0] ?? replica);
  }

  #note(frame: Frame, { name: replica }: Replica): void {
    const event = readFrame(frame);
    if (!event) return;
    this.#heardAt = frame.at;
    if (isBreak(event)) return;
    this.#lastNumber = Math.max(this.#lastNumber, event.number);
    if (isLast(event)) this.end ??= { event, at: frame.at, replica };
  }
}
