import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './schema.ts';

/** What is done in a transaction. It is done again, in another one, when that has failed. */
type Work<Result> = (transaction: Transaction<Tables>) => Promise<Result>;

/** Does work in a transaction. Resolves once that is committed; rejects with what the work threw, of which nothing is stored then. */
export type Transact = <Result>(work: Work<Result>) => Promise<Result>;

/** Work that waits, and what becomes of it. */
interface Waiting {
  /** Does it; returns what tells who waits for it that it is stored. */
  work(transaction: Transaction<Tables>): Promise<() => void>;
  fail(cause: unknown): void;
}

/**
 * Transactions for work that is often asked for by many at once: what comes in one turn of the event loop is committed together, as most of
 * a commit is to write pages that the next one writes again. Where one of them throws, each is done anew in a transaction of its own.
 */
export function shareTransactions(db: Kysely<Tables>): Transact {
  let waiting: Waiting[] = [];
  const doAll = () => {
    const works = waiting;
    waiting = [];
    void commitTogether(db, works);
  };
  return (work) =>
    new Promise((resolve, reject) => {
      // Behind all that is read in this turn.
      if (!waiting.length) setImmediate(doAll);
      const done = async (transaction: Transaction<Tables>) => {
        const result = await work(transaction);
        return () => resolve(result);
      };
      waiting.push({ work: done, fail: reject });
    });
}

async function commitTogether(db: Kysely<Tables>, works: readonly Waiting[]): Promise<void> {
  try {
    const tell = await db.transaction().execute(async (transaction) => {
      const stored: (() => void)[] = [];
      for (const { work } of works) stored.push(await work(transaction));
      return stored;
    });
    for (const one of tell) one();
  } catch (cause) {
    const [only] = works;
    if (works.length > 1) for (const one of works) await commitTogether(db, [one]);
    else only?.fail(cause);
  }
}
