/**
 * Measures what a call through the door of a server costs: over the bare SDK client on the same server (stdio), and over the SDK's client
 * and server joined by streamable HTTP without us. `npm run bench:mcp-doors -- [rounds] [--json] [--against FILE]`
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { NOBODY } from '../server/call/principal.ts';
import { createLog } from '../server/http/log.ts';
import { readJsonText } from '../server/http/read-json.ts';
import { startHttpServer } from '../server/http/server.ts';
import { McpDoors } from '../server/mcp/doors/doors.ts';
import { RunningServers } from '../server/mcp/servers/running-servers.ts';
import { ratiosOf } from './bench/figures.ts';
import { openReport } from './bench/report.ts';
import { own } from './own.ts';

const FIXTURE = fileURLToPath(new URL('../test/fixtures/mcp/server.mjs', import.meta.url));
const PATH = '/api/v1/mcp';

const BATCH = 100;
const WARM_UP = 5;

const report = openReport();
const { rounds: batches = 20 } = report.options;

await using owned = await own(
  () => new RunningServers({ environment: process.env, version: '0.0.0' }),
  (opened) => opened[Symbol.asyncDispose](),
);
const servers = owned.value;
const doors = await startDoors();
const plain = await startPlainServer();
const clients = {
  'bare SDK client (stdio)': await connect(new StdioClientTransport({ command: process.execPath, args: [FIXTURE] })),
  'SDK client and server (HTTP)': await connect(httpTransport(plain.url)),
  'door to one server': await connect(httpTransport(`${doors.url}/servers/good/mcp`)),
  'door to all servers': await connect(httpTransport(doors.url), 'good__echo'),
};
report.section('mcp-doors', `Calls through the doors of MCP servers, ${BATCH} a round`);
const rounds: Record<string, number>[] = [];
for (let round = 0; round < batches + WARM_UP; round++) {
  const measured: Record<string, number> = {};
  // In turns, so that all meet the same weather on the machine.
  for (const [name, { call }] of Object.entries(clients)) measured[name] = await microsecondsPerCall(call);
  if (round >= WARM_UP) rounds.push(measured);
}
for (const name of Object.keys(clients)) {
  const timesOf = (client: string) => rounds.map((round) => round[client] ?? Number.NaN);
  const values = timesOf(name);
  report.row(name, {
    'a call': { values, unit: 'µs' },
    'bare stdio': { values: ratiosOf(values, timesOf('bare SDK client (stdio)')), unit: 'x' },
    'bare HTTP': { values: ratiosOf(values, timesOf('SDK client and server (HTTP)')), unit: 'x' },
  });
}
for (const { close } of Object.values(clients)) await close();
plain.close();
await doors.close();
report.end();

// Its `sessionId` may be undefined, which the interface it implements does not allow for.
function httpTransport(url: string): Transport {
  return new StreamableHTTPClientTransport(new URL(url)) as Transport;
}

async function connect(transport: Transport, name = 'echo') {
  const client = await own(
    () => new Client({ name: 'bench', version: '0.0.0' }),
    (opened) => opened.close(),
  );
  await client.value.connect(transport);
  const call = () => client.value.callTool({ name, arguments: { text: 'hello' } });
  return { call, close: () => client[Symbol.asyncDispose]() };
}

async function startDoors() {
  const server = await servers.define({
    id: 'good',
    origin: 'custom',
    name: 'good',
    description: '',
    enabled: true,
    launch: { type: 'stdio', command: process.execPath, args: [FIXTURE], env: {} },
    requiredEnvVars: [],
  });
  await server.start({ keepTrying: false });
  const opened = new McpDoors({
    servers,
    version: '0.0.0',
    agents: { list: () => [], find: () => undefined, onChange: () => () => undefined },
    base: PATH,
    agentsBase: '/api/v1/agents',
    readBody: (request) => readJsonText(request, () => undefined),
    principalOf: () => NOBODY,
  });
  const http = await startHttpServer({
    operations: [],
    host: '127.0.0.1',
    port: 0,
    apiKeys: [],
    allowedHosts: [],
    corsOrigins: [],
    rateLimits: [],
    mounts: [{ path: PATH, handler: opened.handler }],
    openPaths: [],
    log: createLog({ level: 'error' }),
    isDraining: () => false,
  });
  const close = async () => {
    await opened.close();
    await http.close({ graceMs: 0 });
  };
  return { url: http.url + PATH, close };
}

/** What the SDK alone makes of streamable HTTP: it answers itself, without a process behind it. */
async function startPlainServer() {
  const server = new Server({ name: 'plain', version: '0.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
    content: [{ type: 'text', text: String(params.arguments?.text) }],
  }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'bench' });
  await server.connect(transport as Transport);
  const http = createServer((request, response) => void transport.handleRequest(request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const close = () => {
    http.close();
    http.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/`, close };
}

async function microsecondsPerCall(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let count = 0; count < BATCH; count++) await call();
  return ((performance.now() - started) * 1000) / BATCH;
}
