/**
 * What it costs to share a database: one process on PostgreSQL beside one on SQLite, a reader at another process beside one at the own, and
 * two processes beside one: `npm run bench:replicas -- [rounds] [--json] [--against FILE] [--only SECTION]`.
 */
import { performance } from 'node:perf_hooks';
import { type Served, serve } from './bench/child.ts';
import { quantile } from './bench/figures.ts';
import { openReport } from './bench/report.ts';
import { readStream } from './bench/streams.ts';
import { createCpuQuota } from './cpu-quota.ts';
import { ownFolder } from './own.ts';
import { startPostgres } from './postgres-server.ts';

const KEY = { authorization: 'Bearer bench-key', 'content-type': 'application/json' };
const STREAMS = 40;
const WORDS = 250;
const SHORT_RUNS = 200;
const AT_ONCE = 8;
/** A word carries when it was said, by the clock that all processes of a machine share. */
const SAID = /(\d+)@(\d+) /;
const PACED = { words: 250, wordsPerSecond: 50 };
/** As many streams as one process can just not follow any more at that pace. */
const PACED_STREAMS = 600;
/** Each process of two has a share of a processor, as in a pod: this machine has no processor for each. */
const SHARE = 35;

const report = openReport();
const rounds = report.options.rounds ?? 5;
const isWanted = (section: string) => report.options.only === undefined || report.options.only === section;
await using owned = new AsyncDisposableStack();
const folder = owned.use(await ownFolder('agent-runtimes-bench-'));
const postgres = owned.use(await startPostgres({ folder: folder.path, settings: {} }));
let databases = 0;

const newDatabase = async () => {
  const name = `bench_${++databases}`;
  await postgres.createDatabase(name);
  return postgres.url(name);
};
const start = (argument: object) => serve('product.ts', JSON.stringify({ agents: 10, ...argument }));

if (isWanted('one')) {
  report.section(
    'one',
    `one process on PostgreSQL beside one on SQLite: ${STREAMS} streams of ${WORDS} words, ${SHORT_RUNS} short runs`,
  );
  await using sqlite = await start({ words: WORDS });
  await using shared = await start({ words: WORDS, databaseUrl: await newDatabase() });
  await using shortSqlite = await start({ words: 5 });
  await using shortShared = await start({ words: 5, databaseUrl: await newDatabase() });
  const streams = await compare(sqlite, shared, streamWords);
  const background = await compare(sqlite, shared, (server, name) =>
    streamWords(server, `background-${name}`, { background: true }),
  );
  const runs = await compare(shortSqlite, shortShared, runShortly);
  report.row('streams', toFigures(streams, 'events a second'));
  report.row('background', toFigures(background, 'events a second'));
  report.row('short runs', toFigures(runs, 'runs a second'));
}

if (isWanted('paced')) {
  report.section(
    'paced',
    `the same with a provider over HTTP: ${PACED_STREAMS} streams at once of ${PACED.words} words, ${PACED.wordsPerSecond} a second each`,
  );
  await using provider = await serve('provider.ts', `chat,${PACED.words},${PACED.wordsPerSecond}`);
  const argument = { family: 'chat', provider: `http://127.0.0.1:${provider.port}` };
  await using sqlite = await start(argument);
  await using shared = await start({ ...argument, databaseUrl: await newDatabase() });
  const paced = (isBackground: boolean) => (server: Served, name: string) =>
    streamWords(server, `${name}-${isBackground}`, { background: isBackground, streams: PACED_STREAMS });
  report.row('streams', toFigures(await compare(sqlite, shared, paced(false)), 'events a second'));
  report.row('background', toFigures(await compare(sqlite, shared, paced(true)), 'events a second'));
}

if (isWanted('elsewhere')) {
  report.section('elsewhere', 'how long after it was said a word is read at the process of a run, and at another one');
  await using provider = await serve('provider.ts', `chat,${PACED.words},${PACED.wordsPerSecond}`);
  const databaseUrl = await newDatabase();
  const argument = { family: 'chat', provider: `http://127.0.0.1:${provider.port}`, databaseUrl };
  await using own = await start(argument);
  await using other = await start(argument);
  const [ownMs, otherMs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const id = `paced-${round}`;
    await begin(own, { message: 'Hello', run_id: id, background: true });
    const [atOwn, elsewhere] = await Promise.all([readSaid(own, id), readSaid(other, id)]);
    ownMs.push(...atOwn);
    otherMs.push(...elsewhere);
  }
  const [own50, other50] = [quantile(ownMs, 0.5), quantile(otherMs, 0.5)];
  report.row('latency', {
    'own p50': { values: [own50], unit: 'ms' },
    'own p99': { values: [quantile(ownMs, 0.99)], unit: 'ms' },
    'elsewhere p50': { values: [other50], unit: 'ms' },
    'elsewhere p99': { values: [quantile(otherMs, 0.99)], unit: 'ms' },
    'added p50': { values: [other50 - own50], unit: 'ms' },
  });
}

