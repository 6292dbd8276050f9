/** Two keys on one server: an agent is common to them, what its code keeps for one of them is not there for the other. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readEvents } from '../client/read-events.ts';
import { missingJupyter, startJupyter } from '../scripts/jupyter-server.ts';
import { startCodingServer } from './fixtures/codemode/coding-server.ts';
import { LONG, separations } from './fixtures/sandbox/owners.ts';
import { openSandboxApi } from './fixtures/sandbox/sandbox-api.ts';
import { skillText, writeFiles } from './fixtures/skills/skill-folder.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// In CI its absence is a failure.
const isSkipped = missingJupyter !== undefined && !process.env.CI;
if (isSkipped) console.warn(`Tests with a Jupyter server are skipped: ${missingJupyter}`);

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ANNA = 'anna-0123456789';
const ANNA_AFTERWARDS = 'anna-9876543210';
const BEN = 'ben-0123456789';
const environment = { AGENT_RUNTIMES_API_KEYS: `anna:${ANNA},anna:${ANNA_AFTERWARDS},ben:${BEN}` };

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of a body where they read it.
  readonly body: any;
}
type Send = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** Calls a server with a key. */
const callWith =
  ({ url }: { readonly url: string }, key: string): Send =>
  async (method, path, body) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(path.startsWith('/a2a/') && { 'a2a-version': '1.0' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, body: isJson ? await response.json() : await response.text() };
  };

const execute = async (send: Send, code: string, agent = 'coder') =>
  (await send('POST', `/agents/${agent}/execute`, { code, timeout: 30 })).body;
const evaluate = async (send: Send, code: string, agent?: string) => {
  const { result } = await execute(send, code, agent);
  return result?.['application/json'] ?? result?.['text/plain'];
};

