/** Calls by tRPC, all duties of this server included, against tRPC's own standalone server without any. */
import { connect } from 'node:net';
import { type Served, serve } from './child.ts';
import { ratiosOf } from './figures.ts';
import type { Report } from './report.ts';

export const name = 'trpc';

const CONNECTIONS = 16;
const REQUESTS = 3000;
const JSON_LINES = { 'trpc-accept': 'application/jsonl' };

interface Load {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const batchOf = (count: number) => {
  const inputs = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [index, { agent_id: `agent-${index}` }]),
  );
  return `${Array(count).fill('agents.get').join()}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`;
};
const loads: Readonly<Record<string, Load>> = {
  'one call, no batch': { path: `agents.get?input=${encodeURIComponent('{"agent_id":"agent-0"}')}` },
  'a batch of 1, JSON': { path: batchOf(1) },
  'a batch of 1, JSON lines': { path: batchOf(1), headers: JSON_LINES },
  'a batch of 10, JSON': { path: batchOf(10) },
  'a batch of 10, JSON lines': { path: batchOf(10), headers: JSON_LINES },
};

/** Prints the CPU time of each request, and that of the other server, in turns. */
export async function run(report: Report): Promise<void> {
  const { rounds = 5 } = report.options;
  await using servers = new AsyncDisposableStack();
  const ours = servers.use(await serve('product.ts', '{"words":1}'));
  const standalone = servers.use(await serve('trpc-peer.ts'));
  report.section(name, `tRPC, CPU of the server a request for agents.get, ${CONNECTIONS} connections`);
  for (const [row, load] of Object.entries(loads)) {
    // What compiles, compiles in a round that is not counted.
    for (const server of [ours, standalone]) await measure(server, load);
    const own: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      own.push(await measure(ours, load));
      theirs.push(await measure(standalone, load));
    }
    report.row(row, {
      ours: { values: own, unit: 'µs' },
      'tRPC standalone, no duties': { values: ratiosOf(own, theirs), unit: 'x', atMost: 1 },
    });
  }
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
