import { toCount } from './count.ts';
import { isJsonObject } from './json-object.ts';

/** A column that holds nothing that can be read, and that nothing can stand for: its row is no record. */
export class UnreadableColumnError extends Error {
  override readonly name = 'UnreadableColumnError';
  readonly column: string;

  constructor(column: string) {
    super(`The column ${column} cannot be read`);
    this.column = column;
  }
}

/** The time of a record whose own cannot be read. */
const NO_TIME = '1970-01-01T00:00:00.000Z';

/**
 * One row, read column by column as what each is to hold. A file of an older server, a restored backup or a hand may have put anything
 * there: what has one meaning is read as that; else `instead` stands for it, and without one the row is no record.
 */
export class RowReading<Column extends string = string> {
  readonly #row: Readonly<Record<string, unknown>>;
  /** The columns whose value is not what they held. */
  readonly mended: Column[] = [];

  constructor(row: object) {
    this.#row = Object(row);
  }

  text(column: Column, instead?: string): string {
    return toText(this.#row[column]) ?? this.#mend(column, instead);
  }

  textOrNull(column: Column, instead?: null): string | null {
    return this.#row[column] === null ? null : (toText(this.#row[column]) ?? this.#mend(column, instead));
  }

  time(column: Column): string {
    return toTime(this.#row[column]) ?? this.#mend(column, NO_TIME);
  }

  timeOrNull(column: Column): string | null {
    return this.#row[column] === null ? null : this.time(column);
  }

  /** A whole number from 0 on. */
  count(column: Column): number {
    const count = toCount(this.#row[column]);
    return count === this.#row[column] ? count : this.#mend(column, count);
  }

  /** A whole number from 0 on that names a place: no other can stand for it. */
  place(column: Column): number {
    const value = this.#row[column];
    return typeof value === 'number' && toCount(value) === value ? value : this.#mend<number>(column, undefined);
  }

  /** A number within bounds, or null. */
  numberOrNull(column: Column, [least, most]: readonly [number, number]): number | null {
    const value = this.#row[column];
    if (value === null) return null;
    return typeof value === 'number' && value >= least && value <= most ? value : this.#mend(column, null);
  }

  /** A yes as 1 and a no as 0. */
  flagOrNull(column: Column): boolean | null {
    const value = this.#row[column];
    if (value === null) return null;
    return value === 0 || value === 1 ? value === 1 : this.#mend(column, null);
  }

  oneOf<Word extends string>(column: Column, words: readonly Word[], instead: Word): Word {
    return words.find((word) => word === this.#row[column]) ?? this.#mend(column, instead);
  }

  /** JSON of the form that `isRight` tells; of any other, or of none, what `mend` makes of it. */
  json<Value>(
    column: Column,
    isRight: (value: unknown) => value is Value,
    mend: (value: unknown) => unknown = () => undefined,
  ): Value {
    const value = this.#parse(column);
    if (isRight(value)) return value;
    const mended = mend(value);
    return this.#mend(column, isRight(mended) ? mended : undefined);
  }

  /** What `read` makes of JSON; the row is no record when that is nothing. */
  jsonAs<Value>(column: Column, read: (value: unknown) => Value | undefined): Value {
    const value = read(this.#parse(column));
    return value === undefined ? this.#mend(column, value) : value;
  }

  /** The same; null for null, and where nothing of that form is there. */
  jsonOrNull<Value>(column: Column, isRight: (value: unknown) => value is Value): Value | null {
    if (this.#row[column] === null) return null;
    return this.json(
      column,
      (value): value is Value | null => value === null || isRight(value),
      () => null,
    );
  }

  /** A JSON array; those of its items that are not right are left out, and without an array it is `instead`. */
  list<Item>(column: Column, isRight: (item: unknown) => item is Item, instead: readonly Item[]): readonly Item[] {
    const value = this.#parse(column);
    if (!Array.isArray(value)) return this.#mend(column, instead);
    const items = value.filter(isRight);
    return items.length === value.length ? items : this.#mend(column, items);
  }

  listOrNull<Item>(column: Column, isRight: (item: unknown) => item is Item, instead: readonly Item[]) {
    return this.#row[column] === null ? null : this.list(column, isRight, instead);
  }

  /** A JSON object of texts; those of its values that are none are left out. Null is one without any. */
  texts(column: Column): Readonly<Record<string, string>> {
    if (this.#row[column] === null) return {};
    return this.json(column, areTexts, (value) =>
      Object.fromEntries(Object.entries(isJsonObject(value) ? value : {}).filter(([, text]) => isText(text))),
    );
  }

  /** What JSON a column holds; undefined when it holds none. */
  #parse(column: Column): unknown {
    try {
      return JSON.parse(toText(this.#row[column]) ?? '');
    } catch {
      return undefined;
    }
  }

  #mend<Value>(column: Column, instead: Value | undefined): Value {
    if (instead === undefined) throw new UnreadableColumnError(column);
    if (!this.mended.includes(column)) this.mended.push(column);
    return instead;
  }
}

const isText = (value: unknown) => typeof value === 'string';
const areTexts = (value: unknown): value is Record<string, string> =>
  isJsonObject(value) && Object.values(value).every(isText);

/** A text, also one that was written as its bytes. */
function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString() : undefined;
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** A time as this server writes it, on a day that its month has each year: nearly all of them, and read without a calendar. */
const PLAIN_TIME =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{3}Z$/;

function toTime(value: unknown): string | undefined {
  if (typeof value === 'string' && PLAIN_TIME.test(value)) return value;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (typeof value !== 'string' || Number.isNaN(time)) return undefined;
  const same = new Date(time).toISOString();
  // A day that is in no calendar is read as the one that it would be.
  const isRight = RFC_3339.test(value) && value.slice(0, SECONDS) === same.slice(0, SECONDS);
  if (isRight) return value;
  return RFC_3339.test(same) ? same : undefined;
}

/** The length of a time to the second. */
const SECONDS = '2026-11-23T10:00:00'.length;
