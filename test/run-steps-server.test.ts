/** Steps, sums and usage of a whole server: with a provider, MCP servers and keys, and after it was killed. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { holderOf, type KeyHolder } from './support/key-holder.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { startServer, type TestServer } from './support/server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const owned = new AsyncDisposableStack();
let model: ModelServer;
let environment: Record<string, string>;
const fixture = fileURLToPath(new URL('fixtures/mcp/server.mjs', import.meta.url));
const mcpServers = { fixture: { command: process.execPath, args: [fixture] } };

beforeAll(async () => {
  model = owned.use(await startModelServer());
  environment = { AGENT_MODEL: 'gpt-4o', OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url };
});
afterAll(() => owned.disposeAsync());

const DEADLINE_MS = 15_000;

/** Asks again and again until the steps of a run pass. */
async function untilSteps(server: TestServer, run: string, pass: (steps: Body[]) => boolean): Promise<Body[]> {
  for (const deadline = performance.now() + DEADLINE_MS; ; ) {
    const { status, body } = await server.call('GET', `/runs/${run}/steps`);
    const { steps = [] } = status === 200 ? (body as Body) : {};
    if (pass(steps)) return steps;
    if (performance.now() > deadline) throw new Error(`the steps never became so: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of a body where they read it.
type Body = any;

const usage = { prompt_tokens: 150, completion_tokens: 200, cached_tokens: 0, reasoning_tokens: 0 };
/** 150 tokens in at 2.5 and 200 out at 10 dollars for a million. */
const COST = 0.002375;

test('a server killed in the middle of tool calls tells the steps up to there, and counts them', async () => {
  await using home = await temporaryFolder();
  const run = async (server: TestServer, run_id: string, background: boolean) => {
    const message = 'tool hang {}';
    const response = await server.open('/agents/a/prompt', { message, run_id, conversation_id: run_id, background });
    response.text().catch(() => undefined);
    return untilSteps(server, run_id, ([step]) => step?.tool_calls[0]?.status === 'running');
  };
  const before = await startServer({ environment, mcpServers, home: home.path });
  await before.ok('POST', '/agents', { id: 'a', selected_mcp_servers: ['fixture'] });
  await before.ok('POST', '/agents/a/mcp-servers/start');
  const shown = new Map([
    ['attached', await run(before, 'attached', false)],
    ['background', await run(before, 'background', true)],
  ]);
  before.kill('SIGKILL');
  await before.ended;
  await using after = await startServer({ environment, mcpServers, home: home.path });
  let tookMs = 0;
  for (const [id, [step]] of shown) {
    const [call] = step.tool_calls;
    expect(step, id).toMatchObject({ step: 1, model: 'openai:gpt-4o', status: 'running', usage, cost: COST });
    expect(call, id).toMatchObject({ tool: 'fixture__hang', server: 'fixture', ended_at: null });
    // The last that happened is that the tool was called.
    const end = { status: 'interrupted', ended_at: call.started_at };
    expect((await after.call('GET', `/runs/${id}/steps`)).body).toEqual({
      run_id: id,
      status: 'interrupted',
      steps: [{ ...step, ...end, tool_calls: [{ ...call, ...end }] }],
    });
    const { body } = await after.call('GET', `/runs/${id}`);
    expect(body).toMatchObject({ ...end, usage, cost: COST });
    tookMs += Date.parse(Object(body).ended_at) - Date.parse(Object(body).started_at);
  }
  const total = { ...usage, prompt_tokens: 300, completion_tokens: 400 };
  const { sums } = await after.ok('GET', '/runs?status=interrupted');
  expect(sums).toMatchObject({
    runs: 2,
    usage: total,
    cost: 2 * COST,
    unpriced_steps: 0,
    duration_seconds: tookMs / 1000,
  });
  const report = await after.ok('GET', '/usage?group_by=model');
  expect(report).toEqual({
    groups: [{ name: 'openai:gpt-4o', ...sums }],
    total: sums,
    prices_from: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  });
});

test('a key sees the steps, sums and usage of its own runs, and who answered their approvals', async () => {
  const keys = { AGENT_RUNTIMES_API_KEYS: 'anna:k1,ben:k2' };
  await using server = await startServer({ environment: { ...environment, ...keys }, mcpServers });
  const anna = holderOf(server.url, 'k1');
  const ben = holderOf(server.url, 'k2');
  const careful = { id: 'careful', selected_mcp_servers: ['fixture'], approvals: { tools: ['*'] } };
  expect((await anna('POST', '/agents', careful)).status).toBe(201);
  expect((await anna('POST', '/agents/careful/mcp-servers/start')).status).toBe(200);
  const ask = { message: 'tool echo {"text":"Hi"}', run_id: 'asks', conversation_id: 'c' };
  const { approvals } = (await anna('POST', '/agents/careful/prompt/sync', ask)).body;
  expect((await ben('POST', `/approvals/${approvals[0].id}`, { approved: true })).status).toBe(404);
  const { body } = await anna('POST', `/approvals/${approvals[0].id}`, { approved: true });
  expect(body).toMatchObject({ status: 'approved', resolved_by: 'anna' });
  expect((await anna('GET', `/runs/${body.resumed_by}/events`)).body).toContain('"type":"done"');
  const approval = { status: 'approved', resolved_by: 'anna', resumed_by: body.resumed_by };
  const [asked] = (await anna('GET', '/runs/asks/steps')).body.steps;
  const [resumed] = (await anna('GET', `/runs/${body.resumed_by}/steps`)).body.steps;
  expect(asked.tool_calls).toMatchObject([{ status: 'waiting', approval }]);
  expect(resumed).toMatchObject({ step: 0, tool_calls: [{ status: 'done', server: 'fixture', approval }] });

  const nothing = { groups: [], total: { runs: 0, cost: 0 } };
  const shownTo = async (holder: KeyHolder) => (await holder('GET', '/usage?group_by=key')).body;
  expect(await shownTo(anna)).toMatchObject({
    groups: [{ name: 'anna', runs: 2, cost: 2 * COST }],
    total: { runs: 2 },
  });
  expect(await shownTo(ben)).toMatchObject(nothing);
  expect((await ben('GET', '/runs')).body).toMatchObject({ runs: [], sums: { runs: 0 } });
  for (const path of ['/runs/asks/steps', `/runs/${body.resumed_by}/steps`]) {
    expect((await ben('GET', path)).status).toBe(404);
  }
});

const NO_TIME = 'must be an RFC 3339 time, such as 2026-11-23T10:00:00Z, or a date';

test('usage of a time that is none, or by nothing it is grouped by, is refused with what to write', async () => {
  await using server = await startServer();
  const refusalOf = (query: string) => server.call('GET', `/usage?${query}`);
  const refused = (path: string, message: string) => ({
    status: 422,
    body: {
      detail: `${path}: ${message}`,
      status_code: 422,
      code: 'validation-failed',
      errors: [{ path, message }],
    },
  });
  for (const time of ['since=yesterday', 'until=2026-13-01', 'since=2026-01-01T00:00:00', 'since='])
    expect(await refusalOf(`group_by=agent&${time}`)).toMatchObject(refused(time.slice(0, 5), NO_TIME));
  const groups = 'Invalid option: expected one of "agent"|"key"|"model"|"day"';
  for (const query of ['', 'group_by=hour']) expect(await refusalOf(query)).toMatchObject(refused('group_by', groups));
});
