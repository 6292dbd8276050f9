/**
 * Measures the MCP half: what a supervised call, and a call of the proxy over HTTP, cost over the bare SDK client on the same server, how
 * fast 30 servers start and how long the event loop is held up meanwhile, and what 1,000 starts and stops leave behind.
 * `npm run bench:mcp -- [rounds] [cycles] [--json] [--against FILE]`
 */

import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { ServerDefinition } from '../server/mcp/definitions/server-definition.ts';
import { RunningServers } from '../server/mcp/servers/running-servers.ts';
import { createServerToolset } from '../server/mcp/toolset.ts';
import { ratiosOf } from './bench/figures.ts';
import { openReport } from './bench/report.ts';
import { own, ownFolder } from './own.ts';
import { startServerProcess } from './server-process.ts';

const FIXTURE = fileURLToPath(new URL('../test/fixtures/mcp/server.mjs', import.meta.url));
const BATCH = 200;
const WARM_UP = 5;

const report = openReport();
const [given = '1000'] = report.options.rest;
const cycles = Number(given);
const { rounds: batches = 26 } = report.options;
await using folder = await ownFolder('bench-mcp-');
await using owned = await own(
  () => new RunningServers({ environment: process.env, version: '0.0.0', dataFolder: folder.path }),
  (opened) => opened[Symbol.asyncDispose](),
);
const servers = owned.value;
await measureCalls();
await measureStarts(30);
await measureCycles(cycles);
report.end();

function fixture(id: string): ServerDefinition {
  return {
    id,
    origin: 'custom',
    name: id,
    description: '',
    enabled: true,
    launch: { type: 'stdio', command: process.execPath, args: [FIXTURE], env: {} },
    requiredEnvVars: [],
  };
}

async function measureCalls(): Promise<void> {
  report.section('calls', `Calls of MCP tools, ${BATCH} a round`);
  await using bareClient = await own(
    () => new Client({ name: 'bench', version: '0.0.0' }),
    (opened) => opened.close(),
  );
  const client = bareClient.value;
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [FIXTURE] }));
  await client.listTools();
  const server = await servers.define(fixture('call'));
  await server.start({ keepTrying: false });
  const toolset = createServerToolset(servers, () => ['call']);
  await using whole = await startWholeServer();
  const { signal } = new AbortController();
  const bare = () => client.callTool({ name: 'echo', arguments: { text: 'hello' } });
  const ours = () => toolset.call('call__echo', { text: 'hello' }, { signal });
  const rounds: Record<'bare' | 'ours' | 'proxy' | 'nothing', number>[] = [];
  // In turns, so that all meet the same weather on the machine.
  for (let round = 0; round < batches + WARM_UP; round++) {
    rounds.push({
      bare: await microsecondsPerCall(bare),
      ours: await microsecondsPerCall(ours),
      proxy: await microsecondsPerCall(whole.call),
      nothing: await microsecondsPerCall(whole.doNothing),
    });
  }
  const measured = rounds.slice(WARM_UP);
  const times = (name: keyof (typeof rounds)[number]) => {
    const values = measured.map((round) => round[name]);
    const ratios = ratiosOf(
      values,
      measured.map(({ bare }) => bare),
    );
    return { 'a call': { values, unit: 'µs' }, 'bare SDK client': { values: ratios, unit: 'x' } };
  };
  report.row('the bare SDK client', times('bare'));
  report.row('an agent', times('ours'));
  report.row('the proxy, over HTTP', times('proxy'));
  report.row('HTTP that calls nothing', times('nothing'));
  await server.stop();
}

/** The server in a process of its own, as callers of its proxy meet it. */
async function startWholeServer() {
  const file = join(folder.path, 'mcp.json');
  await writeFile(file, JSON.stringify({ mcpServers: { call: { command: process.execPath, args: [FIXTURE] } } }));
  const args = ['--data-dir', join(folder.path, 'data'), '--mcp-config', file, '--log-level', 'warn'];
  const server = await startServerProcess({ args });
  const proxy = `${server.url}/api/v1/mcp/proxy`;
  const request = async (path: string, init?: RequestInit) => {
    const response = await fetch(proxy + path, init);
    return { status: response.status, text: await response.text() };
  };
  const body = JSON.stringify({ arguments: { text: 'hello' } });
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const call = () => request('/call/tools/echo', init);
  const deadline = performance.now() + 10_000;
  while ((await call()).status !== 200) {
    if (performance.now() > deadline) throw new Error(`The server did not come up: ${server.output()}`);
  }
  return { call, doNothing: () => request('/health'), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function microsecondsPerCall(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let count = 0; count < BATCH; count++) await call();
  return ((performance.now() - started) / BATCH) * 1000;
}

async function measureStarts(count: number): Promise<void> {
  const all = await Promise.all(Array.from({ length: count }, (_, index) => servers.define(fixture(`start-${index}`))));
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const started = performance.now();
  await Promise.all(all.map((server) => server.start({ keepTrying: false })));
  const seconds = (performance.now() - started) / 1000;
  delay.disable();
  const p99 = delay.percentile(99) / 1e6;
  report.section('starts', `${count} MCP servers started at once`);
  report.row('start', {
    all: { values: [seconds], unit: 's' },
    'event loop late p99': { values: [p99], unit: 'ms' },
    'at most': { values: [delay.max / 1e6], unit: 'ms' },
  });
  await Promise.all(all.map((server) => server.stop()));
}

async function measureCycles(count: number): Promise<void> {
  const server = await servers.define(fixture('cycle'));
  const before = leftovers();
  for (let cycle = 0; cycle < count; cycle++) {
    await server.start({ keepTrying: false });
    await server.stop();
  }
  const after = leftovers();
  report.section('cycles', `What ${count} starts and stops of an MCP server leave behind`);
  report.row('left', {
    processes: { values: [after.children - before.children], unit: '', atMost: 0 },
    'open files': { values: [after.files - before.files], unit: '', atMost: 0 },
    heap: { values: [(after.heap - before.heap) / 1e6], unit: 'MB' },
  });
  if (after.children !== before.children || after.files !== before.files) process.exitCode = 1;
}

function leftovers() {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).length;
  return { children, files: readdirSync('/proc/self/fd').length, heap: process.memoryUsage().heapUsed };
}
