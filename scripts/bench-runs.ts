/**
 * Lists and sums runs in stores of 10,000 and of 100,000, and prints what a page with its sums takes at each, and how much more at the larger:
 * `npm run bench:runs -- [rounds] [fewer] [more] [--json] [--against FILE]`.
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Principal } from '../server/call/principal.ts';
import { openStore } from '../server/store/sqlite.ts';
import type { Store } from '../server/store/store.ts';
import { median } from './bench/figures.ts';
import { openReport } from './bench/report.ts';
import { FIRST, MONTH_MS, seedRuns } from './bench/seed-runs.ts';

const report = openReport();
const { rounds: times = 41, rest } = report.options;
const [fewer = '10000', more = '100000'] = rest;
const counts = [Number(fewer), Number(more)] as const;
const MOST_MS = 50;

const oneKey: Principal = { name: 'key-7', seesAll: false };
const between = {
  since: new Date(FIRST + MONTH_MS / 4 + 12_345).toISOString(),
  until: new Date(FIRST + (MONTH_MS * 3) / 4 + 54_321).toISOString(),
};
const filters = {
  none: {},
  agent: { agentId: 'agent-7' },
  status: { status: 'failed' },
  'agent and status': { agentId: 'agent-7', status: 'failed' },
  'since and until': between,
  'one key of 50': { principal: oneKey },
  'one key, all filters': { principal: oneKey, agentId: 'agent-7', status: 'failed', ...between },
  conversation: { conversationId: 'run-77' },
} as const;

// The first store is for the compiler of this process.
await measure(1000);
report.section('runs', 'A page of 50 runs with its sums, and the usage by agent, of two stores');
const measured = [await measure(counts[0]), await measure(counts[1])] as const;
for (const [name, ofFewer] of measured[0]) {
  const ofMore = measured[1].get(name) ?? [];
  report.row(name, [
    [`${counts[0]} runs`, { values: ofFewer, unit: 'ms', atMost: MOST_MS }],
    [`${counts[1]} runs`, { values: ofMore, unit: 'ms', atMost: MOST_MS }],
    ['ratio', { values: [median(ofMore) / median(ofFewer)], unit: 'x' }],
  ]);
  if (Math.max(median(ofFewer), median(ofMore)) > MOST_MS) process.exitCode = 1;
}
report.end();

async function measure(count: number): Promise<Map<string, number[]>> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'bench-runs-'));
  await seedRuns(folder.path, count);
  await using store = await openStore({ folder: folder.path });
  const found = new Map<string, number[]>();
  for (const [name, filter] of Object.entries(filters)) found.set(name, await timesOf(() => readList(store, filter)));
  found.set('usage by agent', await timesOf(() => store.runs.usage({}, 'agent')));
  found.set('usage by key, a time', await timesOf(() => store.runs.usage(between, 'key')));
  return found;
}

async function readList(store: Store, filter: Parameters<Store['runs']['sums']>[0]): Promise<void> {
  await store.runs.list({ ...filter, limit: 50 });
  await store.runs.sums(filter);
}

async function timesOf(work: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  for (let turn = 0; turn < times; turn++) {
    const begun = performance.now();
    await work();
    found.push(performance.now() - begun);
  }
  return found;
}
