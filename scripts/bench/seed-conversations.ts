/** Fills a data folder with conversations, as those leave them who ask again and again. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../../server/store/sqlite.ts';

interface Seed {
  /** What their ids begin with. */
  readonly prefix: string;
  readonly count: number;
  /** What is asked and answered, each time: two messages. */
  readonly turns: number;
}

const QUESTION = 'What is the weather like in the town of number %, and what will it be tomorrow?';
const ANSWER =
  'It is 18 °C in the town of number %, with a light wind from the west and a few clouds. Tomorrow it will be a little warmer, up to 21 °C, and dry until the evening.';

/** Adds conversations until `prefix-0` to `prefix-(count - 1)` are there. They are those of the key that the benchmarks send. */
export async function seedConversations(folder: string, { prefix, count, turns }: Seed): Promise<void> {
  await (await openStore({ folder })).close();
  using database = new DatabaseSync(join(folder, 'agent-runtimes.db'));
  const time = (n: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', 1793000000 + ${n}, 'unixepoch')`;
  const text = (said: string) => `json_array(json_object('type', 'text', 'text', replace('${said}', '%', t.n)))`;
  database.exec('pragma synchronous = off');
  database.exec('begin');
  database.exec(`
    create temporary table added as
      with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n + 1 < ${count})
      select n, '${prefix}-' || n as id from numbers
      where not exists (select 1 from conversations where key = '${prefix}-' || n);
    insert into conversations (key, id, agent_id, title, message_count, created_at, updated_at, owner)
      select id, id, 'agent-0', 'What is the weather', ${turns * 2}, ${time('n')}, ${time('n')}, 'bench' from added;
    with recursive t(n) as (select 1 union all select n + 1 from t where n < ${turns * 2})
    insert into messages (conversation_key, seq, id, body, created_at)
      select c.id, t.n, 'message-' || t.n,
        case when t.n % 2 then json_object('id', 'message-' || t.n, 'role', 'user', 'content', ${text(QUESTION)})
        else json_object('id', 'message-' || t.n, 'role', 'assistant', 'content', ${text(ANSWER)}) end,
        ${time('c.n')}
      from added c cross join t;
    drop table added`);
  database.exec('commit');
  database.exec('pragma wal_checkpoint(truncate)');
}
