/**
 * What a second process would bring to streams, at the most: each has a data folder of its own here, so that they share nothing but the
 * processors with each other and with the one that reads.
 */
import { type Served, serve } from '../child.ts';
import { doors, toRequest } from '../doors.ts';
import { ratiosOf } from '../figures.ts';
import type { Report } from '../report.ts';
import { readStream } from '../streams.ts';

export const name = 'workers';

const WORDS = 2000;
const CLIENTS = 16;
const ROUND_MS = 3000;
let runs = 0;

/** Prints the words a second that one process and two processes stream. */
export async function run(report: Report): Promise<void> {
  const { rounds = 5 } = report.options;
  await using servers = new AsyncDisposableStack();
  const open = async () => servers.use(await serve('product.ts', JSON.stringify({ words: WORDS })));
  const both = [await open(), await open()];
  const [first] = both;
  if (!first) return;
  report.section(name, `${CLIENTS} clients read runs of ${WORDS} words over AG-UI as fast as they come`);
  await measure(both);
  const one: number[] = [];
  const two: number[] = [];
  for (let round = 0; round < rounds; round++) {
    one.push(await measure([first]));
    two.push(await measure(both));
  }
  report.row('one process', { words: { values: one, unit: 'a second' } });
  report.row('two processes', {
    words: { values: two, unit: 'a second' },
    'one process': { values: ratiosOf(two, one), unit: 'x' },
  });
}

async function measure(servers: readonly Served[]): Promise<number> {
  const startedAt = performance.now();
  let words = 0;
  const read = async (port: number) => {
    while (performance.now() - startedAt < ROUND_MS) {
      const ids = { id: `workers-${++runs}`, agent: 'agent-1' };
      const { hasEnded } = await readStream({ port, ...toRequest(doors['AG-UI'], ids) });
      if (!hasEnded) throw new Error('a stream was not whole');
      words += WORDS;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => read(servers[index % servers.length]?.port ?? 0)));
  return words / ((performance.now() - startedAt) / 1000);
}
