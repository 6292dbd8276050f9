/** What the tools of MCP servers cost a prompt. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ownFolder } from '../../own.ts';
import { type Served, serve } from '../child.ts';
import type { Report } from '../report.ts';
import { addCurve, type Point } from './curve.ts';
import { measureRequest, measureRun, readJson } from './sizes.ts';

export const name = 'tools';

const SIZES = [10, 100, 1_000];
const SERVER = fileURLToPath(new URL('many-tools.ts', import.meta.url));
const START_MS = 60_000;

/** Prints what a prompt costs by how many tools of one MCP server are in it, for a provider over HTTP. OpenAI takes 128 at most. */
export async function run(report: Report): Promise<void> {
  report.section(name, 'MCP tools in one prompt: CPU of the server, by how many there are');
  await using provider = await serve('provider.ts', 'anthropic,1,1000');
  const points: Record<'a run' | 'GET the agent' | 'memory afterwards', Point[]> = {
    'a run': [],
    'GET the agent': [],
    'memory afterwards': [],
  };
  for (const size of SIZES) {
    await using folder = await ownFolder('agent-runtimes-bench-tools-');
    const mcpConfig = join(folder.path, 'mcp.json');
    const many = { command: process.execPath, args: [SERVER, String(size)] };
    await writeFile(mcpConfig, JSON.stringify({ mcpServers: { many } }));
    const argument = { family: 'anthropic', provider: `http://127.0.0.1:${provider.port}`, agents: 1, mcpConfig };
    await using server = await serve('product.ts', JSON.stringify(argument));
    await waitForTools(server, size);
    const select = { method: 'PATCH', path: '/agents/agent-0/mcp-servers', body: '{"selected_mcp_servers":["many"]}' };
    await measureRequest(server, select, 1);
    points['a run'].push({ size, values: await measureRun(server, { agent: 'agent-0', runs: 20 }) });
    const get = { method: 'GET', path: '/agents/agent-0' };
    points['GET the agent'].push({ size, values: await measureRequest(server, get) });
    const { rss } = await server.usage('collected');
    points['memory afterwards'].push({ size, values: [rss / 2 ** 20] });
  }
  addCurve(report, 'a run', { unit: 'µs', growth: 'n log n', points: points['a run'] });
  addCurve(report, 'GET the agent', { unit: 'µs', growth: 'constant', points: points['GET the agent'] });
  addCurve(report, 'memory afterwards', { unit: 'MB', growth: 'n log n', points: points['memory afterwards'] });
}

async function waitForTools(server: Served, count: number): Promise<void> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    const found: unknown = Object(await readJson(server, '/mcp/servers/many')).tools;
    if (Array.isArray(found) && found.length === count) return;
    if (performance.now() > deadline)
      throw new Error(`the MCP server did not offer its ${count} tools in ${START_MS} ms`);
    await sleep(100);
  }
}
