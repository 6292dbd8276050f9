/** Events of the AG-UI door as fast as they are read, against a loop of `response.write`. */
import { type Served, serve } from './child.ts';
import { doors, toRequest } from './doors.ts';
import { ratiosOf } from './figures.ts';
import type { Report } from './report.ts';
import { readStream } from './streams.ts';

export const name = 'events';

const WORDS = 2000;
const ROUND_MS = 1500;
let runs = 0;

/** Prints the CPU time of each event, of runs that are watched and of runs in the background. */
export async function run(report: Report): Promise<void> {
  const { rounds = 5 } = report.options;
  await using servers = new AsyncDisposableStack();
  const product = servers.use(await serve('product.ts', JSON.stringify({ words: WORDS })));
  const bare = servers.use(await serve('peers/peer.ts', 'events'));
  report.section(name, `AG-UI, CPU of the server an event, runs of ${WORDS} words, against a loop of response.write`);
  for (const clients of [1, 16]) {
    const measure = async () => ({
      ours: await measureEvents(product, clients, (port) => readRun(port)),
      stored: await measureEvents(product, clients, (port) => readRun(port, { background: true })),
      theirs: await measureEvents(bare, clients, readBare),
    });
    await measure();
    const measured: Awaited<ReturnType<typeof measure>>[] = [];
    for (let round = 0; round < rounds; round++) measured.push(await measure());
    const ours = measured.map((each) => each.ours.cpu);
    report.row(`${clients} client${clients > 1 ? 's' : ''}`, {
      ours: { values: ours, unit: 'µs' },
      'a second': { values: measured.map((each) => each.ours.eventsPerSecond), unit: '' },
      'in the background, stored': { values: measured.map(({ stored }) => stored.cpu), unit: 'µs' },
      'response.write': {
        values: ratiosOf(
          ours,
          measured.map(({ theirs }) => theirs.cpu),
        ),
        unit: 'x',
      },
    });
  }
}

async function measureEvents(
  server: Served,
  clients: number,
  read: (port: number) => Promise<{ events: number; isWhole: boolean }>,
): Promise<{ cpu: number; eventsPerSecond: number }> {
  const before = await server.usage();
  const startedAt = performance.now();
  let events = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - startedAt < ROUND_MS) {
        const result = await read(server.port);
        if (!result.isWhole) throw new Error('a stream was not whole');
        events += result.events;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const { cpu } = await server.usage();
  return { eventsPerSecond: events / seconds, cpu: (cpu - before.cpu) / events };
}

function readRun(port: number, forwardedProps = {}) {
  const door = doors['AG-UI'];
  const body = (id: string) => ({ ...door.body(id), forwardedProps });
  const request = toRequest({ ...door, body }, { id: `bench-${++runs}`, agent: 'agent-1' });
  return readStream({ port, ...request });
}

function readBare(port: number) {
  return readStream({ port, method: 'GET', path: `/${WORDS}`, last: new RegExp(`word${WORDS} `) });
}
