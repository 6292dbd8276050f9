import { FreshLook } from '../async/fresh-look.ts';
import { settlesWithin } from '../async/settles-within.ts';
import type { Wake } from './wake.ts';

/** Records of a table that are held in memory, and that other processes may change. */
export interface Followed {
  /** Up to which write of the table all are known. */
  readonly revision: number;
  /** Takes what was written since. */
  catchUp(): Promise<void>;
}

interface FollowedRecordsOptions {
  /** How often each table was written. */
  revisions(): Promise<ReadonlyMap<string, number>>;
  readonly wake: Pick<Wake, 'on' | 'onLost'>;
  readonly log: { warn(details: object, message: string): void };
  /** How often it looks by itself; absent: each 5 s. */
  readonly lookMs?: number | undefined;
  /** How long a request waits for a look, at most; absent: 1 s. */
  readonly waitMs?: number | undefined;
}

const LOOK_MS = 5000;
const WAIT_MS = 1000;

/** Keeps what is held in memory as all processes of a service have written it: by wake-ups, and by looking without them. */
export class FollowedRecords {
  readonly #options: FollowedRecordsOptions;
  /** By their tables. */
  readonly #followed = new Map<string, Followed>();
  readonly #unsubscribe: readonly (() => void)[];
  readonly #timer: NodeJS.Timeout;
  readonly #looks = new FreshLook(() => this.#look());
  /** Whether somebody has waited in vain: until a look ends, nobody else does. */
  #isLate = false;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: FollowedRecordsOptions) {
    this.#options = options;
    const { wake, lookMs = LOOK_MS } = options;
    const isOurs = (id: string) => this.#followed.has(id.slice(0, id.indexOf(':')));
    this.#unsubscribe = [
      wake.on('changed', (id) => void (isOurs(id) && this.look())),
      wake.onLost(() => void this.look()),
    ];
    this.#timer = setInterval(() => void this.look(), lookMs).unref();
  }

  /** Begins to follow the records of a table; those that others need come first. */
  follow(table: string, records: Followed): void {
    this.#followed.set(table, records);
  }

  /** Takes all that was written before this call. Never throws. */
  async look(): Promise<void> {
    if (this.#isClosed) return;
    await this.#looks.run();
  }

  /** The same, but for at most as long as a request waits: while the database is away it is answered from what is known. */
  async refresh(): Promise<void> {
    if (this.#isLate) return;
    const { waitMs = WAIT_MS } = this.#options;
    if (!(await settlesWithin(this.look(), waitMs))) this.#isLate = true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#looks.settled();
  }

  async #look(): Promise<void> {
    const { revisions, log } = this.#options;
    if (this.#isClosed) return;
    try {
      const written = await revisions();
      for (const [table, followed] of this.#followed) {
        if (written.get(table) !== followed.revision) await followed.catchUp();
      }
      this.#hasFailed = false;
    } catch (err) {
      if (!this.#hasFailed) log.warn({ err }, 'What other processes have changed is not known');
      this.#hasFailed = true;
    } finally {
      this.#isLate = false;
    }
  }
}
