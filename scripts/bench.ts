/** Prints what requests and events cost, as ratios to peers measured in the same run. */
import { type Served, serve } from './bench/child.ts';
import { runLoad } from './bench/load.ts';
import { runPaced } from './bench/paced.ts';
import { readStream } from './bench/streams.ts';

const WORDS = 2000;
const authorization = 'Bearer bench-key';
const rounds = Number(process.argv[2] ?? 5);
let threads = 0;
const PEERS = {
  Express: 'express',
  'Express with key, log, limits and helmet': 'express-duties',
  Fastify: 'fastify',
  'node:http alone': 'node',
};

await benchRest();
await benchEvents();
await benchPaced();

async function benchRest(): Promise<void> {
  await using servers = new AsyncDisposableStack();
  const product = await open(servers, 'product.ts', '1');
  const peers = await Promise.all(
    Object.entries(PEERS).map(async ([name, peer]) => ({ name, port: (await open(servers, 'peer.ts', peer)).port })),
  );
  const patch = { method: 'PATCH', path: '/agents/agent-1/mcp-servers', body: '{"selected_mcp_servers":["toolbox"]}' };
  const requests = {
    'GET health': { method: 'GET', path: '/health' },
    'GET 100 agents': { method: 'GET', path: '/agents' },
    'PATCH with a body': patch,
  };
  console.log(`REST, requests/s, medians of ${rounds} rounds in turn (ours with key, log and limits)`);
  for (const [name, load] of Object.entries(requests)) {
    const ours: number[] = [];
    const ratios = peers.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      const own = await rate(product.port, { ...load, path: `/api/v1${load.path}` });
      ours.push(own);
      for (const [index, { port }] of peers.entries()) ratios[index]?.push(own / (await rate(port, load)));
    }
    const cells = peers.map(({ name: peer }, index) => `${median(ratios[index] ?? []).toFixed(2)}x ${peer}`);
    row(name, [`${median(ours).toFixed(0)} a second`, ...cells]);
  }
}

async function rate(port: number, load: { method: string; path: string; body?: string }): Promise<number> {
  const headers = { authorization };
  const { requestsPerSecond, failures } = await runLoad({ ...load, port, headers, connections: 32, durationMs: 1000 });
  if (failures) throw new Error(`${load.method} ${load.path}: ${failures} answers failed`);
  return requestsPerSecond;
}

async function benchEvents(): Promise<void> {
  await using servers = new AsyncDisposableStack();
  const [product, bare] = await Promise.all([
    open(servers, 'product.ts', String(WORDS)),
    open(servers, 'peer.ts', 'events'),
  ]);
  console.log(`AG-UI, runs of ${WORDS} words, medians of ${rounds} rounds in turn against a loop of response.write`);
  for (const clients of [1, 16]) {
    const ours: EventRate[] = [];
    const stored: EventRate[] = [];
    const theirs: EventRate[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await eventRate(product, clients, (port) => readRun(port)));
      stored.push(await eventRate(product, clients, (port) => readRun(port, { background: true })));
      theirs.push(await eventRate(bare, clients, (port) => readBare(port)));
    }
    const cpu = median(ours.map(({ cpuPerEvent }) => cpuPerEvent));
    const storedCpu = median(stored.map(({ cpuPerEvent }) => cpuPerEvent));
    const bareCpu = median(theirs.map(({ cpuPerEvent }) => cpuPerEvent));
    row(`${clients} client${clients > 1 ? 's' : ''}`, [
      `ours ${median(ours.map(({ eventsPerSecond }) => eventsPerSecond)).toFixed(0)} events/s`,
      `${cpu.toFixed(1)} µs CPU an event`,
      `in the background, stored, ${storedCpu.toFixed(1)} µs`,
      `bare ${bareCpu.toFixed(1)} µs (${(cpu / bareCpu).toFixed(2)}x)`,
    ]);
  }
}

interface EventRate {
  readonly eventsPerSecond: number;
  readonly cpuPerEvent: number;
}

async function eventRate(
  server: Served,
  clients: number,
  read: (port: number) => Promise<{ events: number; isWhole: boolean }>,
): Promise<EventRate> {
  const before = await server.usage();
  const startedAt = performance.now();
  let events = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - startedAt < 1500) {
        const result = await read(server.port);
        if (!result.isWhole) throw new Error('a stream was not whole');
        events += result.events;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const { cpu } = await server.usage();
  return { eventsPerSecond: events / seconds, cpuPerEvent: (cpu - before.cpu) / events };
}

function readRun(port: number, forwardedProps = {}) {
  const ids = { threadId: `bench-${++threads}`, runId: `run-${threads}` };
  const body = JSON.stringify({
    ...ids,
    messages: [{ id: 'm', role: 'user', content: 'Go' }],
    tools: [],
    context: [],
    forwardedProps,
  });
  const headers = { authorization, 'content-type': 'application/json' };
  return readStream({ port, method: 'POST', path: '/api/v1/ag-ui/agent-1/', headers, body, last: /RUN_FINISHED/ });
}

function readBare(port: number) {
  return readStream({ port, method: 'GET', path: `/${WORDS}`, last: new RegExp(`word${WORDS} `) });
}

async function benchPaced(): Promise<void> {
  const load = { streams: 200, words: 400, wordsPerSecond: 50, headers: { authorization } };
  console.log('AG-UI, 200 streams at once of 50 words/s from a provider over HTTP, beside a bare relay');
  for (const [name, server] of [
    ['ours', 'product.ts'],
    ['relay', 'relay.ts'],
  ] as const) {
    const result = await runPaced({ ...load, server });
    row(name, [
      `${result.eventsPerSecond.toFixed(0)} events/s`,
      `gap p50 ${result.gapP50.toFixed(0)} ms, p99 ${result.gapP99.toFixed(0)} ms`,
      `late by p50 ${result.delayP50.toFixed(1)} ms, p99 ${result.delayP99.toFixed(0)} ms`,
      `first word p99 ${result.firstWordP99.toFixed(0)} ms`,
      `${result.cpuPerEvent.toFixed(0)} µs CPU an event`,
      `${(result.peakRss / 2 ** 20).toFixed(0)} MB at the peak`,
    ]);
  }
}

async function open(servers: AsyncDisposableStack, script: string, argument: string): Promise<Served> {
  return servers.adopt(await serve(script, argument), (server) => server.close());
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function row(name: string, cells: readonly string[]): void {
  console.log(`  ${name.padEnd(20)} ${cells.join(' · ')}`);
}
