import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { lookupReachable } from '../server/network/outgoing-address.ts';
import { openSandboxApi } from './fixtures/sandbox/sandbox-api.ts';
import { until } from './support/processes.ts';
import { startServer } from './support/server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const evalStatus = { variant: 'local-eval', jupyter_url: null, jupyter_token_set: false, sandbox_running: false };

describe('the sandbox configuration', () => {
  test('starts as local-eval with nothing running, and status starts nothing', async () => {
    await using api = openSandboxApi();
    expect(await api.call('status')).toEqual(evalStatus);
    expect(await api.call('status')).toEqual(evalStatus);
  });

  test('records a Jupyter server before anything listens there, and never shows its token', async () => {
    await using api = openSandboxApi();
    const recorded = {
      variant: 'local-jupyter',
      jupyter_url: 'http://localhost:1',
      jupyter_token_set: true,
      sandbox_running: false,
    };
    const request = { variant: 'local-jupyter', jupyter_url: 'http://localhost:1?token=canary-token' };
    expect(await api.call('configure', request)).toEqual(recorded);
    expect(await api.call('status')).toEqual(recorded);
    const failure = await api.call('execute', { agent_id: 'a', code: '1' });
    expect(failure).toEqual({
      detail: 'The Jupyter server at localhost:1 is not reachable (ECONNREFUSED)',
      status_code: 502,
      code: 'sandbox-unavailable',
    });
    expect(JSON.stringify([failure, api.logged])).not.toContain('canary-token');
    expect(await api.call('configure', { variant: 'local-eval' })).toEqual(evalStatus);
  });

  test('takes both names of a variant and the token wherever it stands', async () => {
    await using api = openSandboxApi();
    const shown = { variant: 'local-jupyter', jupyter_url: 'http://localhost:8888/base', sandbox_running: false };
    for (const [jupyter_url, jupyter_token, isSet] of [
      ['http://localhost:8888/base/lab?token=a', undefined, true],
      ['http://localhost:8888/base/#token=a', undefined, true],
      ['http://localhost:8888/base/tree/x.ipynb', 'b', true],
      ['http://localhost:8888/base', undefined, false],
    ]) {
      expect(await api.call('configure', { variant: 'jupyter', jupyter_url, jupyter_token })).toEqual({
        ...shown,
        jupyter_token_set: isSet,
      });
    }
    expect(await api.call('configure', { variant: 'eval' })).toEqual(evalStatus);
    expect(await api.call('configure')).toEqual(evalStatus);
  });

  test('refuses local-jupyter without a URL, and an unknown variant', async () => {
    await using api = openSandboxApi();
    expect(await api.call('configure', { variant: 'local-jupyter' })).toEqual({
      detail: 'jupyter_url is required when variant is local-jupyter',
      status_code: 400,
      code: 'jupyter-url-required',
    });
    expect(await api.call('configure', { variant: 'docker' })).toMatchObject({
      status_code: 422,
      code: 'validation-failed',
    });
  });

  test.each([
    'http://169.254.169.254/',
    'http://169.254.170.2/',
    'http://0xA9FEA9FE/',
    'http://2852039166/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://metadata.google.internal/',
    'http://metadata.google.internal./',
    'http://100.100.100.200/',
    'http://0.0.0.0:8888/',
    'http://user:pass@localhost:8888/',
    'file:///etc/passwd',
    'gopher://localhost/',
    'javascript:alert(1)',
    'localhost:8888',
    'http://',
    ' ',
  ])('refuses %s and keeps what was configured', async (jupyter_url) => {
    await using api = openSandboxApi();
    const refusal = await api.call('configure', { variant: 'local-jupyter', jupyter_url, jupyter_token: 'canary' });
    expect(refusal).toMatchObject({ status_code: 400, code: 'jupyter-url-not-allowed' });
    expect(JSON.stringify(refusal)).not.toMatch(/canary|pass@/);
    expect(await api.call('status')).toEqual(evalStatus);
  });

  test.each(['169.254.169.254', 'fe80::1', '100.100.100.200'])(
    'dials no name that turns out to be %s',
    async (address) => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      lookupReachable(address, {}, resolve);
      expect(await promise).toMatchObject({ code: 'EADDRNOTALLOWED' });
    },
  );

  test('dials this machine and private networks', async () => {
    for (const address of ['127.0.0.1', '10.0.0.7', '192.168.1.2', '::1', 'localhost']) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      lookupReachable(address, {}, resolve);
      expect(await promise).toBeNull();
    }
  });

  test('follows no redirect of a Jupyter server, and repeats nothing it says', async () => {
    let followed = 0;
    const target = createServer((_request, response) => {
      followed += 1;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
    const address = target.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const redirecting = createServer((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end('canary-body'),
    ).listen(0, '127.0.0.1');
    await once(redirecting, 'listening');
    const from = redirecting.address();
    const fromPort = typeof from === 'object' ? from?.port : 0;
    await using api = openSandboxApi();
    await api.call('configure', { variant: 'local-jupyter', jupyter_url: `http://127.0.0.1:${fromPort}` });
    expect(await api.call('execute', { agent_id: 'a', code: '1' })).toEqual({
      detail: `The Jupyter server at 127.0.0.1:${fromPort} answered with a redirect (HTTP 307), which is not followed`,
      status_code: 502,
      code: 'sandbox-unavailable',
    });
    expect(followed).toBe(0);
    target.close();
    redirecting.close();
  });

  test('keeps the old sandbox when the new one cannot be verified', async () => {
    await using api = openSandboxApi();
    await api.call('execute', { agent_id: 'a', code: 'x = 1' });
    const request = { variant: 'local-jupyter', jupyter_url: 'http://localhost:1', verify: true };
    expect(await api.call('configure', request)).toMatchObject({ status_code: 502, code: 'sandbox-unavailable' });
    expect(await api.call('execute', { agent_id: 'a', code: 'x' })).toMatchObject({
      result: { 'text/plain': '1' },
      variables_lost: false,
    });
  });

  test('answers a failed restart with its step', async () => {
    await using api = openSandboxApi();
    await api.call('configure', { variant: 'local-jupyter', jupyter_url: 'http://localhost:1' });
    expect(await api.call('restart')).toEqual({
      detail: 'Failed to restart sandbox: The Jupyter server at localhost:1 is not reachable (ECONNREFUSED)',
      status_code: 500,
      code: 'sandbox-restart-failed',
    });
  });
});

describe('an execution', () => {
  test('answers everything it came to', async () => {
    await using api = openSandboxApi();
    const answer = await api.call('execute', { agent_id: 'a', code: 'print("hello")\n6 * 7', timeout: 5 });
    expect(answer).toEqual({
      execution_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: 'ok',
      stdout: 'hello\n',
      stderr: '',
      result: { 'text/plain': '42' },
      displays: [],
      error: null,
      exit_code: null,
      duration_ms: expect.any(Number),
      queued_ms: expect.any(Number),
      variables_lost: false,
      truncated: false,
      tool_calls: 0,
      notices: [],
      variant: 'local-eval',
    });
    expect(await api.call('status')).toEqual({ ...evalStatus, sandbox_running: true });
    expect(await api.call('execute', { agent_id: 'nobody', code: '1' })).toMatchObject({ status_code: 404 });
    expect(await api.call('execute', { agent_id: 'a', code: '1', timeout: 601 })).toMatchObject({ status_code: 422 });
    expect(await api.call('execute', { agent_id: 'a', code: '1', timeout: 0 })).toMatchObject({ status_code: 422 });
  });

  test('streams its output, then one done', async () => {
    await using api = openSandboxApi();
    const types: unknown[] = [];
    for await (const event of await api.stream({ agent_id: 'a', code: 'print("a")\ndisplay(1)\nprint("b")\n2' }))
      types.push(event);
    expect(types).toMatchObject([
      { type: 'stdout', text: 'a\n' },
      { type: 'display', data: { 'text/plain': '1' } },
      { type: 'stdout', text: 'b\n' },
      { type: 'done', execution: { status: 'ok', stdout: 'a\nb\n', result: { 'text/plain': '2' } } },
    ]);
    await expect(async () => {
      for await (const _ of await api.stream({ agent_id: 'nobody', code: '1' })) throw new Error('an event');
    }).rejects.toMatchObject({ code: 'agent-not-found' });
  });

  test('is interrupted when the reader of its stream leaves', async () => {
    await using api = openSandboxApi();
    for await (const _ of await api.stream({ agent_id: 'a', code: 'x = 1\nprint(1)\nwhile True: pass' })) break;
    expect(await api.call('execute', { agent_id: 'a', code: 'x', timeout: 5 })).toMatchObject({
      result: { 'text/plain': '1' },
      variables_lost: false,
    });
  });

  test('shares variables with executions of its agent and of no other', async () => {
    await using api = openSandboxApi();
    await api.call('execute', { agent_id: 'a', code: 'x = "of a"' });
    expect(await api.call('execute', { agent_id: 'b', code: 'x' })).toMatchObject({ error: { name: 'NameError' } });
    expect(await api.call('execute', { agent_id: 'a', code: 'x' })).toMatchObject({
      result: { 'text/plain': "'of a'" },
    });
  });

  test('waits behind the others of its agent, and the seventeenth that would wait is refused', async () => {
    await using api = openSandboxApi();
    const calls = Array.from({ length: 18 }, (_, index) =>
      api.call('execute', { agent_id: 'a', code: `order = globals().get("order", []) + [${index}]\norder` }),
    );
    expect(await calls[17]).toEqual({
      detail: '16 executions already wait for the sandbox of a',
      status_code: 429,
      code: 'sandbox-busy',
    });
    expect(await calls[16]).toMatchObject({
      result: { 'application/json': Array.from({ length: 17 }, (_, index) => index) },
    });
  });

  test('is interrupted on request and keeps its variables', async () => {
    await using api = openSandboxApi();
    const events = await api.stream({ agent_id: 'a', code: 'x = 1\nprint("on")\nwhile True: pass' });
    const seen: unknown[] = [];
    for await (const event of events) {
      seen.push(event);
      if (seen.length > 1) continue;
      expect(await api.call('interrupt', { agent_id: 'other' })).toEqual({ interrupted: [] });
      expect(await api.call('interrupt')).toEqual({ interrupted: ['a'] });
    }
    expect(seen.at(-1)).toMatchObject({ type: 'done', execution: { status: 'cancelled', variables_lost: false } });
    expect(await api.call('interrupt')).toEqual({ interrupted: [] });
  });

  test('of a sandbox that restarts ends, and the next one is told that variables are lost', async () => {
    await using api = openSandboxApi({ limits: { graceMs: 300 } });
    const events = await api.stream({ agent_id: 'a', code: 'print("on")\nsum(range(10 ** 12))' });
    const seen: unknown[] = [];
    for await (const event of events) {
      seen.push(event);
      if (seen.length === 1) expect(await api.call('restart')).toEqual({ ...evalStatus, sandbox_running: true });
    }
    expect(seen.at(-1)).toMatchObject({ type: 'done', execution: { status: 'cancelled', variables_lost: true } });
    await api.call('execute', { agent_id: 'a', code: 'x = 1' });
    await api.call('restart');
    expect(await api.call('execute', { agent_id: 'a', code: '2' })).toMatchObject({
      result: { 'text/plain': '2' },
      variables_lost: true,
      notices: ['Variables of earlier executions are lost: the sandbox was restarted.'],
    });
  });

  test('of a ninth agent ends the interpreter that was used longest ago', async () => {
    await using api = openSandboxApi({ limits: { maxLive: 2 } });
    for (const agent_id of ['a', 'b', 'c']) await api.call('execute', { agent_id, code: 'x = 1' });
    expect(await api.call('execute', { agent_id: 'c', code: 'x' })).toMatchObject({ variables_lost: false });
    expect(await api.call('execute', { agent_id: 'a', code: '1' })).toMatchObject({
      variables_lost: true,
      notices: ['Variables of earlier executions are lost: other agents needed the room.'],
    });
  });

  test('waits for room while all interpreters are in use', async () => {
    await using api = openSandboxApi({ limits: { maxLive: 1 } });
    const first = api.call('execute', { agent_id: 'a', code: 'import time\ntime.sleep(0.3)\n1' });
    const second = api.call('execute', { agent_id: 'b', code: '2' });
    expect(await Promise.all([first, second])).toMatchObject([
      { result: { 'text/plain': '1' } },
      { result: { 'text/plain': '2' } },
    ]);
  });

  test('waits for room beside others that wait, and none gets more than there is', async () => {
    await using api = openSandboxApi({ limits: { maxLive: 1 } });
    const code = 'import time\nstarted = time.time()\ntime.sleep(0.3)\n[started, time.time()]';
    const executions = await Promise.all(
      ['a', 'b', 'c'].map((agent) => api.manager.execute({ agentId: agent, owner: '' }, code)),
    );
    const times = executions.map(({ result }) => result?.['application/json'] as [number, number]);
    const inTurn = times.toSorted(([a], [b]) => a - b).flat();
    expect(inTurn).toEqual(inTurn.toSorted((a, b) => a - b));
  });

  test('ends its interpreter some time after its last use', async () => {
    await using api = openSandboxApi({ limits: { idleMs: 50 } });
    await api.call('execute', { agent_id: 'a', code: 'x = 1' });
    await expect.poll(() => api.call('status'), { timeout: 5000 }).toEqual(evalStatus);
    expect(await api.call('execute', { agent_id: 'a', code: '1' })).toMatchObject({
      notices: ['Variables of earlier executions are lost: it was not used for a while.'],
    });
  });

  test('of a deleted agent ends', async () => {
    await using api = openSandboxApi();
    const events = await api.stream({ agent_id: 'a', code: 'print("on")\nwhile True: pass' });
    const seen: unknown[] = [];
    for await (const event of events) {
      seen.push(event);
      if (seen.length === 1) await api.manager.closeAgent('a');
    }
    expect(seen.at(-1)).toMatchObject({ type: 'done', execution: { status: 'cancelled' } });
    expect(await api.call('status')).toEqual(evalStatus);
  });
});

describe('what a server gives to its sandboxes', () => {
  const python =
    'import json\nfrom _sandbox_bridge import call_sync, call_async\ndef call(**args): return json.loads(call_sync(json.dumps({"server": "s", "tool": "t", "arguments": args})))\n';

  test('counts, bounds and refuses tool calls in one place', async () => {
    let active = 0;
    let most = 0;
    const callTool = async ({ agentId }: { agentId: string }, server: string, tool: string, args: object) => {
      active += 1;
      most = Math.max(most, active);
      await new Promise((resolve) => setImmediate(resolve));
      active -= 1;
      return { success: true, result: { agentId, server, tool, args } } as const;
    };
    await using api = openSandboxApi({ host: { callTool }, limits: { maxCalls: 12, maxAtOnce: 3, maxResult: 1000 } });
    await api.call('execute', { agent_id: 'a', code: python });
    expect(await api.call('execute', { agent_id: 'a', code: 'call(n=1)' })).toMatchObject({
      result: {
        'application/json': { success: true, result: { agentId: 'a', server: 's', tool: 't', args: { n: 1 } } },
      },
      tool_calls: 1,
    });
    const many =
      'import asyncio\nr = json.dumps({"server": "s", "tool": "t", "arguments": {}})\nanswers = [json.loads(a) for a in await asyncio.gather(*[call_async(r) for _ in range(15)])]\n[a.get("kind", "ok") for a in answers]';
    expect(await api.call('execute', { agent_id: 'a', code: many })).toMatchObject({
      result: { 'application/json': [...Array(12).fill('ok'), ...Array(3).fill('limit')] },
      tool_calls: 12,
    });
    expect(most).toBe(3);
    expect(await api.call('execute', { agent_id: 'a', code: 'call(text="x" * 2000)["error"]' })).toMatchObject({
      result: { 'text/plain': "'The result of t is larger than 1000 characters'" },
    });
  });

  test('lets no call in from outside while no code runs', async () => {
    await using api = openSandboxApi();
    expect(
      await api.manager.callTool({ agentId: 'a', owner: '' }, 's', 't', {}, { signal: new AbortController().signal }),
    ).toEqual({
      success: false,
      kind: 'denied',
      error: 'No execution of this agent is running',
    });
  });

  test('gives each agent its modules and variables, and the new ones once they change', async () => {
    let version = 1;
    const host = {
      callTool: async () => ({ success: true }) as const,
      modules: async ({ agentId }: { agentId: string }) => ({
        version: String(version),
        modules: { 'given.py': `WHO = "${agentId}${version}"` },
      }),
      environment: async ({ agentId }: { agentId: string }) => ({ AGENT: agentId }),
    };
    await using api = openSandboxApi({ host });
    const code = 'import os\nfrom given import WHO\n[WHO, os.environ["AGENT"]]';
    expect(await api.call('execute', { agent_id: 'a', code })).toMatchObject({
      result: { 'application/json': ['a1', 'a'] },
    });
    version = 2;
    expect(await api.call('execute', { agent_id: 'a', code })).toMatchObject({
      result: { 'application/json': ['a2', 'a'] },
    });
    expect(await api.call('execute', { agent_id: 'b', code })).toMatchObject({
      result: { 'application/json': ['b2', 'b'] },
    });
  });
});

test('code is executed as a stream for who asks for events, and as one answer for everybody else', async () => {
  await using server = await startServer({ args: ['--local-eval-engine', 'python'] });
  await server.ok('POST', '/agents', { id: 'coder', name: 'Coder' });
  const execute = async (accept: string) => {
    const response = await fetch(`${server.url}/api/v1/agents/coder/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ code: 'print("a")' }),
    });
    return { type: response.headers.get('content-type'), text: await response.text() };
  };
  const { type, text } = await execute('text/event-stream');
  expect(type).toBe('text/event-stream; charset=utf-8');
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
  expect(events).toMatchObject([
    { type: 'stdout', text: 'a\n' },
    { type: 'done', execution: { status: 'ok', stdout: 'a\n' } },
  ]);
  for (const accept of ['*/*', 'application/json', 'application/json, text/event-stream']) {
    const answer = await execute(accept);
    expect(answer.type).toMatch(/^application\/json/);
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'ok', stdout: 'a\n' });
  }
});

test('an interpreter without isolation removes its folder also when its server is killed', async () => {
  await using temporary = await temporaryFolder();
  const environment = { TMPDIR: temporary.path };
  await using server = await startServer({ args: ['--local-eval-engine', 'python'], environment });
  await server.ok('POST', '/agents', { id: 'coder', name: 'Coder' });
  await server.ok('POST', '/agents/coder/execute', { code: 'open("kept.txt", "w").write("x")' });
  const folders = async () => (await readdir(temporary.path)).filter((name) => name.startsWith('agent-python-'));
  expect((await folders()).length).toBeGreaterThan(0);
  server.kill('SIGKILL');
  await server.ended;
  await until(async () => (await folders()).length === 0, 'the folders of the interpreters are gone');
});
