/** REST requests, against what the usual frameworks take for the same answers with the same duties. */
import { type Served, serve } from './child.ts';
import { ratiosOf } from './figures.ts';
import { measureRequests, type RequestCost } from './load.ts';
import type { Report } from './report.ts';

export const name = 'rest';

const CONNECTIONS = 16;
const ROUND_MS = 1000;
const headers = { authorization: 'Bearer bench-key' };

const PEERS = {
  'Fastify with duties': 'fastify',
  'Hono with duties': 'hono',
  'Express with duties': 'express',
  'node:http bare': 'node',
};
const body = '{"selected_mcp_servers":["toolbox"]}';
/** `most` is how much of Fastify's a request may cost. */
const REQUESTS = {
  'GET health': { method: 'GET', path: '/health', most: 0.8 },
  'GET one agent': { method: 'GET', path: '/agents/agent-1', most: 0.8 },
  'PATCH with a body': { method: 'PATCH', path: '/agents/agent-1/mcp-servers', body, most: 0.8 },
  'GET 100 agents': { method: 'GET', path: '/agents', most: 0.5 },
};

/** Prints the CPU time of each request, and that of each peer's, in turns. */
export async function run(report: Report): Promise<void> {
  const { rounds = 5 } = report.options;
  await using servers = new AsyncDisposableStack();
  const product = servers.use(await serve('product.ts', '{"words":1}'));
  const peers: [string, Served][] = [];
  for (const [label, peer] of Object.entries(PEERS))
    peers.push([label, servers.use(await serve('peers/peer.ts', peer))]);
  report.section(
    name,
    `REST, CPU of the server a request, ${CONNECTIONS} connections, and how many times that of each peer; duties: a key, a log line, a limit and headers`,
  );
  for (const [row, { most, ...request }] of Object.entries(REQUESTS)) {
    const load = { ...request, headers, connections: CONNECTIONS, durationMs: ROUND_MS };
    const measureOurs = () => measureRequests(product, { ...load, path: `/api/v1${load.path}` });
    // What compiles, compiles in a round that is not counted.
    await measureOurs();
    for (const [, peer] of peers) await measureRequests(peer, load);
    const ours: RequestCost[] = [];
    const theirs = peers.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      ours.push(await measureOurs());
      for (const [index, [, peer]] of peers.entries()) theirs[index]?.push((await measureRequests(peer, load)).cpu);
    }
    const cpu = ours.map((cost) => cost.cpu);
    report.row(row, {
      ours: { values: cpu, unit: 'µs' },
      'a second': { values: ours.map(({ requestsPerSecond }) => requestsPerSecond), unit: '' },
      ...Object.fromEntries(
        peers.map(([label], index) => [
          label,
          { values: ratiosOf(cpu, theirs[index] ?? []), unit: 'x', ...(index === 0 && { atMost: most }) },
        ]),
      ),
    });
  }
}
