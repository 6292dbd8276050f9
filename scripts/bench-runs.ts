/**
 * Lists and sums runs in stores of 10,000 and of 100,000, and prints what a page with its sums takes at each, and how much more at the larger:
 * `node scripts/bench-runs.ts [fewer] [more]`.
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Principal } from '../server/call/principal.ts';
import { openStore } from '../server/store/sqlite.ts';
import type { Store } from '../server/store/store.ts';
import { FIRST, MONTH_MS, seedRuns } from './bench/seed-runs.ts';

const counts = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 100_000)] as const;
const TIMES = 41;

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
const medians = [await measure(counts[0]), await measure(counts[1])] as const;
console.log(`a page of 50 runs with its sums, and the usage by agent; medians of ${TIMES}`);
console.log(`  ${'filter'.padEnd(24)} ${counts.map((count) => `${count} runs`.padStart(16)).join('')}   ratio`);
let worst = 0;
for (const [name, fewer] of medians[0]) {
  const more = medians[1].get(name) ?? Number.NaN;
  worst = Math.max(worst, fewer, more);
  console.log(`  ${name.padEnd(24)} ${toMs(fewer)}${toMs(more)}   ${(more / fewer).toFixed(1)}`);
}
if (worst > 50) {
  console.error('a page took longer than 50 ms');
  process.exitCode = 1;
}

async function measure(count: number): Promise<Map<string, number>> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'bench-runs-'));
  await seedRuns(folder.path, count);
  await using store = await openStore({ folder: folder.path });
  const found = new Map<string, number>();
  for (const [name, filter] of Object.entries(filters)) found.set(name, await medianOf(() => readList(store, filter)));
  found.set('usage by agent', await medianOf(() => store.runs.usage({}, 'agent')));
  found.set('usage by key, a time', await medianOf(() => store.runs.usage(between, 'key')));
  return found;
}

async function readList(store: Store, filter: Parameters<Store['runs']['sums']>[0]): Promise<void> {
  await store.runs.list({ ...filter, limit: 50 });
  await store.runs.sums(filter);
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < TIMES; turn++) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[(TIMES - 1) / 2] ?? Number.NaN;
}

function toMs(time: number): string {
  return `${time.toFixed(1)} ms`.padStart(16);
}
