/** Fills a data folder with runs of a month, as a server with many keys and agents leaves it. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../../server/store/sqlite.ts';

/** The first moment of the month. */
export const FIRST = Date.UTC(2026, 9, 1);
/** How long it is, in milliseconds. */
export const MONTH_MS = 30 * 86_400_000;

const KEYS = 50;
const AGENTS = 20;

/**
 * Adds `count` runs at even distances, numbered from `first`. Each of 50 keys uses 3 of 20 agents; a tenth of the runs has failed. The sums
 * are those of all runs.
 */
export async function seedRuns(folder: string, count: number, first = 0): Promise<void> {
  await (await openStore({ folder })).close();
  using database = new DatabaseSync(join(folder, 'agent-runtimes.db'));
  database.exec('begin');
  const addConversation = database.prepare(
    `insert into conversations (key, id, agent_id, title, message_count, created_at, updated_at, owner)
     values (?, ?, ?, '', 0, ?, ?, ?)`,
  );
  const addRun = database.prepare(
    `insert into runs (key, id, conversation_key, conversation_id, agent_id, status, input_tokens, output_tokens, cached_tokens,
       reasoning_tokens, cost, model_steps, unpriced_steps, duration_ms, owner, started_at, ended_at, given_id, is_detached,
       history_count, outcome)
     values (?, ?, ?, ?, ?, ?, 1000, 100, 0, 0, 0.01, 2, 0, 1500, ?, ?, ?, ?, 0, 0, '{"status":"finished","pending":[]}')`,
  );
  for (let index = first; index < first + count; index++) {
    const owner = `key-${index % KEYS}`;
    const agent = `agent-${((index % KEYS) + (Math.floor(index / KEYS) % 3)) % AGENTS}`;
    const time = FIRST + Math.floor(((index - first) * MONTH_MS) / count);
    const started = new Date(time).toISOString();
    const ended = new Date(time + 1500).toISOString();
    const id = `run-${index}`;
    addConversation.run(id, id, agent, started, ended, owner);
    addRun.run(id, id, id, id, agent, index % 10 ? 'finished' : 'failed', owner, started, ended, id);
  }
  // A server may have run agents of its own meanwhile, whose sums stay.
  database.exec(`delete from run_sums where owner like 'key-%'`);
  for (const [span, length] of [
    ['month', 7],
    ['day', 10],
    ['minute', 16],
  ] as const) {
    database.exec(`
      insert into run_sums select '${span}', substr(started_at, 1, ${length}), owner, agent_id, 'openai:gpt-4o', status, count(*),
        sum(duration_ms), sum(input_tokens), sum(output_tokens), 0, 0, sum(cost), sum(model_steps), 0
      from runs where owner like 'key-%' group by 2, 3, 4, 6`);
  }
  database.exec('commit');
}
