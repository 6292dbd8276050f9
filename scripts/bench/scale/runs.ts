/** What stored runs cost. */
import type { Report } from '../report.ts';
import { seedRuns } from '../seed-runs.ts';
import { findDeepPage, measureRequest, measureRun, measureSizes } from './sizes.ts';

export const name = 'runs';

/** Prints what requests cost by how many runs are stored. */
export async function run(report: Report): Promise<void> {
  report.section(name, 'Stored runs: CPU of the server a request, by how many there are');
  let seeded = 0;
  await measureSizes({
    report,
    sizes: [1_000, 10_000, 100_000],
    async seed(folder, size) {
      await seedRuns(folder, size - seeded, seeded);
      seeded = size;
    },
    async measure(server, _size, { add }) {
      const constant = { unit: 'µs', growth: 'constant' } as const;
      add('first page of 50', await measureRequest(server, { method: 'GET', path: '/runs' }), constant);
      const deep = await findDeepPage(server, '/runs', 15);
      add('page in the depth', await measureRequest(server, { method: 'GET', path: deep }), constant);
      const failed = { method: 'GET', path: '/runs?status=failed&agent_id=agent-7' };
      add('page of an agent, failed', await measureRequest(server, failed), constant);
      add('GET one', await measureRequest(server, { method: 'GET', path: '/runs/run-77' }), constant);
      add('usage by agent', await measureRequest(server, { method: 'GET', path: '/usage?group_by=agent' }), {
        unit: 'µs',
        growth: 'n log n',
      });
      add('a run', await measureRun(server, { agent: 'agent-0' }), constant);
    },
  });
}
