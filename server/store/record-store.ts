/** Records that are few enough to be held in memory: all of them are read, and each is written as a whole. */
export interface RecordStore<Record> {
  /** All records, in the order of their creation. */
  list(): Promise<Record[]>;
  /** Inserts or replaces. */
  save(record: Record): Promise<void>;
  delete(id: string): Promise<void>;
}
