import { RowReading, UnreadableColumnError } from './row-reading.ts';

/** A log of what was odd in the store; pino is one. */
export interface StoreLog {
  warn(details: object, message: string): void;
}

/** How the rows of one table become records. */
interface RecordShape<Row, Record> {
  readonly table: string;
  /** The columns that tell rows apart, for the log. */
  readonly key: readonly (keyof Row & string)[];
  readonly toRecord: (row: RowReading<keyof Row & string>) => Record;
  readonly log: StoreLog;
}

/** Reads rows of one table as records. */
export interface RecordReader<Row, Record> {
  /** The records of rows, in their order. A row that is none is left out, and the log says so once. `shared` is what all of them have, and need not be read. */
  all<Shared extends keyof Row = never>(
    rows: readonly Omit<Row, Shared>[],
    shared?: Readonly<Pick<Row, Shared>>,
  ): Record[];
  /** The record of a row; undefined when it is none, or there is none. */
  one(row: Row | undefined): Record | undefined;
}

/** How many odd rows are remembered as told. */
const MAX_TOLD = 10_000;

/** The one place where rows become records: an odd one costs a list no more than itself. */
export function createRecordReader<Row extends object, Record>({
  table,
  key,
  toRecord,
  log,
}: RecordShape<Row, Record>): RecordReader<Row, Record> {
  const told = new Set<string>();
  const tell = (row: Partial<Row>, columns: readonly string[], message: string) => {
    const id = key.map((column) => String(row[column])).join('/');
    if (told.has(id) || told.size >= MAX_TOLD) return;
    told.add(id);
    log.warn({ table, id: id.slice(0, 300), columns }, message);
  };
  const read = (row: object, shared?: object): Record | undefined => {
    const reading = new RowReading<keyof Row & string>(row);
    try {
      const record = toRecord(reading);
      if (reading.mended.length)
        tell({ ...shared, ...row }, reading.mended, 'a stored record is odd, and is read without what is odd');
      return record;
    } catch (cause) {
      if (!(cause instanceof UnreadableColumnError)) throw cause;
      tell({ ...shared, ...row }, [cause.column], 'a stored record cannot be read, and is left out');
      return undefined;
    }
  };
  return {
    one: (row) => row && read(row),
    all: (rows, shared) => rows.map((row) => read(row, shared)).filter((record) => record !== undefined),
  };
}
