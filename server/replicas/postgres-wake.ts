import { randomUUID } from 'node:crypto';
import type { ClientConfig } from 'pg';
import type { Logger } from 'pino';
import { settlesWithin } from '../async/settles-within.ts';
import { untilAborted } from '../async/until-aborted.ts';
import { Backoff, pause } from './backoff.ts';
import { describeDatabaseError, toClientConfig } from './connection.ts';
import { Notifier } from './notifier.ts';
import { Session } from './session.ts';
import type { Wake, WakeKind } from './wake.ts';
import { CHANNEL } from './wake-channel.ts';
import { WakeListeners } from './wake-listeners.ts';
import { readWakeMessage } from './wake-message.ts';

interface PostgresWakeOptions {
  /** The database. It may lead through a pooler, which is enough to tell. */
  readonly url: string;
  /** The same database, not through a pooler, to listen at; absent: `url`. */
  readonly directUrl?: string | undefined;
  /** The id of this replica, new at each start. */
  readonly replica: string;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** The distance of looks while no wake-ups come; absent: 500 ms. */
  readonly pollMs?: number;
  /** After so long without a word the connection is tried; absent: 5 s. */
  readonly quietMs?: number;
  /** How long a word to oneself may take; absent: 2 s. */
  readonly echoMs?: number;
}

const POLL_MS = 500;
const QUIET_MS = 5000;
const ECHO_MS = 2000;
/** When LISTEN does not come through: it is tried again for the day that somebody changes that. */
const AGAIN_MS = 60_000;
const ADVICE =
  'Set --database-direct-url to an address of the same database and schema that leads through no pooler in transaction mode';

/**
 * Wake-ups by LISTEN and NOTIFY, each on a connection of its own. Resolves when it is known whether they come through; until they do, and
 * whenever they do not, everybody is called to look instead. What changed before it resolves is told to nobody: look once after it.
 * Throws only when an address has no meaning.
 */
export async function openPostgresWake(options: PostgresWakeOptions): Promise<Wake> {
  const wake = new PostgresWake(options);
  await wake.started;
  return wake;
}

class PostgresWake implements Wake {
  readonly #options: PostgresWakeOptions;
  readonly #config: ClientConfig;
  readonly #listeners: WakeListeners;
  readonly #notifier: Notifier;
  readonly #closing = new AbortController();
  readonly #started = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #way: 'listen' | 'poll' = 'poll';
  #looks: NodeJS.Timeout | undefined;
  /** Whether anything has come since the last look. */
  #wasHeard = false;
  #echo: { readonly word: string; readonly heard: () => void } | undefined;
  /** The troubles that the log has, until they are over. */
  readonly #troubles = new Set<'deaf' | 'cut' | 'notifier'>();

