import type { Kysely } from 'kysely';
import type { Ownership } from './ownership.ts';
import type { Tables } from './schema.ts';
import type { Transact } from './share-transactions.ts';
import type { SharedStore } from './shared-store.ts';
import type { RunsStore } from './stored-runs.ts';

/** What is below the queries: SQLite, which one process has alone, or PostgreSQL, which several share. */
export interface Engine {
  readonly db: Kysely<Tables>;
  readonly ownership: Ownership;
  /** For what runs store, and what is in their way: as much as possible at once, and again where another was preferred. */
  readonly transact: Transact;
  readonly append: RunsStore['append'];
  /** What the processes tell each other; undefined where there is one. */
  readonly shared?: SharedStore | undefined;
  /** Does what must not be lost, again when the database was away, or slow, for a while. */
  persist<Result>(work: () => Promise<Result>): Promise<Result>;
}
