/** Requests that the replicas of a service count together, each by itself at once and of the others by what they have told the database. */
import { createHmac, randomBytes } from 'node:crypto';
import { createCounters } from './rate-counters.ts';
import { checkCount, type OpenWindow } from './rate-limit.ts';

/** The database that all replicas have. */
export interface SharedDatabase {
  /** Runs one statement of PostgreSQL. Settles in the end, also when nobody answers. */
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** The most counters that one statement tells of, and the most that wait to be told of. */
const MAX_TOLD = 5000;
const MAX_WAITING = 50_000;
/** By less than this a clock that was adjusted may go back. */
const SET_BACK_MS = 1000;

/**
 * Tells what this replica has counted and asks for what the others have: the numbers `at` of the counters that others have counted too, with
 * their sum. Each replica writes rows of its own, with all it has counted so far: so a statement that is sent again, or comes late, counts
 * nothing twice, and nobody waits for another's row. Rows of windows that are over go along the way.
 */
const EXCHANGE = `
with told as (
  select * from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[])
    with ordinality as told (rule, caller, ends_at, used, at)
), kept as (
  insert into rate_limit_counts as kept (rule, caller, ends_at, replica, used)
  select rule, caller, ends_at, $1, max(used) from told group by rule, caller, ends_at
  on conflict (rule, caller, ends_at, replica) do update set used = greatest(kept.used, excluded.used)
), gone as (
  delete from rate_limit_counts where ctid = any (array(
    select ctid from rate_limit_counts
    where ends_at < extract(epoch from statement_timestamp() - interval '1 minute')::bigint * 1000
    limit ${2 * MAX_TOLD} for update skip locked
  ))
)
select told.at::integer, sum(others.used)::double precision as used
from told join rate_limit_counts as others using (rule, caller, ends_at)
where others.replica <> $1
group by told.at`;

/** What one rule has counted of one caller in one window. */
interface SharedCounter {
  readonly rule: string;
  readonly caller: string;
  /** The caller as it is stored; undefined until it is. */
  digest: string | undefined;
  /** When the window ends, in milliseconds since 1970 on the clock of the database. */
  endsAt: number;
  /** Requests that were let in here. */
  own: number;
  /** Those that were let in by the others, as far as is known. */
  others: number;
  /** Whether something was counted that the others have not been told. */
  isWaiting: boolean;
}

interface SharedRateCountsOptions {
  readonly database: SharedDatabase;
  /** Milliseconds since 1970 on the clock of the database, as well as this process knows. */
  now(): number;
  /** The same at each replica, and nobody else's: callers are stored as hashes with it. */
  readonly hashKey: string;
  /** Told when something is counted that the others do not know yet. */
  onCounted(): void;
}

/**
 * Counts of rate limits that hold for all replicas together. A request is judged at once, by what is counted here and what is known of the
 * others: a limit may be overrun by what each lets in before it hears of the others, which is what comes between two exchanges, and never by
 * more than the limit for each replica. Windows begin at whole multiples of their length on the clock of the database.
 */
export class SharedRateCounts {
  readonly #options: SharedRateCountsOptions;
  /** New at each start: what a former process has told still counts. */
  readonly #replica = randomBytes(9).toString('base64url');
  /** Each at most once, in the order in which they began to wait. */
  #waiting: SharedCounter[] = [];

  constructor(options: SharedRateCountsOptions) {
    this.#options = options;
  }

  readonly openWindow: OpenWindow = ({ operation, points, seconds }) => {
    const windowMs = seconds * 1000;
    // Without its points, so that replicas that are started with another limit count on.
    const rule = `${operation ?? '*'}/${seconds}`;
    const counterOf = createCounters(windowMs, (caller): SharedCounter => {
      return { rule, caller, digest: undefined, endsAt: 0, own: 0, others: 0, isWaiting: false };
    });
    return (caller) => {
      const now = this.#options.now();
      const counter = counterOf(caller, now);
      // A clock that is set back must not make a minute last an hour.
      if (now >= counter.endsAt || now < counter.endsAt - windowMs - SET_BACK_MS) {
        counter.endsAt = (Math.floor(now / windowMs) + 1) * windowMs;
        counter.own = 0;
        counter.others = 0;
      }
      const used = counter.own + counter.others;
      // What is refused need not be told: a caller who goes on asking costs the database nothing.
      if (used < points) {
        counter.own++;
        if (!counter.isWaiting) this.#wait(counter);
      }
      return checkCount(points, used + 1, counter.endsAt - now);
    };
  };

  /**
   * Tells the others what was counted here, and learns what they have counted of the same callers. Resolves to whether there was something
   * to tell. Rejects when the database does, and then it is told with the next.
   */
  async exchange(): Promise<boolean> {
    const told = this.#take();
    if (!told.length) return false;
    const ends = told.map(({ endsAt }) => endsAt);
    try {
      const { rows } = await this.#options.database.query(EXCHANGE, [
        this.#replica,
        told.map(({ rule }) => rule),
        told.map((counter) => this.#digestOf(counter)),
        ends,
        told.map(({ own }) => own),
      ]);
      const sums = new Map((rows as readonly { at: number; used: number }[]).map(({ at, used }) => [at - 1, used]));
      for (const [at, counter] of told.entries()) {
        if (counter.endsAt === ends[at]) counter.others = sums.get(at) ?? 0;
      }
    } catch (cause) {
      for (const counter of told) if (!counter.isWaiting) this.#wait(counter);
      throw cause;
    }
    if (this.#waiting.length) this.#options.onCounted();
    return true;
  }

  #wait(counter: SharedCounter): void {
    // One that finds no place tries again with its next request.
    if (this.#waiting.length >= MAX_WAITING) return;
    counter.isWaiting = true;
    this.#waiting.push(counter);
    this.#options.onCounted();
  }

  /** The counters to tell of now, without those whose window is over. */
  #take(): SharedCounter[] {
    const now = this.#options.now();
    const told: SharedCounter[] = [];
    let looked = 0;
    for (const counter of this.#waiting) {
      if (told.length >= MAX_TOLD) break;
      looked++;
      counter.isWaiting = false;
      if (now < counter.endsAt) told.push(counter);
    }
    this.#waiting = this.#waiting.slice(looked);
    return told;
  }

  #digestOf(counter: SharedCounter): string {
    counter.digest ??= createHmac('sha256', this.#options.hashKey)
      .update(counter.caller)
      .digest('base64url')
      .slice(0, 22);
    return counter.digest;
  }
}
