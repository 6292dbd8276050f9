import { randomUUID } from 'node:crypto';
import { FreshLook } from '../async/fresh-look.ts';
import type { AskRecord, AsksStore } from '../store/asks-store.ts';
import type { Wake } from './wake.ts';

type Body = Readonly<Record<string, unknown>>;

/** What the other processes of a service have answered. */
export interface Answers {
  readonly answers: readonly Body[];
  /** How many are there, as far as is known, and have not answered in time. */
  readonly missing: number;
}

interface ProcessAsksOptions {
  readonly store: AsksStore;
  readonly wake: Pick<Wake, 'tell' | 'on' | 'onLost'>;
  readonly log: { warn(details: object, message: string): void };
  /** How long answers are waited for; absent: 3 s. */
  readonly waitMs?: number;
  /** How often it looks for questions by itself; absent: each 5 s. */
  readonly lookMs?: number;
}

const WAIT_MS = 3000;
/** How often others are told of a question again: a word may be lost. */
const TELL_AGAIN_MS = 250;
const LOOK_MS = 5000;
const ASKS = 'process_asks:';
const ANSWERS = 'process_answers:';

/** What the processes of a service ask each other, of what each has for itself: an interpreter that runs, for instance. */
export class ProcessAsks {
  readonly #options: ProcessAsksOptions;
  readonly #handlers = new Map<string, (body: Body) => Body | Promise<Body>>();
  /** Who waits for answers, by the question. */
  readonly #waiting = new Map<string, () => void>();
  /** The questions that are being answered. */
  readonly #answering = new Map<string, Promise<void>>();
  readonly #looks = new FreshLook(() => this.#look());
  readonly #unsubscribe: readonly (() => void)[];
  readonly #timer: NodeJS.Timeout;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: ProcessAsksOptions) {
    this.#options = options;
    const { wake, lookMs = LOOK_MS } = options;
    this.#unsubscribe = [
      wake.on('changed', (id) => {
        if (id.startsWith(ASKS)) this.#lookSoon();
        else if (id.startsWith(ANSWERS)) this.#waiting.get(id.slice(ANSWERS.length))?.();
      }),
      wake.onLost(() => {
        this.#lookSoon();
        for (const woken of this.#waiting.values()) woken();
      }),
    ];
    this.#timer = setInterval(() => this.#lookSoon(), lookMs).unref();
  }

  /** Says how this process answers what is asked of a kind. Where that throws, it does not answer. */
  answer(kind: string, handler: (body: Body) => Body | Promise<Body>): void {
    this.#handlers.set(kind, handler);
  }

  /** Asks all others that are there, and waits for their answers, for a while. Rejects when the store does. */
  async ask(kind: string, body: Body): Promise<Answers> {
    const { store, wake, waitMs = WAIT_MS } = this.#options;
    const givesUpAt = performance.now() + waitMs;
    const id = randomUUID();
    if ((await store.ask({ id, kind, body })) === 0) return { answers: [], missing: 0 };
    try {
      for (;;) {
        wake.tell('changed', ASKS + id);
        await this.#answered(id, Math.min(TELL_AGAIN_MS, givesUpAt - performance.now()));
        const answered = await store.answers(id);
        if (answered.missing === 0 || performance.now() >= givesUpAt) return answered;
      }
    } finally {
      await store.end(id).catch((err) => this.#noteFailure(err));
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#looks.settled();
    await Promise.all(this.#answering.values());
  }

  /** Resolves when somebody may have answered, or after `mostMs`. */
  async #answered(id: string, mostMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(id, resolve);
    const timer = setTimeout(resolve, Math.max(0, mostMs));
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(id);
  }

  #lookSoon(): void {
    if (!this.#isClosed) this.#looks.run().catch((err) => this.#noteFailure(err));
  }

  async #look(): Promise<void> {
    for (const asked of await this.#options.store.open()) {
      if (this.#answering.has(asked.id)) continue;
      const answering = this.#answerOne(asked).finally(() => this.#answering.delete(asked.id));
      this.#answering.set(asked.id, answering);
    }
    this.#hasFailed = false;
  }

  async #answerOne({ id, kind, body }: AskRecord): Promise<void> {
    const { store, wake } = this.#options;
    try {
      // Of what a newer release asks for there is nothing here.
      await store.answer(id, (await this.#handlers.get(kind)?.(body)) ?? {});
      wake.tell('changed', ANSWERS + id);
    } catch (err) {
      this.#noteFailure(err);
    }
  }

  #noteFailure(err: unknown): void {
    if (!this.#hasFailed) this.#options.log.warn({ err }, 'What other processes ask is not answered');
    this.#hasFailed = true;
  }
}
