import type { Kysely } from 'kysely';
import type { AnnouncedConversation, AnnouncedRun } from './announce.ts';
import type { OpenedRun } from './open-run.ts';
import type { Ownership } from './ownership.ts';
import type { Tables } from './schema.ts';
import type { Transact } from './share-transactions.ts';
import type { SharedStore } from './shared-store.ts';
import type { RunClosing, RunOpening, RunsStore } from './stored-runs.ts';

/** What is below the queries: SQLite, which one process has alone, or PostgreSQL, which several share. */
export interface Engine {
  readonly db: Kysely<Tables>;
  readonly ownership: Ownership;
  /** For what runs store, and what is in their way: as much as possible at once, and again where another was preferred. */
  readonly transact: Transact;
  readonly append: RunsStore['append'];
  /** The beginning and the end of runs in one statement, where there is one for that. */
  readonly atOnce?: AtOnce | undefined;
  /** What the processes tell each other; undefined where there is one. */
  readonly shared?: SharedStore | undefined;
  /** Does what must not be lost, again when the database was away, or slow, for a while. */
  persist<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** What does nothing and says undefined where it meets anything that is rare: it is to be done in a transaction then. */
export interface AtOnce {
  open(run: RunOpening): Promise<OpenedRun | undefined>;
  close(run: RunClosing): Promise<ClosedAtOnce | undefined>;
}

/** What is told of a run that was closed at once. */
export interface ClosedAtOnce {
  readonly run: AnnouncedRun;
  readonly conversation: AnnouncedConversation;
  /** Whether it said something to the conversation. */
  readonly hasMessages: boolean;
}
