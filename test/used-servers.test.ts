/** The MCP servers that come up with this server: those of the agents in use. */
import { expect, test, vi } from 'vitest';
import { findUsedServers } from '../server/agents/used-servers.ts';
import { openStore } from '../server/store/sqlite.ts';
import type { AgentRecord, RunRecord } from '../server/store/store.ts';
import { openDataFolder } from './support/data-folder.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

// Servers in processes of their own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const LONG_AGO = '2020-01-01T00:00:00.000Z';

const agent = (id: string, updatedAt: string, ...selectedMcpServers: string[]): AgentRecord => ({
  id,
  name: id,
  description: '',
  model: null,
  systemPrompt: '',
  selectedMcpServers,
  maxSteps: 20,
  temperature: null,
  codemode: null,
  approvals: { tools: [] },
  skills: null,
  agents: [],
  offerAsTool: true,
  outputSchema: null,
  durable: false,
  createdAt: LONG_AGO,
  updatedAt,
});

test('agents that were run, made or changed in the last 30 days are in use, and no others', async () => {
  const lastRuns = new Map([
    ['run-lately', '2026-11-02T00:00:00.000Z'],
    ['run-before', '2026-10-31T00:00:00.000Z'],
  ]);
  const runs = {
    async list({ agentId = '' }: { agentId?: string | undefined }) {
      const startedAt = lastRuns.get(agentId);
      return { runs: startedAt === undefined ? [] : [{ startedAt } as RunRecord], nextCursor: null };
    },
  };
  const agents = [
    agent('run-lately', LONG_AGO, 'a', 'b'),
    agent('run-before', LONG_AGO, 'c'),
    agent('changed-lately', '2026-11-20T00:00:00.000Z', 'b', 'd'),
    agent('forgotten', LONG_AGO, 'e'),
  ];
  expect(await findUsedServers(agents, runs, Date.parse('2026-12-01T00:00:00.000Z'))).toEqual(['a', 'b', 'b', 'd']);
});

const statusOf = (id: string, status: string) => (body: unknown) =>
  JSON.stringify(body).includes(`"status":"${status}"`) && JSON.stringify(body).includes(`"id":"${id}"`);
const settled = (server: WholeServer) =>
  poll(server, '/configure/mcp-toolsets-status', (body) => JSON.stringify(body).includes('"initialized":true'));

test('the servers of an agent in use run without a prompt', async () => {
  await using server = await startWholeServer({ args: ['--demo'] });
  await poll(server, '/mcp/servers/toolbox', statusOf('toolbox', 'running'));
});

test('a server that a flag keeps from being started by use, or that lacks a variable, does not come up with this server', async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore({ folder: await openDataFolder(folder.path) });
  await store.agents.insert(agent('keyless', new Date().toISOString(), 'toolbox', 'tavily'));
  await store.close();
  await using server = await startWholeServer({ folder: folder.path, args: ['--no-catalog-mcp-servers'] });
  await settled(server);
  expect((await server.call('GET', '/mcp/servers/toolbox')).body).toMatchObject({ status: 'stopped' });
  await server.close();
  await using other = await startWholeServer({ folder: folder.path });
  await poll(other, '/mcp/servers/toolbox', statusOf('toolbox', 'running'));
  expect((await other.call('GET', '/mcp/servers/tavily')).body).toMatchObject({ status: 'stopped' });
});

test('the servers of an agent that nobody uses come up again once somebody has used it', async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore({ folder: await openDataFolder(folder.path) });
  await store.agents.insert(agent('old', LONG_AGO, 'toolbox'));
  await store.close();
  await using before = await startWholeServer({ folder: folder.path });
  await settled(before);
  expect((await before.call('GET', '/mcp/servers/toolbox')).body).toMatchObject({ status: 'stopped' });
  expect(await before.call('POST', '/agents/old/prompt/sync', { message: 'Hello' })).toMatchObject({ status: 200 });
  await before.close();
  await using after = await startWholeServer({ folder: folder.path });
  await poll(after, '/mcp/servers/toolbox', statusOf('toolbox', 'running'));
});
