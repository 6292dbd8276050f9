/** Writes rows that no server would write into the database of a data folder. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What stands in a column where something else should. */
const ODD_VALUES = [
  null,
  '',
  'nonsense',
  '{"half',
  'null',
  '[]',
  '{}',
  '[1, null, {}]',
  '{"tools": "all", "history": [null, {"parts": [null]}], "artifacts": 7, "approvals": {}}',
  '{"status": "finished"}',
  '{"id": "m", "role": "oracle", "content": []}',
  '{"id": "m", "role": "assistant", "content": [null, {"type": "text"}, {"type": "text", "text": "Still there"}]}',
  '[{"type": "text-delta"}]',
  'a\0b',
  -1,
  5.5,
  Number.POSITIVE_INFINITY,
  9_223_372_036_854_775_807n,
  Uint8Array.of(0xff, 0x00, 0x01),
] as const;

/**
 * For each table with rows, for each of its columns and each odd value, one more row: a copy of one that is there, with a key of its own
 * and the odd value in that column. Those that the tables refuse are left out. Returns how many there are, by table.
 */
export function writeOddRows(dataFolder: string): Map<string, number> {
  using database = new DatabaseSync(join(dataFolder, 'agent-runtimes.db'), { enableForeignKeyConstraints: false });
  const tables = database
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
    .all();
  const written = new Map<string, number>();
  for (const table of tables.map(({ name }) => String(name))) {
    if (table === 'schema_versions') continue;
    const columns = database
      .prepare(`select name from pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => String(name));
    const [good] = database.prepare(`select * from ${table} limit 1`).all();
    if (!good) throw new Error(`There is no row of ${table} to copy`);
    const insert = database.prepare(`insert into ${table} values (${columns.map(() => '?').join()})`);
    let count = 0;
    for (const column of columns) {
      for (const value of ODD_VALUES) {
        const row = { ...good, ...keyOf(table, count), [column]: value };
        try {
          insert.run(...columns.map((name) => row[name] ?? null));
          count++;
        } catch (cause) {
          if (!(cause instanceof Error) || !/constraint/.test(cause.message)) throw cause;
        }
      }
    }
    written.set(table, count);
  }
  return written;
}

/** What tells a row from the others of its table. */
function keyOf(table: string, count: number): Record<string, string | number> {
  switch (table) {
    case 'messages':
      return { seq: 1000 + count, id: `odd-${count}` };
    case 'run_events':
      return { first: 1000 + count };
    case 'conversations':
      return { key: `odd-${count}`, id: `odd-${count}` };
    case 'runs':
      // Of a conversation of its own, as only one of each may be running.
      return {
        key: `odd-${count}`,
        id: `odd-${count}`,
        conversation_key: `odd-${count}`,
        status: count % 2 ? 'running' : 'finished',
      };
    case 'facts':
      return { name: `odd-${count}` };
    default:
      return { id: `odd-${count}` };
  }
}