const keeper = {
  'keeper/SKILL.md': skillText('keeper'),
  'keeper/scripts/keep.py': 'import sys\nprint(getattr(sys, "kept", "nothing"))\nsys.kept = "something"\n',
};
describe.each([
  { variant: 'local-eval', isOff: false },
  { variant: 'local-jupyter', isOff: isSkipped },
])('two keys and one agent, in $variant', ({ variant, isOff }) => {
  if (isOff) return test.skip('needs a Jupyter server', () => {});
  const opened = new AsyncDisposableStack();
  let server: Awaited<ReturnType<typeof startCodingServer>>;
  let jupyter: Awaited<ReturnType<typeof startJupyter>> | undefined;
  let anna: Send;
  let ben: Send;
  beforeAll(async () => {
    const folder = opened.use(await temporaryFolder());
    await writeFiles(join(folder.path, 'skills'), keeper);
    const args = ['--skills-folder', join(folder.path, 'skills')];
    server = opened.use(await startCodingServer({ apiKey: ANNA, environment, args }));
    anna = callWith(server, ANNA);
    ben = callWith(server, BEN);
    if (variant === 'local-eval') return;
    jupyter = opened.use(await startJupyter());
    const { url, token } = jupyter;
    await ben('POST', '/agents/sandbox/configure', { variant, jupyter_url: url, jupyter_token: token });
  });
  afterAll(() => opened.disposeAsync());

  test.each(separations)('neither has of the other: $title', async ({ change, look, ofOne, ofOther }) => {
    expect(await execute(anna, change)).toMatchObject({ status: 'ok' });
    expect(await evaluate(anna, look)).toEqual(ofOne);
    expect(await evaluate(ben, look)).toEqual(ofOther);
  });

  test('neither reads the variables of the other, whoever was first', async () => {
    await execute(ben, 'secret_of_ben = 1');
    expect(await evaluate(anna, '["secret_of_ben" in globals()]')).toEqual([false]);
  });

  test('the code of tools is in no file that one could change for the other', async () => {
    const files =
      'import os, generated.client as client\nfrom generated.mcp import typed\n[os.path.exists(m.__spec__.origin) for m in (client, typed)]';
    expect(await evaluate(ben, files)).toEqual([false, false]);
  });

  test('neither interrupts the other', async () => {
    const ofAnna = await startLong(ANNA);
    const ofBen = await startLong(BEN);
    expect((await ben('POST', '/agents/sandbox/interrupt', {})).body).toEqual({ interrupted: ['coder'] });
    expect(await ofBen.ended).toMatchObject({ status: 'cancelled', stdout: 'on\n', variables_lost: false });
    expect((await ben('POST', '/agents/sandbox/interrupt', { agent_id: 'coder' })).body).toEqual({ interrupted: [] });
    expect((await anna('POST', '/agents/sandbox/interrupt', { agent_id: 'coder' })).body).toEqual({
      interrupted: ['coder'],
    });
    expect(await ofAnna.ended).toMatchObject({ status: 'cancelled', stdout: 'on\n', variables_lost: false });
  });

  test('neither restarts the other, whose code goes on', async () => {
    await execute(anna, 'kept = 1');
    await execute(ben, 'kept = 2');
    const running = await startLong(ANNA);
    expect((await ben('POST', '/agents/sandbox/restart')).body).toMatchObject({ variant, sandbox_running: true });
    expect(await execute(ben, '"kept" in globals()')).toMatchObject({
      result: { 'text/plain': 'False' },
      variables_lost: true,
      notices: ['Variables of earlier executions are lost: the sandbox was restarted.'],
    });
    await anna('POST', '/agents/sandbox/interrupt', {});
    expect(await running.ended).toMatchObject({ status: 'cancelled', variables_lost: false });
    expect(await evaluate(anna, 'kept')).toBe('1');
  });

  test('one keeps what it has when its key is replaced by another of its name', async () => {
    await execute(anna, 'kept = "by name"');
    expect(await evaluate(callWith(server, ANNA_AFTERWARDS), 'kept')).toBe("'by name'");
  });

  const says = (code: string) => `/tool execute_code ${JSON.stringify({ code })}`;
  const agUi = (text: string, more: object = {}) => ({ ...more, messages: [{ id: 'u', role: 'user', content: text }] });
  test.each<[protocol: string, path: string, toBody: (text: string) => object]>([
    ['prompts', '/agents/coder/prompt/sync', (message) => ({ message })],
    ['streamed prompts', '/agents/coder/prompt', (message) => ({ message })],
    ['runs in the background', '/agents/coder/prompt', (message) => ({ message, background: true })],
    ['AG-UI', '/ag-ui/coder/', (text) => agUi(text, { thread_id: crypto.randomUUID(), run_id: crypto.randomUUID() })],
    [
      'A2A',
      '/a2a/coder/message:send',
      (text) => ({ message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }] } }),
    ],
    ['A2UI', '/a2ui/coder/', (message) => ({ message })],
    ['MCP-UI', '/mcp-ui/coder/', (message) => ({ message })],
  ])('the runs of one, over %s, have its interpreter', async (protocol, path, toBody) => {
    const code = `via = ${JSON.stringify(protocol)}`;
    expect((await anna('POST', path, toBody(says(code)))).status).toBe(200);
    const look = 'globals().pop("via", None)';
    expect(await evaluate(ben, look)).toBeUndefined();
    await expect.poll(() => evaluate(anna, look)).toBe(`'${protocol}'`);
  });

  test('the scripts that one runs by the proxy are in its interpreter', async () => {
    const run = async (send: Send) => {
      const body = { arguments: { skill_name: 'keeper', script_name: 'keep.py' } };
      return (await send('POST', '/mcp/proxy/skills/tools/run_skill_script', body)).body.result.stdout;
    };
    expect([await run(anna), await run(anna), await run(ben)]).toEqual(['nothing\n', 'something\n', 'nothing\n']);
  });

  test('the token of one calls no tool for the code of the other', async () => {
    if (variant === 'local-eval') return;
    const token = await evaluate(anna, 'import os\nos.environ["AGENT_RUNTIMES_MCP_PROXY_TOKEN"]');
    const tokenOfBen = await evaluate(ben, 'import os\nos.environ["AGENT_RUNTIMES_MCP_PROXY_TOKEN"]');
    expect(token).toMatch(/^'arp_/);
    expect(tokenOfBen).not.toBe(token);
    const running = await startLong(BEN);
    const call = (text: string) =>
      callWith(server, text.slice(1, -1))('POST', '/mcp/proxy/typed/tools/echo', { arguments: { text: 'x' } });
    expect((await call(token)).body).toMatchObject({ error: 'No execution of this agent is running' });
    expect((await call(tokenOfBen)).body).toMatchObject({ success: true, result: 'x' });
    await ben('POST', '/agents/sandbox/interrupt', {});
    await running.ended;
  });

  test('a deleted agent leaves none of their interpreters', async () => {
    await anna('POST', '/agents', { id: 'gone', enable_codemode: true });
    await anna('POST', '/agents/sandbox/restart');
    await ben('POST', '/agents/sandbox/restart');
    for (const send of [anna, ben]) await execute(send, 'kept = 1', 'gone');
    const before = (await jupyter?.kernels())?.length;
    const running = await startLong(ANNA, 'gone');
    expect((await ben('DELETE', '/agents/gone')).status).toBe(200);
    expect(await running.ended).toMatchObject({ status: 'cancelled' });
    if (before !== undefined) {
      await expect.poll(async () => (await jupyter?.kernels())?.length, { timeout: 15_000 }).toBe(before - 2);
    }
    await anna('POST', '/agents', { id: 'gone', enable_codemode: true });
    for (const send of [anna, ben]) expect(await evaluate(send, '"kept" in globals()', 'gone')).toBe('False');
  });

  /** Starts code that runs until it is interrupted; resolves, once it runs, with what it will come to. */
  async function startLong(key: string, agent = 'coder'): Promise<{ readonly ended: Promise<unknown> }> {
    const response = await fetch(`${server.url}/api/v1/agents/${agent}/execute/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code: LONG, timeout: 60 }),
    });
    if (!response.body) throw new Error('no stream');
    const events = readEvents(response.body)[Symbol.asyncIterator]();
    const read = async () => JSON.parse((await events.next()).value?.data ?? '{}');
    expect(await read()).toMatchObject({ type: 'stdout', text: 'on\n' });
    return { ended: read().then(({ execution }) => execution) };
  }
});

describe('what waits for approval', () => {
  test('is done for who asked for it, whoever answers', async () => {
    await using folder = await temporaryFolder();
    const conversation_id = 'open';
    {
      // Without keys: this conversation is everybody's.
      await using server = await startCodingServer({ folder: folder.path });
      const body = { id: 'careful', enable_codemode: true, approvals: { tools: ['execute_code'] } };
      await server.call('POST', '/agents', body);
      await server.call('POST', '/agents/careful/prompt/sync', { message: 'Hello', conversation_id });
    }
    await using server = await startCodingServer({ folder: folder.path, apiKey: ANNA, environment });
    const [anna, ben] = [callWith(server, ANNA), callWith(server, BEN)];
    const message = `/tool execute_code ${JSON.stringify({ code: 'asked_by = "anna"' })}`;
    const asked = await anna('POST', '/agents/careful/prompt/sync', { message, conversation_id });
    const [{ id }] = asked.body.approvals;
    const answered = await ben('POST', `/approvals/${id}`, { approved: true });
    expect(answered).toMatchObject({ status: 200, body: { status: 'approved' } });
    const status = async () => (await ben('GET', `/runs/${answered.body.resumed_by}`)).body.status;
    await expect.poll(status, { timeout: 20_000 }).toBe('finished');
    expect(await evaluate(ben, '"asked_by" in globals()', 'careful')).toBe('False');
    expect(await evaluate(anna, 'asked_by', 'careful')).toBe("'anna'");
  });
});

describe('the interpreters of all callers', () => {
  const evalStatus = { variant: 'local-eval', jupyter_url: null, jupyter_token_set: false };

  test('are as many as there may be together, and those that nobody uses make room', async () => {
    await using api = openSandboxApi({ limits: { maxLive: 1 } });
    const [anna, ben] = [api.as('anna'), api.as('ben')];
    const run = (caller: typeof anna, code: string) => caller.call('execute', { agent_id: 'a', code });
    await run(anna, 'x = 1');
    expect(await run(ben, '2')).toMatchObject({ result: { 'text/plain': '2' }, variables_lost: false });
    expect(await run(anna, '"x" in globals()')).toMatchObject({
      result: { 'text/plain': 'False' },
      notices: ['Variables of earlier executions are lost: other agents needed the room.'],
    });
    // Also the one that a restart makes.
    expect(await ben.call('restart')).toEqual({ ...evalStatus, sandbox_running: true });
    expect(await run(anna, '3')).toMatchObject({ result: { 'text/plain': '3' } });
  });

  test('wait for each other where there is no room', async () => {
    await using api = openSandboxApi({ limits: { maxLive: 1 } });
    const [anna, ben] = [api.as('anna'), api.as('ben')];
    const first = anna.call('execute', { agent_id: 'a', code: 'import time\ntime.sleep(0.3)\n1' });
    const second = ben.call('restart');
    const third = ben.call('execute', { agent_id: 'a', code: '2' });
    expect(await Promise.all([first, second, third])).toMatchObject([
      { result: { 'text/plain': '1' } },
      { sandbox_running: true },
      { result: { 'text/plain': '2' } },
    ]);
  });

  test('move together when one of them says where code runs, each after what it runs', async () => {
    await using api = openSandboxApi();
    const [anna, ben] = [api.as('anna'), api.as('ben')];
    await anna.call('execute', { agent_id: 'a', code: 'x = 1' });
    const events: unknown[] = [];
    for await (const event of await anna.stream({
      agent_id: 'a',
      code: 'print("on")\nimport time\ntime.sleep(0.3)\nx',
    })) {
      events.push(event);
      const elsewhere = { variant: 'local-jupyter', jupyter_url: 'http://localhost:1' };
      if (events.length === 1) await ben.call('configure', elsewhere);
    }
    expect(events.at(-1)).toMatchObject({
      execution: { status: 'ok', variant: 'local-eval', result: { 'text/plain': '1' } },
    });
    expect(await anna.call('execute', { agent_id: 'a', code: 'x' })).toMatchObject({
      detail: 'The Jupyter server at localhost:1 is not reachable (ECONNREFUSED)',
    });
  });

  test('are one where no key is asked for', async () => {
    await using api = openSandboxApi();
    await api.call('execute', { agent_id: 'a', code: 'x = 1' });
    expect(await api.call('execute', { agent_id: 'a', code: 'x' })).toMatchObject({ result: { 'text/plain': '1' } });
  });
});
