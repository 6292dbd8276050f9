/** Fills a data folder with agents that run on the script of the benchmarks. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../../server/store/sqlite.ts';

const AT = '2026-11-23T10:00:00.000Z';

/** Adds agents until `seeded-0` to `seeded-(count - 1)` are there. */
export async function seedAgents(folder: string, count: number): Promise<void> {
  await (await openStore({ folder })).close();
  using database = new DatabaseSync(join(folder, 'agent-runtimes.db'));
  database.exec(`
    with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n + 1 < ${count})
    insert or ignore into agents (id, position, name, description, model, system_prompt, selected_mcp_servers, max_steps, approvals,
      agents, offer_as_tool, created_at, updated_at)
    select 'seeded-' || n, 1000 + n, 'Agent ' || n, 'Answers questions about the weather', 'script:words',
      'You are a helpful assistant.', '[]', 20, '{"tools":[]}', '[]', 1, '${AT}', '${AT}' from numbers`);
}
