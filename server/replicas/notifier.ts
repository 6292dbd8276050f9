import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { settlesWithin } from '../async/settles-within.ts';
import { Backoff, pause } from './backoff.ts';
import { Session } from './session.ts';
import { WaitingWakes } from './waiting-wakes.ts';
import type { WakeKind } from './wake.ts';
import { CHANNEL } from './wake-channel.ts';

/** From the beginning of one NOTIFY to that of the next there is so much at least, and what comes meanwhile goes in one. */
const BETWEEN_MS = 5;
/** How long the last wake-ups may take when this is closed. */
const LAST_MS = 1000;

interface NotifierOptions {
  readonly config: ClientConfig;
  readonly replica: string;
  /** Told when nobody can be told any more, and why; with undefined when it goes again. */
  onTrouble(error: unknown): void;
}

/**
 * Tells wake-ups to the other replicas, on a connection of its own. What waits while there is none is told once there is one again; what
 * may have been lost with one becomes "look at everything".
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #waiting: WaitingWakes;
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;
  /** The words that wait to be sent, with who waits for that. */
  #echoes: { readonly word: string; readonly isSent: (isSent: boolean) => void }[] = [];
  #news = Promise.withResolvers<void>();
  #isConnected = false;
  #isLast = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#waiting = new WaitingWakes(options.replica);
    this.#ended = this.#run();
  }

  tell(kind: WakeKind, id: string): void {
    if (this.#isLast) return;
    this.#waiting.add(kind, id);
    this.#news.resolve();
  }

  /** Sends a word that comes back to this replica. Whether it was sent: false when there is no connection. */
  echo(word: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (this.#isLast) resolve(false);
    else this.#echoes.push({ word, isSent: resolve });
    this.#news.resolve();
    return promise;
  }

  /** Sends what waits, if that goes, and ends the connection. */
  async close(): Promise<void> {
    this.#isLast = true;
    this.#news.resolve();
    if (this.#isConnected) await settlesWithin(this.#ended, LAST_MS);
    this.#closing.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const backoff = new Backoff();
    while (!this.#isLast) {
      const beganAt = performance.now();
      try {
        await this.#serve();
      } catch (error) {
        if (!this.#isLast) this.#options.onTrouble(error);
      }
      this.#isConnected = false;
      for (const { isSent } of this.#echoes.splice(0)) isSent(false);
      if (!this.#isLast) await backoff.wait(performance.now() - beganAt, this.#closing.signal);
    }
  }

  async #serve(): Promise<void> {
    await using session = await Session.open(this.#options.config, this.#closing.signal);
    session.over.addEventListener('abort', () => this.#news.resolve(), { once: true });
    // Once, as each message would ask for it again.
    const { rows } = await session.query(`select ${CHANNEL} as channel`);
    this.#isConnected = true;
    for (;;) {
      await this.#news.promise;
      // What is told in this turn of the event loop goes together.
      await nextTurn();
      this.#news = Promise.withResolvers();
      session.over.throwIfAborted();
      if (!this.#waiting.isEmpty || this.#echoes.length > 0) await this.#send(session, rows[0].channel);
      if (this.#isLast) return;
    }
  }

  async #send(session: Session, channel: string): Promise<void> {
    const beganAt = performance.now();
    const echoes = this.#echoes.splice(0);
    const texts = [...this.#waiting.take(), ...echoes.map(({ word }) => this.#waiting.toEcho(word))];
    let isSent = false;
    try {
      await session.query(NOTIFY, [channel, texts]);
      isSent = true;
      this.#options.onTrouble(undefined);
    } finally {
      // Whoever was not told looks at everything, once there is a connection again.
      if (!isSent) this.#waiting.addLook();
      for (const echo of echoes) echo.isSent(isSent);
    }
    const leftMs = BETWEEN_MS - (performance.now() - beganAt);
    if (leftMs > 0 && !this.#isLast) await pause(leftMs, this.#closing.signal);
  }
}

const NOTIFY = 'select pg_notify($1, text) from unnest($2::text[]) as text';
