/** What agents cost that nobody asks. */
import type { Report } from '../report.ts';
import { seedAgents } from '../seed-agents.ts';
import { findDeepPage, measureRequest, measureRun, measureSizes } from './sizes.ts';

export const name = 'agents';

/** Prints what each request costs by how many agents there are. */
export async function run(report: Report): Promise<void> {
  report.section(name, 'Agents: CPU of the server a request, by how many agents there are');
  await measureSizes({
    report,
    sizes: [10, 100, 1_000, 10_000],
    seed: seedAgents,
    async measure(server, _size, { add }) {
      const constant = { unit: 'µs', growth: 'constant' } as const;
      add('GET health', await measureRequest(server, { method: 'GET', path: '/health' }), constant);
      add('GET one agent', await measureRequest(server, { method: 'GET', path: '/agents/seeded-7' }), constant);
      const change = { method: 'PATCH', path: '/agents/seeded-7/mcp-servers', body: '{"selected_mcp_servers":[]}' };
      add('PATCH one agent', await measureRequest(server, change), constant);
      add('a run', await measureRun(server, { agent: 'seeded-7' }), constant);
      const page = '/agents?limit=50';
      add('first page of 50', await measureRequest(server, { method: 'GET', path: page }), constant);
      const deep = await findDeepPage(server, page, 100);
      add('page in the depth', await measureRequest(server, { method: 'GET', path: deep }), constant);
      add('GET all agents', await measureRequest(server, { method: 'GET', path: '/agents' }), {
        unit: 'µs',
        growth: 'n log n',
      });
    },
  });
}
