/** Every operation of the contract, over every surface: the same answer and the same error, each as it is declared. */
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Endpoint } from '../contract/kit.ts';
import { type Declared, openDeclared } from './support/declared.ts';
import { startModelServer } from './support/model-server.ts';
import { BUDGET_PAGE, packageServer } from './support/page-servers.ts';
import { startServer, type TestServer } from './support/server.ts';
import { type CallResult, errorOverRest, type Input, operations, surfacesOf } from './support/surfaces.ts';

interface Case {
  /** Makes what the call needs; `tag` is another word for each surface, and part of the names that must not be used twice. */
  prepare?(tag: string): Promise<unknown>;
  input(tag: string): Input;
  /** The status of its success, where that is not the one its endpoint is declared with. */
  readonly status?: number;
}

const nothing: Case = { input: () => ({}) };
const onServer = (server_id: string): Case => ({ input: () => ({ server_id }) });
const newAgent = (tag: string, change: object = {}) =>
  server.ok('POST', '/agents', { id: `agent-${tag}`, ...change }).catch(() => undefined);
const withServer = (tag: string) => newAgent(`memory-${tag}`, { selected_mcp_servers: ['memory'] });
const newServer = (tag: string) =>
  server
    .ok('POST', '/mcp/servers', { id: `server-${tag}`, command: 'npx', args: ['-y', 'x'], enabled: false })
    .catch(() => undefined);
const runOf = (tag: string) =>
  server
    .ok('POST', '/agents/shared/prompt/sync', { message: 'Hi', conversation_id: `ran-${tag}`, run_id: `ran-${tag}` })
    .catch(() => undefined);
/** The approval that waits; a new one for each call. */
let waiting = '';
const waitForApproval = async (tag: string) => {
  await server.ok('POST', '/agents/shared/mcp-servers/start');
  await server
    .ok('POST', '/agents', { id: 'careful', selected_mcp_servers: ['fetch'], approvals: { tools: ['*'] } })
    .catch(() => undefined);
  const message = 'tool get_weather {"city":"Paris"}';
  const ask = { message, conversation_id: `asks-${tag}`, when_busy: 'interrupt' };
  const { approvals } = await server.ok('POST', '/agents/careful/prompt/sync', ask);
  waiting = approvals[0].id;
};
const talk = (tag: string) =>
  server.ok('POST', '/agents/shared/prompt/sync', { message: 'Hi', conversation_id: `talk-${tag}` });

