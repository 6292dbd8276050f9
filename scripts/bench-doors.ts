/**
 * What an event costs at each door: `npm run bench:doors -- [rounds] [--json] [--against FILE]`. The same runs stream through each door in
 * turn, and the CPU time of the server for each event of the run is set against that of the AG-UI door in the same process. A run has a
 * thousand words, an event each.
 */
import { serve } from './bench/child.ts';
import { type Door, doors, toRequest } from './bench/doors.ts';
import { ratiosOf } from './bench/figures.ts';
import { openReport } from './bench/report.ts';
import { readStream } from './bench/streams.ts';

const RUNS = 50;
const WORDS = 1000;

const report = openReport();
const { rounds = 5 } = report.options;
type DoorName = keyof typeof doors;
const names = Object.keys(doors).filter((name): name is DoorName => name in doors);

await using server = await serve('product.ts', JSON.stringify({ words: WORDS }));
report.section('doors', `${RUNS} runs of ${WORDS} words through each door, CPU of the server for each word`);
// The first round is for what compiles. Then the doors take turns, so that whatever else the machine does hits all of them alike.
for (const name of names) await stream(name, 'warm');
const spent = new Map<DoorName, number[]>(names.map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const name of names) spent.get(name)?.push(await stream(name, `round-${round}`));
}
const base = spent.get('AG-UI') ?? [];
for (const [name, values] of spent) {
  report.row(name, { ours: { values, unit: 'µs' }, 'AG-UI': { values: ratiosOf(values, base), unit: 'x' } });
}
report.end();

/** Streams runs side by side. Returns the microseconds of CPU that the server used for each word. */
async function stream(name: DoorName, round: string): Promise<number> {
  const before = await server.usage();
  const results = await Promise.all(
    Array.from({ length: RUNS }, (_, index) => {
      const id = `${name}-${round}-${index}`.replaceAll(/[^\w-]/g, '-');
      return readWords(doors[name], { id, agent: `agent-${index}` });
    }),
  );
  const broken = results.find(({ words, hasEnded }) => words !== WORDS || !hasEnded);
  if (broken) throw new Error(`${name}: a stream was not whole: ${JSON.stringify(broken)}`);
  // What waits to be stored or sent is part of it.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return ((await server.usage()).cpu - before.cpu) / (RUNS * WORDS);
}

/** Reads a run and counts its words: a door may join some, and tell the whole answer again at the end. */
async function readWords(door: Door, run: { readonly id: string; readonly agent: string }) {
  let words = 0;
  const onFrame = (frame: string) => {
    for (const [, number] of frame.matchAll(/word(\d+) /g)) if (Number(number) === words + 1) words++;
  };
  const request = door.follow === undefined ? toRequest(door, run) : await follow(door, run);
  const { hasEnded, events } = await readStream({ port: server.port, ...request, onFrame });
  return { words, hasEnded, events };
}

/** Begins a run, and returns the request that reads it. */
async function follow(door: Door, run: { readonly id: string; readonly agent: string }) {
  const request = toRequest(door, run);
  const { body, ...asked } = request;
  const { method, headers, path } = asked;
  const begun = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, headers, body });
  const { id } = Object(await begun.json());
  return { ...asked, method: 'GET', path: String(door.follow).replace('{id}', id) };
}
