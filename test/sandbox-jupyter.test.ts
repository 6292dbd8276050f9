import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { missingJupyter, startJupyter } from '../scripts/jupyter-server.ts';
import { expectResponsive, probeHealth } from './fixtures/sandbox/health-probe.ts';
import { openSandboxApi } from './fixtures/sandbox/sandbox-api.ts';
import { childrenOf } from './support/processes.ts';

// In CI its absence is a failure.
const isSkipped = missingJupyter !== undefined && !process.env.CI;
if (isSkipped) console.warn(`Tests with a Jupyter server are skipped: ${missingJupyter}`);

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000 });

type Api = ReturnType<typeof openSandboxApi>;
type Jupyter = Awaited<ReturnType<typeof startJupyter>>;

const configure = (api: Api, { url, token }: Pick<Jupyter, 'url' | 'token'>, more: object = {}) =>
  api.call('configure', { variant: 'local-jupyter', jupyter_url: url, jupyter_token: token, ...more });
const run = (api: Api, code: string, { agent = 'a', timeout = 15 } = {}) =>
  api.call('execute', { agent_id: agent, code, timeout });

describe.skipIf(isSkipped)('a Jupyter sandbox', () => {
  let jupyter: Jupyter;
  beforeAll(async () => {
    jupyter = await startJupyter();
  });
  afterAll(() => jupyter[Symbol.asyncDispose]());

  test('runs code in a kernel of its agent and ends the kernel with the server', async () => {
    {
      await using api = openSandboxApi();
      expect(await configure(api, jupyter)).toEqual({
        variant: 'local-jupyter',
        jupyter_url: jupyter.url,
        jupyter_token_set: true,
        sandbox_running: false,
      });
      expect(await jupyter.kernels()).toEqual([]);
      expect(await run(api, 'x = "ä😀"\nprint("hello")\nx')).toEqual({
        execution_id: expect.any(String),
        status: 'ok',
        stdout: 'hello\n',
        stderr: '',
        result: { 'text/plain': "'ä😀'" },
        displays: [],
        error: null,
        exit_code: null,
        duration_ms: expect.any(Number),
        queued_ms: expect.any(Number),
        variables_lost: false,
        truncated: false,
        tool_calls: 0,
        notices: [],
        variant: 'local-jupyter',
      });
      expect(await run(api, 'x')).toMatchObject({ result: { 'text/plain': "'ä😀'" }, variables_lost: false });
      expect(await run(api, 'x', { agent: 'b' })).toMatchObject({ status: 'error', error: { name: 'NameError' } });
      expect(await jupyter.kernels()).toHaveLength(2);
      expect(await api.call('status')).toMatchObject({ sandbox_running: true });
      expect(JSON.stringify(api.logged)).not.toContain(jupyter.token);
    }
    expect(await jupyter.kernels()).toEqual([]);
  });

  test('streams output, shows values by mime type, and strips colours from tracebacks', async () => {
    await using api = openSandboxApi();
    await configure(api, jupyter);
    const code =
      'class P:\n    def _repr_png_(self): return b"\\x89PNG"\n    def __repr__(self): return "P()"\nprint("a")\ndisplay(P())\nP()';
    const events: unknown[] = [];
    for await (const event of await api.stream({ agent_id: 'a', code })) events.push(event);
    expect(events).toMatchObject([
      { type: 'stdout', text: 'a\n' },
      { type: 'display', data: { 'text/plain': 'P()', 'image/png': 'iVBORw==' } },
      { type: 'done', execution: { result: { 'text/plain': 'P()', 'image/png': 'iVBORw==' } } },
    ]);
    const failed = await run(api, 'def f():\n    return 1 / 0\nf()');
    expect(failed).toMatchObject({
      status: 'error',
      error: { name: 'ZeroDivisionError', message: 'division by zero' },
    });
    expect(JSON.stringify(failed)).not.toContain('u001b');
    // The kernel drops what comes within a moment after an error, unless told otherwise.
    expect(await run(api, '1')).toMatchObject({ status: 'ok', result: { 'text/plain': '1' } });
    expect(await run(api, 'input()')).toMatchObject({ error: { name: 'EOFError' } });
    expect(await run(api, 'import sys\nsys.exit(3)')).toMatchObject({
      status: 'exit',
      exit_code: 3,
      error: null,
      stderr: '',
    });
    expect(await run(api, 'await __import__("asyncio").sleep(0, 5)')).toMatchObject({ result: { 'text/plain': '5' } });
  });

  test('interrupts code at its time limit or on request, and ends a kernel that resists', async () => {
    await using api = openSandboxApi({ limits: { kernelGraceMs: 1000 } });
    await configure(api, jupyter);
    await run(api, 'x = 7');
    expect(await run(api, 'while True: pass', { timeout: 0.3 })).toMatchObject({
      status: 'timeout',
      error: { name: 'TimeoutError', message: 'The code ran longer than 0.3 s and was stopped' },
      variables_lost: false,
    });
    for await (const event of await api.stream({ agent_id: 'a', code: 'print("on")\nimport time\ntime.sleep(60)' })) {
      if (JSON.stringify(event).includes('"stdout","text"')) await api.call('interrupt', { agent_id: 'a' });
      else expect(event).toMatchObject({ type: 'done', execution: { status: 'cancelled', variables_lost: false } });
    }
    expect(await run(api, 'x')).toMatchObject({ result: { 'text/plain': '7' } });
    const resisting = 'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass';
    expect(await run(api, resisting, { timeout: 0.3 })).toMatchObject({
      status: 'timeout',
      variables_lost: true,
      notices: ['The kernel was lost (it did not react to the interrupt): all variables are lost.'],
    });
    expect(await run(api, '"x" in globals()')).toMatchObject({ result: { 'text/plain': 'False' } });
    await expect.poll(() => jupyter.kernels(), { timeout: 15_000 }).toHaveLength(1);
  });

  test('interrupts code that its time limit or a caller overtakes before it begins', async () => {
    await using api = openSandboxApi();
    await configure(api, jupyter);
    await run(api, 'x = 7');
    expect(await run(api, 'while True: pass', { timeout: 0.001 })).toMatchObject({
      status: 'timeout',
      variables_lost: false,
    });
    expect(await run(api, 'x')).toMatchObject({ result: { 'text/plain': '7' } });
  });

  test('starts a second kernel beside one that hangs while it starts, and ends that one', async () => {
    await using api = openSandboxApi({ limits: { kernelLateMs: 3000 } });
    await configure(api, jupyter);
    const before = new Set(childrenOf(jupyter.pid));
    const running = run(api, '"ready"', { timeout: 45 });
    // Not before it is the kernel: until then its server stands still with it.
    const isKernel = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('ipykernel');
    const hanging = await vi.waitUntil(() => childrenOf(jupyter.pid).find((pid) => !before.has(pid) && isKernel(pid)), {
      timeout: 15_000,
      interval: 5,
    });
    process.kill(hanging, 'SIGSTOP');
    expect(await running).toMatchObject({ status: 'ok', result: { 'text/plain': "'ready'" } });
    expect(api.logged).toContain('A kernel has not started in time; a second one is started beside it');
    await expect.poll(() => childrenOf(jupyter.pid), { timeout: 15_000 }).not.toContain(hanging);
    await expect.poll(() => jupyter.kernels()).toHaveLength(1);
  });

  test('tells that variables are lost when its kernel is killed, running or idle', async () => {
    await using api = openSandboxApi();
    await configure(api, jupyter);
    await run(api, 'x = 1');
    expect(await run(api, 'import os\nos.kill(os.getpid(), 9)')).toMatchObject({
      status: 'killed',
      error: { name: 'SandboxKilled', message: 'The kernel was lost: the kernel died' },
      variables_lost: true,
    });
    const pid = await run(api, 'import os\nos.getpid()');
    expect(pid).toMatchObject({ status: 'ok', variables_lost: false });
    process.kill(Number(Object(pid).result['text/plain']), 'SIGKILL');
    await expect.poll(() => api.call('status'), { timeout: 10_000 }).toMatchObject({ sandbox_running: false });
    expect(await run(api, '1')).toMatchObject({
      result: { 'text/plain': '1' },
      variables_lost: true,
      notices: ['Variables of earlier executions are lost: the interpreter had ended.'],
    });
  });

  test('survives its server: names the step while it is away, and goes on when it is back', async () => {
    await using jupyter = await startJupyter();
    await using api = openSandboxApi({ limits: { serverLostMs: 1000 } });
    await configure(api, jupyter);
    await run(api, 'x = 1');
    await using health = await probeHealth();
    const seen: unknown[] = [];
    for await (const event of await api.stream({ agent_id: 'a', code: 'print("on")\nimport time\ntime.sleep(60)' })) {
      seen.push(event);
      if (seen.length === 1) await jupyter.kill();
    }
    expect(seen).toMatchObject([
      { type: 'stdout', text: 'on\n' },
      {
        type: 'done',
        execution: {
          status: 'killed',
          error: { message: 'The kernel was lost: the Jupyter server is out of reach' },
          variables_lost: true,
        },
      },
    ]);
    expect(await run(api, '1')).toEqual({
      detail: `The Jupyter server at 127.0.0.1:${jupyter.port} is not reachable (ECONNREFUSED)`,
      status_code: 502,
      code: 'sandbox-unavailable',
    });
    await using again = await startJupyter({ port: jupyter.port });
    expect(await run(api, '2')).toMatchObject({ result: { 'text/plain': '2' } });
    expect(await again.kernels()).toHaveLength(1);
    await expectResponsive(health);
  });

  test('names a refused token, and takes the right one', async () => {
    await using api = openSandboxApi();
    await configure(api, { ...jupyter, token: 'wrong-canary' });
    const refused = await run(api, '1');
    expect(refused).toEqual({
      detail: `The Jupyter server at 127.0.0.1:${jupyter.port} refused the token (HTTP 403)`,
      status_code: 502,
      code: 'sandbox-unavailable',
    });
    expect(await configure(api, { ...jupyter, token: '' }, { verify: true })).toMatchObject({ status_code: 502 });
    expect(await configure(api, jupyter, { verify: true })).toMatchObject({ sandbox_running: true });
    expect(await run(api, '1')).toMatchObject({ result: { 'text/plain': '1' } });
    expect(await jupyter.kernels()).toHaveLength(1);
    expect(JSON.stringify(api.logged)).not.toMatch(/wrong-canary|tok-canary/);
  });

  test('is switched to between two executions: the running one ends where it is', async () => {
    await using api = openSandboxApi();
    const first = api.stream({ agent_id: 'a', code: 'x = 1\nprint("on")\nimport time\ntime.sleep(0.5)\nx' });
    let last: unknown;
    for await (const event of await first) {
      last = event;
      if (JSON.stringify(event).includes('"on')) await configure(api, jupyter);
    }
    expect(last).toMatchObject({ execution: { status: 'ok', variant: 'local-eval', result: { 'text/plain': '1' } } });
    expect(await run(api, 'import sys\n"x" in globals(), sys.platform')).toMatchObject({
      variant: 'local-jupyter',
      result: { 'text/plain': `(False, '${process.platform}')` },
      variables_lost: true,
      notices: ['Variables of earlier executions are lost: the sandbox was reconfigured.'],
    });
  });

  test('stays one kernel when it is configured twenty times at once', async () => {
    await using api = openSandboxApi();
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => configure(api, jupyter, { verify: true })),
      run(api, '1'),
    ]);
    expect(answers.slice(0, 20)).toEqual(
      Array(20).fill(expect.objectContaining({ variant: 'local-jupyter', sandbox_running: true })),
    );
    await run(api, '1');
    await expect.poll(() => jupyter.kernels(), { timeout: 10_000 }).toHaveLength(1);
  });

  test('sweeps the kernels that a killed server of the same name left behind, and no other', async () => {
    await jupyter.startSession('agent-runtimes/test/0000/left-behind');
    await jupyter.startSession('agent-runtimes/other/0000/in-use');
    await jupyter.startSession('notebook.ipynb');
    await using api = openSandboxApi();
    await configure(api, jupyter);
    await run(api, '1');
    const paths = (await jupyter.sessions()).map(({ path }) => path?.replace(/test\/.*/, 'test/…'));
    expect(paths.toSorted()).toEqual(['agent-runtimes/other/0000/in-use', 'agent-runtimes/test/…', 'notebook.ipynb']);
  });

  test('bounds output, whether the server drops it or it comes', async () => {
    await using api = openSandboxApi({ limits: { maxOutput: 10_000 } });
    await configure(api, jupyter);
    await run(api, '0');
    await using health = await probeHealth();
    expect(await run(api, 'print("x" * 50_000_000)')).toMatchObject({
      truncated: true,
      notices: ['The Jupyter server dropped output: its rate limit was exceeded.'],
    });
    expect(await run(api, 'display({"image/png": "y" * 40_000_000}, raw=True)')).toMatchObject({
      status: 'killed',
      notices: ['The kernel was lost (a message of the kernel was larger than 16 MB): all variables are lost.'],
    });
    const flood = await run(api, 'while True: print("z" * 100, flush=True)', { timeout: 10 });
    expect(flood).toMatchObject({ truncated: true });
    expect(Object(flood).stdout.length + Object(flood).stderr.length).toBe(10_000);
    await expectResponsive(health);
  });

  test('has the modules and variables it is given, also after its kernel died', async () => {
    let version = '1';
    const host = {
      callTool: async () => ({ success: true }) as const,
      modules: async () => ({
        version,
        modules: { 'given/__init__.py': '', 'given/who.py': `WHO = "ä😀 \\"'''${version}"` },
      }),
      environment: async ({ agentId }: { agentId: string }) => ({ AGENT: `${agentId}"😀` }),
    };
    await using api = openSandboxApi({ host });
    await configure(api, jupyter);
    const code =
      'import os, json\nfrom given.who import WHO\nprint(json.dumps([WHO, os.environ["AGENT"]], ensure_ascii=False))';
    expect(await run(api, code)).toMatchObject({ stdout: `["ä😀 \\"'''1", "a\\"😀"]\n` });
    version = '2';
    expect(await run(api, code)).toMatchObject({ stdout: `["ä😀 \\"'''2", "a\\"😀"]\n` });
    await run(api, 'import os\nos._exit(1)');
    expect(await run(api, code)).toMatchObject({ stdout: `["ä😀 \\"'''2", "a\\"😀"]\n` });
    expect(await run(api, '[name for name in globals() if "modules" in name or name == "_json"]')).toMatchObject({
      result: { 'text/plain': '[]' },
    });
  });
});
