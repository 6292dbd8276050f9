/**
 * What a call by tRPC costs: `node scripts/bench-trpc.ts [rounds]`. The CPU time of this server, with all its duties, for each request, set
 * against that of tRPC's own standalone server without any. The rounds take turns; all connections are kept alive.
 */
import { connect } from 'node:net';
import { type Served, serve } from './bench/child.ts';

const rounds = Number(process.argv[2] ?? 7);
const CONNECTIONS = 16;
const REQUESTS = 3000;
const JSON_LINES = { 'trpc-accept': 'application/jsonl' };

interface Load {
  readonly name: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const batchOf = (count: number) => {
  const inputs = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [index, { agent_id: `agent-${index}` }]),
  );
  return `${Array(count).fill('agents.get').join()}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`;
};
const loads: readonly Load[] = [
  { name: 'one call, no batch', path: `agents.get?input=${encodeURIComponent('{"agent_id":"agent-0"}')}` },
  { name: 'a batch of 1, JSON', path: batchOf(1) },
  { name: 'a batch of 1, JSON lines', path: batchOf(1), headers: JSON_LINES },
  { name: 'a batch of 10, JSON', path: batchOf(10) },
  { name: 'a batch of 10, JSON lines', path: batchOf(10), headers: JSON_LINES },
];

await using servers = new AsyncDisposableStack();
const ours = await open('product.ts');
const standalone = await open('trpc-peer.ts');
// The first round is for what compiles.
for (const load of loads) for (const server of [ours, standalone]) await measure(server, load);
const spent = loads.map((load) => ({ load, ours: [] as number[], theirs: [] as number[] }));
for (let round = 0; round < rounds; round++) {
  for (const { load, ...costs } of spent) {
    costs.ours.push(await measure(ours, load));
    costs.theirs.push(await measure(standalone, load));
  }
}
console.log(`agents.get, ${rounds} rounds of ${REQUESTS} requests in turn, µs of CPU a request: median (least)`);
for (const { load, ours: own, theirs } of spent) {
  const ratio = (median(own) / median(theirs)).toFixed(2);
  const leastRatio = (Math.min(...own) / Math.min(...theirs)).toFixed(2);
  console.log(`  ${load.name.padEnd(26)} ours ${show(own)} · standalone ${show(theirs)} · ${ratio}x (${leastRatio}x)`);
}

async function open(script: string): Promise<Served> {
  return servers.adopt(await serve(script), (server) => server.close());
}

/** The microseconds of CPU that a server uses for each of the requests. */
async function measure(server: Served, { path, headers }: Load): Promise<number> {
  const lines = Object.entries({
    host: `127.0.0.1:${server.port}`,
    connection: 'keep-alive',
    authorization: 'Bearer bench-key',
    ...headers,
    accept: '*/*',
    'accept-language': '*',
    'sec-fetch-mode': 'cors',
    'user-agent': 'node',
    'accept-encoding': 'gzip, deflate',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = Buffer.from(`GET /trpc/${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const before = await server.usage();
  const share = Math.ceil(REQUESTS / CONNECTIONS);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => drive(server.port, request, share)));
  return ((await server.usage()).cpu - before.cpu) / (share * CONNECTIONS);
}

/** Sends so many requests over one connection, each when the answer to the last one is whole. Answers must be chunked. */
function drive(port: number, request: Buffer, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let left = count;
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (!answer.endsWith('\r\n0\r\n\r\n')) return;
      if (!answer.startsWith('HTTP/1.1 200')) reject(new Error(answer.slice(0, 500)));
      answer = '';
      if (--left > 0) socket.write(request);
      else socket.destroy();
    });
    socket.once('error', reject).once('close', () => resolve());
    socket.once('connect', () => socket.write(request));
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function show(values: readonly number[]): string {
  return `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)})`;
}