/** How each operation is called. An operation without an entry here fails the test that carries its name. */
const cases: Readonly<Record<string, Case>> = {
  'health.check': nothing,
  'health.ready': nothing,
  'health.summary': nothing,
  'agents.list': nothing,
  'agents.get': { input: () => ({ agent_id: 'shared' }) },
  'agents.create': {
    input: (tag) => ({ id: `made-${tag}`, name: 'Made', selected_mcp_servers: ['memory'], max_steps: 3 }),
  },
  'agents.update': {
    prepare: newAgent,
    input: (tag) => ({ agent_id: `agent-${tag}`, name: 'Changed', temperature: null }),
  },
  'agents.delete': { prepare: newAgent, input: (tag) => ({ agent_id: `agent-${tag}` }) },
  'agentMcpServers.update': {
    prepare: newAgent,
    input: (tag) => ({
      agent_id: `agent-${tag}`,
      selected_mcp_servers: ['memory', { id: 'fetch', origin: 'catalog' }],
    }),
  },
  'agentMcpServers.start': {
    prepare: async (tag) => {
      await withServer(tag);
      await server.ok('POST', '/agents/mcp-servers/stop');
    },
    input: (tag) => ({ agent_id: `agent-memory-${tag}`, env_vars: [{ name: 'A_VARIABLE', value: 'x' }] }),
  },
  'agentMcpServers.startAll': { prepare: () => server.ok('POST', '/agents/mcp-servers/stop'), input: () => ({}) },
  'agentMcpServers.stop': {
    prepare: async (tag) => {
      await withServer(tag);
      await server.ok('POST', `/agents/agent-memory-${tag}/mcp-servers/start`);
    },
    input: (tag) => ({ agent_id: `agent-memory-${tag}` }),
  },
  'agentMcpServers.stopAll': { prepare: () => server.ok('POST', '/agents/mcp-servers/start'), input: () => ({}) },
  'sandbox.status': nothing,
  'sandbox.configure': { input: () => ({ variant: 'eval', verify: false }) },
  'sandbox.restart': nothing,
  'sandbox.interrupt': { input: () => ({ agent_id: 'shared' }) },
  'sandbox.execute': { input: () => ({ agent_id: 'shared', code: 'print("hello")\n6 * 7' }) },
  'sandbox.executeStream': { input: () => ({ agent_id: 'shared', code: 'print("hello")' }) },
  'sandbox.interpreters': nothing,
  'sandbox.variables': { input: () => ({ agent_id: 'shared' }) },
  'skills.list': nothing,
  'skills.get': { input: () => ({ skill_name: 'csv-summary', path: 'references/report.md' }) },
  'prompts.stream': { input: (tag) => ({ agent_id: 'shared', message: 'Hello', conversation_id: `stream-${tag}` }) },
  'prompts.sync': { input: () => ({ agent_id: 'shared', message: 'tool get_weather {"city":"Paris"}' }) },
  'events.follow': { input: () => ({ types: ['sandbox'], until: 'now' }) },
  'mcpServers.logEvents': { input: () => ({ server_id: 'fetch', until: 'now' }) },
  'runs.list': { input: () => ({ conversation_id: 'none', limit: 2 }) },
  'runs.get': { prepare: runOf, input: (tag) => ({ run_id: `ran-${tag}` }) },
  'runs.steps': { prepare: runOf, input: (tag) => ({ run_id: `ran-${tag}` }) },
  'runs.events': { prepare: runOf, input: (tag) => ({ run_id: `ran-${tag}`, after: 1 }) },
  'runs.cancel': { prepare: runOf, input: (tag) => ({ run_id: `ran-${tag}` }) },
  'usage.get': { input: () => ({ group_by: 'model', agent_id: 'shared', since: '2026-01-01', until: '2026-01-02' }) },
  'approvals.list': { prepare: waitForApproval, input: (tag) => ({ conversation_id: `asks-${tag}`, limit: 1 }) },
  'approvals.answer': {
    prepare: waitForApproval,
    input: (tag) => ({ approval_id: waiting, approved: false, reason: `not-${tag}` }),
  },
  'conversations.list': { input: () => ({ agent_id: 'shared', limit: 2 }) },
  'conversations.get': { prepare: talk, input: (tag) => ({ conversation_id: `talk-${tag}` }) },
  'conversations.rewind': { prepare: talk, input: (tag) => ({ conversation_id: `talk-${tag}`, keep: 1 }) },
  'conversations.delete': { prepare: talk, input: (tag) => ({ conversation_id: `talk-${tag}` }) },
  'a2a.agents': nothing,
  'a2ui.info': nothing,
  'vercelAi.agents': nothing,
  'vercelAi.chat': {
    input: (tag) => ({
      agent_id: 'shared',
      id: `chat-${tag}`,
      messages: [{ id: 'u1', role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
    }),
  },
  'vercelAi.messages': { input: () => ({ agent_id: 'shared', chat_id: 'none' }) },
  'vercelAi.resume': { input: () => ({ agent_id: 'shared', chat_id: 'none' }), status: 204 },
  'openai.models': nothing,
  'openai.model': { input: () => ({ agent_id: 'shared' }) },
  'openai.chat': {
    input: () => ({
      model: 'shared',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
      stream_options: { include_usage: true },
    }),
  },
  'openai.respond': {
    input: (tag) => ({ model: 'shared', input: 'Hello', conversation: `thread-${tag}`, stream: true }),
  },
  'openai.response': { prepare: runOf, input: (tag) => ({ response_id: `ran-${tag}`, stream: 'true' }) },
  'openai.cancel': { prepare: runOf, input: (tag) => ({ response_id: `ran-${tag}` }) },
  'acp.agents': nothing,
  'mcpUi.info': nothing,
  'mcpUi.agents': nothing,
  'mcpUi.call': {
    prepare: () => server.ok('POST', '/agents/pages/mcp-servers/start'),
    input: () => ({ agent_id: 'pages', uri: BUDGET_PAGE, method: 'ping' }),
  },
  'mcpUi.ticket': {
    prepare: () => server.ok('POST', '/agents/pages/mcp-servers/start'),
    input: () => ({ agent_id: 'pages', uri: BUDGET_PAGE, server: 'budget' }),
  },
  'mcpUi.run': { input: (tag) => ({ agent_id: 'shared', message: 'Hello', conversation_id: `page-${tag}` }) },
  'a2ui.agents': nothing,
  'a2ui.run': { input: (tag) => ({ agent_id: 'shared', message: 'Hello', conversation_id: `surface-${tag}` }) },
  'examples.list': nothing,
  'examples.run': {
    input: (tag) => ({
      example_name: 'agentic_chat',
      casing: 'snake',
      thread_id: `example-${tag}`,
      run_id: `run-${tag}`,
      messages: [{ id: '1', role: 'user', content: 'Hello' }],
    }),
  },
  'agUi.agents': nothing,
  'agUi.info': nothing,
  'agUi.run': {
    input: (tag) => ({
      agent_id: 'shared',
      casing: 'snake',
      thread_id: `thread-${tag}`,
      run_id: `run-${tag}`,
      messages: [{ id: '1', role: 'user', content: 'Hello' }],
    }),
  },
  'agUi.connect': {
    prepare: runOf,
    input: (tag) => ({ agent_id: 'shared', thread_id: `ran-${tag}`, casing: 'snake' }),
  },
  'agUi.terminate': { input: () => ({ thread_id: 'none', run_id: 'none' }) },
  'mcpServers.list': nothing,
  'mcpServers.listConfig': nothing,
  'mcpServers.listCatalog': nothing,
  'mcpServers.listAvailable': nothing,
  'mcpServers.get': onServer('fetch'),
  'mcpServers.log': onServer('fetch'),
  'mcpServers.start': {
    prepare: () => server.ok('POST', '/mcp/servers/context7/stop'),
    input: () => ({ server_id: 'context7', origin: 'catalog' }),
  },
  'mcpServers.stop': {
    prepare: () => server.ok('POST', '/mcp/servers/context7/start'),
    input: () => ({ server_id: 'context7', origin: 'catalog' }),
  },
  'mcpServers.enable': { input: () => ({ server_name: 'context7' }) },
  'mcpServers.disable': {
    prepare: () => server.ok('POST', '/mcp/servers/catalog/context7/enable'),
    input: () => ({ server_name: 'context7' }),
  },
  'mcpServers.import': {
    input: (tag) => ({
      text: `{"servers": {"import-${tag}": {"command": "npx", "args": ["-y", "x"]}}}`,
      dry_run: true,
    }),
  },
  'mcpServers.create': { input: (tag) => ({ id: `new-${tag}`, command: 'npx', args: ['-y', 'x'], enabled: false }) },
  'mcpServers.update': { prepare: newServer, input: (tag) => ({ server_id: `server-${tag}`, name: 'Changed' }) },
  'mcpServers.delete': { prepare: newServer, input: (tag) => ({ server_id: `server-${tag}` }) },
  'mcpProxy.call': {
    prepare: () => server.ok('POST', '/agents/shared/mcp-servers/start'),
    input: () => ({ server_id: 'fetch', tool_name: 'get_weather', arguments: { city: 'Paris' } }),
  },
  'mcpProxy.servers': nothing,
  'mcpProxy.health': nothing,
  'configure.get': nothing,
  'configure.models': nothing,
  'configure.toolsetsStatus': nothing,
  'configure.toolsetsInfo': nothing,
};

const TAGS = { REST: 'kiwi', createRestClient: 'plum', tRPC: 'pear', createClient: 'lime' } as const;

let server: TestServer;
let declared: Declared;
const owned = new AsyncDisposableStack();
// A whole server in a process of its own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

beforeAll(async () => {
  const model = owned.use(await startModelServer());
  const npx = fileURLToPath(new URL('fixtures/npx', import.meta.url));
  server = owned.use(
    await startServer({
      environment: {
        PATH: [npx, process.env.PATH].join(delimiter),
        AGENT_MODEL: 'gpt-4o',
        OPENAI_API_KEY: 'sk-xxx',
        OPENAI_BASE_URL: model.url,
      },
      mcpServers: {
        fetch: { command: 'npx', args: ['-y', 'mcp-fetch-server'] },
        budget: packageServer('server-budget-allocator'),
      },
    }),
  );
  await server.ok('POST', '/agents', { id: 'shared', selected_mcp_servers: ['fetch'] });
  await server.ok('POST', '/agents', { id: 'pages', selected_mcp_servers: ['budget'] });
  await server.ok('POST', '/agents/pages/mcp-servers/start');
  await server.ok('POST', '/agents/shared/mcp-servers/start');
  declared = await openDeclared(server.url);
});
afterAll(() => owned.disposeAsync());

describe.each([...operations])('%s', (name, endpoint) => {
  const { prepare, input, status: expected = endpoint.status } = cases[name] ?? { input: () => ({}) };

  test('has a case here', () => {
    expect(Object.keys(cases)).toContain(name);
  });

  test('answers the same on every surface, as it is declared', async () => {
    const told = await callEverywhere(name, endpoint, input, prepare);
    const isTagged = JSON.stringify(input('TAG')).includes('TAG');
    const normalise = (value: unknown, surface: string) => withoutChance(value, isTagged ? surface : undefined);
    for (const [surface, { error, status, value }] of Object.entries(told)) {
      expect(error, surface).toBeUndefined();
      // tRPC answers every success with 200.
      if (surface !== 'createClient') expect(status, surface).toBe(surface === 'tRPC' ? 200 : expected);
      declared.expectAnswer(endpoint, value);
      expect(normalise(value, surface), surface).toEqual(normalise(told.REST.value, 'REST'));
    }
  });

  const missing = missingResource(endpoint);
  if (missing)
    test('refuses a resource that is not there with the same 404 on every surface', async () => {
      const told = await callEverywhere(name, endpoint, (tag) => ({ ...input(tag), ...missing }), prepare);
      for (const [surface, { error, status }] of errorsOf(endpoint, told)) {
        declared.expectError(endpoint, error, 404);
        expect(status ?? 404, surface).toBe(404);
        expect(error, surface).toEqual(told.REST.error);
      }
    });

  const wrong = wrongField(endpoint, input('kiwi'));
  if (wrong)
    test('refuses a wrong field with the same 422 on every surface', async () => {
      const told = await callEverywhere(name, endpoint, (tag) => ({ ...input(tag), ...wrong }));
      for (const [surface, { error, status }] of errorsOf(endpoint, told)) {
        declared.expectError(endpoint, error, 422);
        expect(status ?? 422, surface).toBe(422);
        expect(error, surface).toEqual(told.REST.error);
      }
      const path = expect.stringMatching(`^${Object.keys(wrong ?? {})[0]}`);
      expect(told.REST.error).toMatchObject(endpoint.errorShape ? { error: { param: path } } : { errors: [{ path }] });
    });
});

test('no case is left of an operation that is gone', () => {
  expect(Object.keys(cases).filter((name) => !operations.has(name))).toEqual([]);
});

test('every operation with a resource in its path, and every one with fields, is also asked wrongly', () => {
  const names = (chosen: (endpoint: Endpoint, name: string) => boolean) =>
    [...operations].filter(([name, endpoint]) => chosen(endpoint, name)).map(([name]) => name);
  expect(names((endpoint) => endpoint.path.includes('{') && !missingResource(endpoint))).toEqual([]);
  const isNeverWrong = (endpoint: Endpoint, name: string) => !wrongField(endpoint, cases[name]?.input('kiwi') ?? {});
  expect(names((endpoint, name) => Boolean(endpoint.body ?? endpoint.query) && isNeverWrong(endpoint, name))).toEqual(
    [],
  );
});

async function callEverywhere(name: string, endpoint: Endpoint, input: Case['input'], prepare?: Case['prepare']) {
  const surfaces = surfacesOf(server.url);
  const call = async (surface: keyof typeof TAGS): Promise<CallResult> => {
    await prepare?.(TAGS[surface]);
    return surfaces[surface](name, endpoint, input(TAGS[surface]));
  };
  // One after the other: a call may change what the next one sees.
  const told: Partial<Record<keyof typeof TAGS, CallResult>> = {};
  const REST = await call('REST');
  told.createRestClient = await call('createRestClient');
  // A stream over tRPC is written in an encoding of its own, which its client reads.
  if (endpoint.kind !== 'stream') told.tRPC = await call('tRPC');
  told.createClient = await call('createClient');
  return { ...told, REST };
}

/** What each surface has refused, in the form that REST has for it. */
const errorsOf = (endpoint: Endpoint, told: Readonly<Record<string, CallResult>>) =>
  Object.entries(told).map(([surface, { error, ...rest }]) => {
    const isRest = surface === 'REST' || surface === 'createRestClient';
    return [surface, { ...rest, error: isRest ? error : errorOverRest(endpoint, error) }] as const;
  });

/** What differs by chance, and by the tag of the surface, is made equal. */
function withoutChance(value: unknown, surface: string | undefined): unknown {
  const tag = TAGS[surface as keyof typeof TAGS] ?? 'no tag';
  const text = (JSON.stringify(value) ?? 'null')
    .replaceAll(new RegExp(`(?<=-)${tag}\\b`, 'g'), 'TAG')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replaceAll(/\b(msg|conv|run|call|appr)-[0-9a-f]{20}/g, '$1-ID')
    .replaceAll(/ticket=[\w-]{43}/g, 'ticket=ID')
    .replaceAll(/"number":\d+/g, '"number":0')
    .replaceAll(/"(created|created_at|completed_at)":\d+/g, '"$1":0')
    .replaceAll(/"(uptime_seconds|rss_bytes|event_loop_delay_ms|active_streams)":[\d.e-]+/g, '"$1":0')
    .replaceAll(/"execution_id":"[^"]+"/g, '"execution_id":"ID"')
    .replaceAll(/"(duration_ms|queued_ms|timestamp|time_to_first_token)":[\d.e-]+/g, '"$1":0');
  return JSON.parse(text);
}

/** An input whose resource nobody has made. */
function missingResource({ path }: Endpoint): Input | undefined {
  const name =
    /\{(agent_id|conversation_id|server_id|server_name|run_id|response_id|approval_id|example_name|skill_name)\}/.exec(
      path,
    )?.[1];
  return name === undefined ? undefined : { [name]: 'nobody-made-this' };
}

/** The first field of body or query that can be wrong, with a wrong value. */
function wrongField({ body, query, input }: Endpoint, good: Input): Input | undefined {
  const candidates = [
    ...Object.keys(body?.shape ?? {}).flatMap((name) => [{ [name]: { wrong: true } }, { [name]: 'wrong' }]),
    ...Object.keys(query?.shape ?? {}).flatMap((name) => [{ [name]: 'wrong' }, { [name]: 'too long'.repeat(300) }]),
  ];
  return candidates.find((wrong) => !input.safeParse({ ...good, ...wrong }).success);
}
