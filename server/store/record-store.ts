/**
 * Records that are few enough to be held in memory: all of them are read, and each is written as a whole. Where several processes share
 * the database, each write has a revision, higher than that of any write of the table before; else all have 0.
 */
export interface RecordStore<Record> {
  /** All records, in the order of their creation. */
  list(): Promise<Record[]>;
  /** Returns the revision; undefined, where others write too, when one of them has stored a record of this id. */
  insert(record: Record): Promise<number | undefined>;
  /** Replaces what is stored. Returns the revision; undefined, where others write too, when that is not of the revision `before` any more. */
  update(record: Record, before: number): Promise<number | undefined>;
  delete(id: string): Promise<void>;
  /** What time it is where they are kept. */
  now(): string;
  /** What has changed, whoever has changed it; absent where one process has the store alone. */
  readonly changes?: ReadChanges<Record> | undefined;
}

/** Reads what has changed since a revision; all there is since {@link NOTHING_READ}. */
export type ReadChanges<Record> = (since: number) => Promise<RecordChanges<Record>>;

/** Less than any revision. */
export const NOTHING_READ = -1;

/** What has changed of records. */
export interface RecordChanges<Record> {
  /** Up to where: from here on the next changes are. */
  readonly revision: number;
  /** What was created or changed, in the order of creation. */
  readonly written: readonly { readonly record: Record; readonly revision: number }[];
  /** The ids of all records that there are; undefined when none can have been deleted. */
  readonly ids: ReadonlySet<string> | undefined;
}