  constructor(options: PostgresWakeOptions) {
    const { url, directUrl = url, replica, log } = options;
    this.#options = options;
    this.#config = toClientConfig(directUrl, `listens ${replica}`);
    this.#listeners = new WakeListeners((error) => log.warn({ err: error }, 'A listener of wake-ups failed'));
    this.#notifier = new Notifier({
      config: toClientConfig(url, `notifies ${replica}`),
      replica,
      onTrouble: (error) => this.#noteNotifier(error),
    });
    this.#look();
    this.#ended = this.#run();
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  get way(): 'listen' | 'poll' {
    return this.#way;
  }

  tell(kind: WakeKind, id: string): void {
    this.#notifier.tell(kind, id);
  }

  on(kind: WakeKind, listener: (id: string) => void): () => void {
    return this.#listeners.on(kind, listener);
  }

  onLost(listener: () => void): () => void {
    return this.#listeners.onLost(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('Wake-ups are closed'));
    clearInterval(this.#looks);
    await Promise.all([this.#notifier.close(), this.#ended]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const backoff = new Backoff();
    while (!signal.aborted) {
      const beganAt = performance.now();
      const reason = await this.#listen().catch((error: unknown) => error);
      if (signal.aborted) break;
      this.#look();
      this.#noteListener(reason);
      this.#started.resolve();
      if (reason instanceof DeafError) await pause(AGAIN_MS, signal);
      else await backoff.wait(performance.now() - beganAt, signal);
    }
    this.#started.resolve();
  }

  /** Listens until that ends; throws why it did. */
  async #listen(): Promise<never> {
    const { quietMs = QUIET_MS } = this.#options;
    await using session = await Session.open(this.#config, this.#closing.signal);
    session.onNotification((payload) => this.#hear(payload));
    await subscribe(session);
    if (!(await this.#hearsItself(session))) {
      // A pooler gives the connection that listens to somebody else.
      await session.query('unlisten *').catch(() => undefined);
      throw new DeafError('A word to itself did not come back');
    }
    this.#enter();
    for (;;) {
      this.#wasHeard = false;
      await pause(quietMs, session.over);
      session.over.throwIfAborted();
      if (!this.#wasHeard && !(await this.#hearsItself(session))) throw new Error('Nothing comes through any more');
    }
  }

  /** Whether a word comes back that this replica tells on its other connection. On this one a pooler might give it back by chance. */
  async #hearsItself(session: Session): Promise<boolean> {
    const word = randomUUID();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#echo = { word, heard: resolve };
    if (!(await untilAborted(this.#notifier.echo(word), session.over))) throw new Error('No wake-up can be sent');
    const { echoMs = ECHO_MS } = this.#options;
    return await settlesWithin(untilAborted(promise, session.over), echoMs);
  }

  #hear(payload: string): void {
    this.#wasHeard = true;
    const message = readWakeMessage(payload);
    if (!message) return;
    if (message.from !== this.#options.replica) this.#listeners.hear(message);
    else if (message.echo === this.#echo?.word) this.#echo?.heard();
  }

  #enter(): void {
    clearInterval(this.#looks);
    this.#looks = undefined;
    this.#way = 'listen';
    this.#started.resolve();
    const wasInTrouble = [this.#troubles.delete('deaf'), this.#troubles.delete('cut')].includes(true);
    if (wasInTrouble) this.#options.log.info('Wake-ups come through again');
    // What was told while nobody listened.
    this.#listeners.lost();
  }

  #look(): void {
    this.#way = 'poll';
    this.#looks ??= setInterval(() => this.#listeners.lost(), this.#options.pollMs ?? POLL_MS);
  }

  #noteListener(error: unknown): void {
    const { pollMs = POLL_MS } = this.#options;
    const says = `Wake-ups do not come through: this server looks every ${pollMs} ms.`;
    if (error instanceof DeafError) this.#warn('deaf', error, `${says} ${ADVICE}`);
    else this.#warn('cut', error, `${says} Connecting again`);
  }

  #noteNotifier(error: unknown): void {
    if (error !== undefined) this.#warn('notifier', error, 'The other replicas cannot be woken. Connecting again');
    else if (this.#troubles.delete('notifier')) this.#options.log.info('The other replicas can be woken again');
  }

  #warn(trouble: 'deaf' | 'cut' | 'notifier', error: unknown, sentence: string): void {
    if (this.#troubles.has(trouble)) return;
    this.#troubles.add(trouble);
    this.#options.log.warn({ error: this.#describe(error) }, sentence);
  }

  #describe(error: unknown): string {
    const { url, directUrl = url } = this.#options;
    return describeDatabaseError(error, [url, directUrl]);
  }
}

async function subscribe(session: Session): Promise<void> {
  try {
    const { rows } = await session.query(`select quote_ident(${CHANNEL}) as channel`);
    await session.query(`listen ${rows[0].channel}`);
  } catch (error) {
    if (session.over.aborted || !(error instanceof Error) || isPassing(error)) throw error;
    throw new DeafError(error.message);
  }
}

/** Whether a server that is overloaded, or is being stopped, refused what it does at another time. https://www.postgresql.org/docs/15/errcodes-appendix.html */
const isPassing = (error: Error): boolean => 'code' in error && /^(53|57)/.test(String(error.code));

/** LISTEN is refused, or nothing comes of it. */
class DeafError extends Error {}