if (isWanted('two')) {
  report.section('two', `two processes beside one, each with ${SHARE} % of a processor`);
  report.row(`${STREAMS} streams of ${WORDS} words for each`, await compareTwo({ words: WORDS }, STREAMS));
  await using provider = await serve('provider.ts', `chat,${PACED.words},${PACED.wordsPerSecond}`);
  const argument = { family: 'chat', provider: `http://127.0.0.1:${provider.port}` };
  const streams = PACED_STREAMS / 4;
  report.row(`${streams} for each, ${PACED.wordsPerSecond} words a second`, await compareTwo(argument, streams));
}
report.end();

interface Work {
  readonly count: number;
  readonly seconds: number;
}

/** How much more two processes do in a second than one. */
async function compareTwo(argument: object, streams: number) {
  const databaseUrl = await newDatabase();
  await using quotas = new AsyncDisposableStack();
  const open = async () => {
    const server = quotas.use(await start({ ...argument, databaseUrl }));
    quotas.use(createCpuQuota(SHARE)).add(server.pid);
    return server;
  };
  const [first, second] = [await open(), await open()];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const one = await streamWords(first, `one-${round}`, { streams });
    const startedAt = performance.now();
    const both = await Promise.all(
      [first, second].map((server, index) => streamWords(server, `two-${index}-${round}`, { streams })),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    ratios.push(both.reduce((sum, { count }) => sum + count, 0) / seconds / (one.count / one.seconds));
  }
  return { 'of one': { values: ratios, unit: 'x' } };
}

/** Does the same work at both, one after the other and in turns who is first. */
async function compare(sqlite: Served, shared: Served, work: (server: Served, name: string) => Promise<Work>) {
  const found = { sqlite: [] as number[], shared: [] as number[], ratios: [] as number[], cpu: [] as number[] };
  await work(sqlite, 'warm-up');
  await work(shared, 'warm-up');
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 ? [shared, sqlite] : [sqlite, shared];
    const [rates, cpu] = [new Map<Served, number>(), new Map<Served, number>()];
    for (const server of order) {
      const before = await server.usage();
      const { count, seconds } = await work(server, `round-${round}`);
      rates.set(server, count / seconds);
      cpu.set(server, ((await server.usage()).cpu - before.cpu) / count);
    }
    const [ofSqlite = 0, ofShared = 0] = [rates.get(sqlite), rates.get(shared)];
    found.sqlite.push(ofSqlite);
    found.shared.push(ofShared);
    found.ratios.push(ofShared / ofSqlite);
    found.cpu.push((cpu.get(shared) ?? 0) / (cpu.get(sqlite) ?? 0));
  }
  return found;
}

function toFigures({ sqlite, shared, ratios, cpu }: Awaited<ReturnType<typeof compare>>, unit: string) {
  return {
    'PostgreSQL of SQLite': { values: ratios, unit: 'x' },
    'CPU of the server for each': { values: cpu, unit: 'x' },
    [`${unit}, SQLite`]: { values: sqlite, unit: '' },
    [`${unit}, PostgreSQL`]: { values: shared, unit: '' },
  };
}

async function streamWords(
  server: Served,
  name: string,
  { background = false, streams = STREAMS } = {},
): Promise<Work> {
  const startedAt = performance.now();
  const results = await Promise.all(
    Array.from({ length: streams }, (_, index) =>
      readStream({
        port: server.port,
        method: 'POST',
        path: `/api/v1/agents/agent-${index % 10}/prompt`,
        headers: KEY,
        body: JSON.stringify({ message: 'Hello', run_id: `${name}-${index}`, background }),
        last: /"type":"done"/,
      }),
    ),
  );
  if (results.some(({ isWhole }) => !isWhole)) throw new Error('a stream was not whole');
  return {
    count: results.reduce((sum, { events }) => sum + events, 0),
    seconds: (performance.now() - startedAt) / 1000,
  };
}

async function runShortly(server: Served, name: string): Promise<Work> {
  const startedAt = performance.now();
  let next = 0;
  const work = async () => {
    for (let index = next++; index < SHORT_RUNS; index = next++)
      await post(server, `/api/v1/agents/agent-${index % 10}/prompt/sync`, {
        message: 'Hello',
        run_id: `${name}-${index}`,
      });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { count: SHORT_RUNS, seconds: (performance.now() - startedAt) / 1000 };
}

async function post(server: Served, path: string, body: object): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST',
    headers: KEY,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

/** Begins a run that goes on without its caller. */
async function begin(server: Served, body: object, agent = 'agent-1'): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/agents/${agent}/prompt`, {
    method: 'POST',
    headers: KEY,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`a run did not begin: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}

/** How many milliseconds after it was said each word of a run was read. */
async function readSaid(server: Served, runId: string): Promise<number[]> {
  const found: number[] = [];
  await readStream({
    port: server.port,
    method: 'GET',
    path: `/api/v1/runs/${runId}/events`,
    headers: KEY,
    last: /"type":"done"/,
    onFrame(frame) {
      const at = SAID.exec(frame)?.[2];
      if (at !== undefined) found.push(Number(process.hrtime.bigint() - BigInt(at)) / 1e6);
    },
  });
  return found;
}
