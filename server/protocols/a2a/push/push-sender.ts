import type { PushStore, WaitingNotification } from '../../../store/stored-push.ts';
import type { A2aUpdate } from '../json.ts';
import { loadA2aSdk } from '../sdk.ts';
import type { RequestedPush } from './push.ts';
import { SEND_MS, sendNotification } from './send-notification.ts';

/** How long what waits for what. */
export interface PushTimes {
  /** How often it is looked for notifications that are due. */
  readonly lookMs: number;
  /** How long a process has to send one before others may; longer than a sending may take. */
  readonly holdMs: number;
  /** How long one waits that could not be sent, the first time; each time twice as long, up to `mostRetryMs`. */
  readonly retryMs: number;
  readonly mostRetryMs: number;
  /** After how long one that cannot be sent is given up. */
  readonly giveUpMs: number;
}

const PUSH_TIMES: PushTimes = {
  lookMs: 2000,
  holdMs: SEND_MS + 5000,
  retryMs: 1000,
  mostRetryMs: 60_000,
  giveUpMs: 60 * 60_000,
};

interface PushSenderOptions {
  readonly store: Pick<PushStore, 'claim' | 'remove' | 'postpone'>;
  /** Where a notification goes to; undefined when no key opens that. */
  find(taskId: string, configId: string): Promise<RequestedPush | undefined>;
  readonly allowedHosts: readonly string[];
  readonly times?: PushTimes | undefined;
  readonly log: { warn(details: object, message: string): void; error(details: object, message: string): void };
}

/** How many are sent at once. */
const MAX_AT_ONCE = 20;

/**
 * Sends the notifications that wait in the store, those of one config one after the other. One that was taken by a 2xx is forgotten; one that
 * was refused for good is, too; any other is sent again, by whichever process comes to it first.
 */
export class PushSender {
  readonly #options: PushSenderOptions;
  readonly #times: PushTimes;
  readonly #closed = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #looking: Promise<void> | undefined;
  #isStale = false;
  #hasFailed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PushSenderOptions) {
    this.#options = options;
    this.#times = options.times ?? PUSH_TIMES;
  }

  open(): void {
    this.#timer = setInterval(() => this.look(), this.#times.lookMs).unref();
    this.look();
  }

  /** Sends what is due, in the background. */
  look(): void {
    this.#isStale = true;
    if (this.#closed.signal.aborted) return;
    this.#looking ??= this.#lookAgain().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Ends what goes on, and leaves the rest to others. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed.abort();
    await this.#looking;
    await Promise.all(this.#sending);
  }

  async #lookAgain(): Promise<void> {
    const { store, log } = this.#options;
    try {
      while (this.#isStale && this.#sending.size < MAX_AT_ONCE && !this.#closed.signal.aborted) {
        this.#isStale = false;
        const claimed = await store.claim(MAX_AT_ONCE - this.#sending.size, this.#times.holdMs);
        for (const one of claimed) this.#begin(one);
      }
      this.#hasFailed = false;
    } catch (err) {
      if (!this.#hasFailed) log.error({ err }, 'push notifications could not be looked for');
      this.#hasFailed = true;
    }
  }

  #begin(notification: WaitingNotification): void {
    const { taskId } = notification;
    const sending = this.#deliver(notification)
      .catch((err) =>
        this.#options.log.error({ err, taskId }, 'what became of a push notification could not be stored'),
      )
      .then(() => {
        this.#sending.delete(sending);
        // The next one to the same address is due now.
        this.look();
      });
    this.#sending.add(sending);
  }

  async #deliver(notification: WaitingNotification): Promise<void> {
    const { store, log } = this.#options;
    const { taskId, attempts, ageMs } = notification;
    const answer = await this.#send(notification);
    if ('status' in answer && isFinal(answer.status)) {
      if (answer.status >= 300) log.warn({ taskId, ...answer }, 'a push notification was refused');
      return store.remove(notification);
    }
    // Another process sends it, or this one when it starts again.
    if (this.#closed.signal.aborted) return store.postpone(notification, 0);
    const { retryMs, mostRetryMs, giveUpMs } = this.#times;
    const isGivenUp = ageMs > giveUpMs;
    if (isGivenUp || attempts === 1)
      log.warn({ taskId, isGivenUp, ...answer }, 'a push notification could not be sent');
    if (isGivenUp) return store.remove(notification);
    return store.postpone(notification, Math.min(mostRetryMs, retryMs * 2 ** (attempts - 1)));
  }

  async #send(notification: WaitingNotification): Promise<{ status: number } | { reason: string }> {
    const { find, allowedHosts } = this.#options;
    const { taskId, configId, seq, update } = notification;
    try {
      const requested = await find(taskId, configId);
      if (!requested) return { reason: 'where it goes to cannot be read' };
      const sdk = await loadA2aSdk();
      const status = await sendNotification(
        // It was written by this server, in the words of the protocol.
        { ...requested, taskId, update: update as A2aUpdate, seq },
        { sdk, allowedHosts, signal: this.#closed.signal },
      );
      return { status };
    } catch (cause) {
      return { reason: cause instanceof Error ? cause.message : String(cause) };
    }
  }
}

/** The answers of a receiver that is busy, or asks to be told again. */
const TRANSIENT = new Set([408, 425, 429]);

/** Whether an answer is the last word on a notification: it was taken, or refused in a way that another try would not change. */
const isFinal = (status: number): boolean => status < 500 && !TRANSIENT.has(status);
