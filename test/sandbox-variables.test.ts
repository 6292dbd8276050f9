/** `GET /agents/{id}/sandbox/variables` and `GET /agents/sandbox/interpreters`: what there is, and nothing is started for a look. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { contract } from '../contract/index.ts';
import { missingJupyter, startJupyter } from '../scripts/jupyter-server.ts';
import { openSandboxApi } from './fixtures/sandbox/sandbox-api.ts';

// In CI its absence is a failure.
const isSkipped = missingJupyter !== undefined && !process.env.CI;
if (isSkipped) console.warn(`Tests with a Jupyter server are skipped: ${missingJupyter}`);

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

type Api = ReturnType<typeof openSandboxApi>;
type Caller = Pick<Api, 'call'>;

const { variables, interpreters } = contract.sandbox;
const run = (api: Caller, code: string) => api.call('execute', { agent_id: 'a', code, timeout: 30 });
const look = async (api: Caller, agent_id = 'a') => variables.output.parse(await api.call('variables', { agent_id }));
const namesOf = async (api: Caller) => (await look(api)).variables.map(({ name }) => name);

let jupyter: Awaited<ReturnType<typeof startJupyter>> | undefined;
beforeAll(async () => {
  if (!isSkipped) jupyter = await startJupyter();
});
afterAll(() => jupyter?.[Symbol.asyncDispose]());

describe.each([
  { where: 'local-eval', isOff: false },
  { where: 'local-eval in python', isOff: false },
  { where: 'local-jupyter', isOff: isSkipped },
])('the variables of $where', ({ where, isOff }) => {
  let api: Api;
  beforeAll(async () => {
    if (isOff) return;
    api = openSandboxApi(where.endsWith('python') ? { localEvalEngine: 'python' } : {});
    if (where !== 'local-jupyter' || !jupyter) return;
    const { url: jupyter_url, token: jupyter_token } = jupyter;
    await api.call('configure', { variant: 'local-jupyter', jupyter_url, jupyter_token });
  });
  afterAll(() => api?.[Symbol.asyncDispose]());

  test.skipIf(isOff)('are none where there is no interpreter, and none is started', async () => {
    expect(await look(api)).toEqual({ status: 'ended', variables: [], more_variables: 0 });
    expect(await api.call('status')).toMatchObject({ sandbox_running: false });
    expect(await api.call('variables', { agent_id: 'nobody' })).toMatchObject({ code: 'agent-not-found' });
  });

  test.skipIf(isOff)('are those that the code has made, in a few words', async () => {
    await run(api, 'import math\nfrom json import dumps\nfrom collections import OrderedDict\n_hidden = 1');
    await run(
      api,
      [
        'answer, text, items = 42, "x" * 1000, [1, [2, [3, [4]]]]',
        'table = {"a": (1, 2), "b": {3}}',
        'many = list(range(100))',
        'huge = 1 << 100_000',
        'def double(x): return 2 * x',
        'class Thing:',
        '    def __repr__(self): raise SystemExit',
        '    def __len__(self): raise SystemExit',
        'thing, things = Thing(), [Thing()]',
      ].join('\n'),
    );
    const { status, variables: listed, more_variables } = await look(api);
    expect([status, more_variables]).toEqual(['ready', 0]);
    expect(listed).toEqual([
      { name: 'answer', type: 'int', repr: '42', size: null },
      { name: 'text', type: 'str', repr: `'${'x'.repeat(118)}…`, size: 1000 },
      { name: 'items', type: 'list', repr: '[1, [2, [3, […]]]]', size: 2 },
      { name: 'table', type: 'dict', repr: "{'a': (1, 2), 'b': {3}}", size: 2 },
      { name: 'many', type: 'list', repr: '[0, 1, 2, 3, 4, 5, 6, 7, …]', size: 100 },
      { name: 'huge', type: 'int', repr: '<int of 100001 bits>', size: null },
      { name: 'double', type: 'function', repr: '<function double>', size: null },
      { name: 'Thing', type: 'type', repr: '<class Thing>', size: null },
      { name: 'thing', type: 'Thing', repr: '<Thing object>', size: null },
      { name: 'things', type: 'list', repr: '[<Thing object>]', size: 1 },
    ]);
    // A look is no execution: the last result is what it was.
    expect(await run(api, '"last"')).toMatchObject({ result: { 'text/plain': "'last'" } });
    await look(api);
    expect(await run(api, '_')).toMatchObject({ result: { 'text/plain': "'last'" }, stdout: '' });
  });

  test.skipIf(isOff)('are listed whatever the code has put in the place of what lists them', async () => {
    await run(
      api,
      [
        'import builtins, json, sys',
        'for name in ("repr", "len", "type", "list", "print", "str"): setattr(builtins, name, None)',
        'json.dumps = None',
        'sys.stdout = None',
        'type = repr = len = object = None',
        'class Meta(().__class__.__class__):',
        '    def __getattribute__(cls, name): raise SystemExit',
        'class AgentRuntimesVariables(metaclass=Meta): pass',
        'made_up = AgentRuntimesVariables.__class__ if False else 1',
      ].join('\n'),
    );
    expect(await namesOf(api)).toEqual(expect.arrayContaining(['answer', 'thing', 'len', 'made_up']));
  });

  test.skipIf(isOff)('are the newest 200, and how many there are before these', async () => {
    await run(api, 'for n in range(300): globals()[f"v{n}"] = n');
    const { variables: listed, more_variables } = await look(api);
    expect(listed).toHaveLength(200);
    expect(listed.at(-1)).toEqual({ name: 'v299', type: 'int', repr: '299', size: null });
    expect(more_variables).toBeGreaterThan(100);
  });

  test.skipIf(isOff)('are not told while code runs', async () => {
    const running = run(api, 'import time\ntime.sleep(600)');
    await expect.poll(async () => (await look(api)).status, { timeout: 30_000 }).toBe('busy');
    expect((await look(api)).variables).toEqual([]);
    // It may not have begun yet.
    const interrupt = () => api.call('interrupt', { agent_id: 'a' });
    await expect.poll(interrupt, { timeout: 30_000 }).toEqual({ interrupted: ['a'] });
    await running;
    expect(await look(api)).toMatchObject({ status: 'ready', variables: expect.arrayContaining([expect.anything()]) });
  });
});

test('interpreters are listed to the keys whose they are, and to who sees all; a look counts as no use', async () => {
  await using api = openSandboxApi();
  const [anna, ben] = [api.as('anna'), api.as('ben')];
  const list = async (caller: Caller) => interpreters.output.parse(await caller.call('interpreters')).interpreters;
  expect(await list(api)).toEqual([]);
  await run(anna, 'secret = 1');
  const [seen, ...others] = await list(anna);
  expect(others).toEqual([]);
  expect(seen).toEqual({
    agent_id: 'a',
    key: 'anna',
    status: 'ready',
    variant: 'local-eval',
    last_used_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
  expect(await list(ben)).toEqual([]);
  expect(await look(ben)).toMatchObject({ status: 'ended', variables: [] });
  expect(await namesOf(anna)).toEqual(['secret']);
  expect(await list(api)).toEqual([seen]);
});

test('an interpreter that is only looked at ends when it was not used for a while', async () => {
  await using api = openSandboxApi({ limits: { idleMs: 1500 } });
  await run(api, 'x = 1');
  await expect.poll(async () => (await look(api)).status, { timeout: 30_000, interval: 100 }).toBe('ended');
});
