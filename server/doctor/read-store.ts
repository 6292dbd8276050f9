/**
 * A program: reads the store `argv[2]` and prints what it holds and whether it is whole. `argv[3]` is `live` when a server has it; `argv[4]` is an
 * empty folder. A process of its own, because a disk that hangs would hold up whoever reads it.
 */
import { copyFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** What the program prints, as JSON. */
export interface StoreReading {
  readonly version: number;
  /** What SQLite finds amiss; none in a store that is whole. */
  readonly flaws: readonly string[];
  /** The models that agents name. */
  readonly models: readonly string[];
  readonly conversations: number;
}

const MAX_FLAWS = 5;
const MAX_COPY = 2e9;

/** Undefined when it is too large to be copied. */
function read(file: string, { isLive, folder }: { isLive: boolean; folder: string }): StoreReading | undefined {
  const log = `${file}-wal`;
  // A server that runs shares its index of the log; to read beside it changes nothing.
  if (isLive) return readFrom(new DatabaseSync(file, { readOnly: true, timeout: 2000 }));
  const isSettled = !existsSync(log) || statSync(log).size === 0;
  if (isSettled) {
    const url = pathToFileURL(file);
    url.searchParams.set('immutable', '1');
    return readFrom(new DatabaseSync(url, { readOnly: true }));
  }
  // What a server has left when it was killed is put in order by whoever opens it: that is done to a copy.
  if (statSync(file).size + statSync(log).size > MAX_COPY) return undefined;
  const copy = join(folder, 'copy.db');
  copyFileSync(file, copy);
  copyFileSync(log, `${copy}-wal`);
  return readFrom(new DatabaseSync(copy));
}

function readFrom(database: DatabaseSync): StoreReading {
  try {
    database.exec('pragma trusted_schema = off');
    const flaws = database
      .prepare(`pragma quick_check(${MAX_FLAWS})`)
      .all()
      .map((row) => String(Object.values(row)[0]));
    const read = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map((row) => Object.values(row)[0]);
    return {
      flaws: flaws.filter((flaw) => flaw !== 'ok'),
      version: Number(read('select max(version) from schema_versions')[0] ?? 0),
      conversations: Number(orNothing(() => read('select count(*) from conversations'))[0] ?? 0),
      models: orNothing(() => read('select distinct model from agents where model is not null')).map(String),
    };
  } finally {
    database.close();
  }
}

/** A server of another version may have other tables. */
function orNothing<Value>(look: () => Value[]): Value[] {
  try {
    return look();
  } catch {
    return [];
  }
}

const [, , file = '', how, folder = ''] = process.argv;
try {
  process.stdout.write(JSON.stringify(read(file, { isLive: how === 'live', folder }) ?? null));
} catch (cause) {
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : undefined;
  process.stdout.write(JSON.stringify({ error: cause instanceof Error ? cause.message : String(cause), code }));
}
