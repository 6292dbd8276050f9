/** Measures one thing at several sizes, each in a server of its own on one folder that grows. */
import { ownFolder } from '../../own.ts';
import { type Served, serve } from '../child.ts';
import { doors, toRequest } from '../doors.ts';
import { measureRequests } from '../load.ts';
import type { Report } from '../report.ts';
import { readStream } from '../streams.ts';
import { addCurve, type Growth, type Point } from './curve.ts';

/** Measurements by what they are of. */
export interface Measures {
  add(row: string, values: readonly number[], as: { readonly unit: string; readonly growth: Growth }): void;
}

interface Sizes {
  readonly report: Report;
  readonly sizes: readonly number[];
  /** Fills the folder of the server up to a size. */
  seed(folder: string, size: number): Promise<void>;
  /** Measures a server on it. */
  measure(server: Served, size: number, measures: Measures): Promise<void>;
}

/** How long a start took and what memory the server keeps is measured of each. Prints the curves when the last size is done. */
export async function measureSizes({ report, sizes, seed, measure }: Sizes): Promise<void> {
  await using folder = await ownFolder('agent-runtimes-bench-scale-');
  const curves = new Map<string, { unit: string; growth: Growth; points: Point[] }>();
  for (const size of sizes) {
    await seed(folder.path, size);
    const startedAt = performance.now();
    await using server = await serve('product.ts', JSON.stringify({ words: 1, dataFolder: folder.path, agents: 1 }));
    const startMs = performance.now() - startedAt;
    const add: Measures['add'] = (row, values, { unit, growth }) => {
      const curve = curves.get(row) ?? { unit, growth, points: [] };
      curve.points.push({ size, values });
      curves.set(row, curve);
    };
    add('start, of the sources', [startMs], { unit: 'ms', growth: 'constant' });
    add('memory at rest', [(await server.usage('collected')).rss / 2 ** 20], { unit: 'MB', growth: 'n log n' });
    await measure(server, size, { add });
    add('memory afterwards', [(await server.usage('collected')).rss / 2 ** 20], { unit: 'MB', growth: 'n log n' });
    report.note(`    ${size} measured in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  }
  for (const [row, curve] of curves) addCurve(report, row, curve);
}

const headers = { authorization: 'Bearer bench-key' };
const ROUND_MS = 500;

/** CPU time of the server for a request, in microseconds, of some rounds; the first is for what compiles. */
export async function measureRequest(
  server: Served,
  request: { readonly method: string; readonly path: string; readonly body?: string },
  rounds = 3,
): Promise<number[]> {
  const load = { ...request, path: `/api/v1${request.path}`, headers, connections: 4, durationMs: ROUND_MS };
  await measureRequests(server, load);
  const costs: number[] = [];
  for (let round = 0; round < rounds; round++) costs.push((await measureRequests(server, load)).cpu);
  return costs;
}

let runs = 0;

/** CPU time of the server for a run of one answer, in microseconds. Each run is of a new conversation, or of one that is there. */
export async function measureRun(
  server: Served,
  {
    agent,
    conversationOf,
    runs: count = 40,
  }: { agent: string; conversationOf?: (run: number) => string; runs?: number },
  rounds = 3,
): Promise<number[]> {
  const costs: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const before = await server.usage();
    for (let run = 0; run < count; run++) {
      const id = conversationOf?.((round + 1) * count + run) ?? `scale-${++runs}`;
      const { hasEnded } = await readStream({ port: server.port, ...toRequest(doors.REST, { id, agent }) });
      if (!hasEnded) throw new Error(`a run of agent ${agent} did not end as it should`);
    }
    const { cpu } = await server.usage();
    if (round >= 0) costs.push((cpu - before.cpu) / count);
  }
  return costs;
}

/** What a server answers at a path. */
export async function readJson(server: Served, path: string): Promise<unknown> {
  const url = `http://127.0.0.1:${server.port}/api/v1${path}`;
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** The path of a page deep in a list: that behind so many others, as far as there are. */
export async function findDeepPage(server: Served, path: string, pages: number): Promise<string> {
  let found = path;
  for (let page = 0; page < pages; page++) {
    const { next_cursor: cursor } = Object(await readJson(server, found));
    if (typeof cursor !== 'string') break;
    found = `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
  }
  return found;
}
