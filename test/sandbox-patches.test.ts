/** Whatever code changes in its interpreter, what it comes to is told, and so is what the code after it comes to. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { missingJupyter, startJupyter } from '../scripts/jupyter-server.ts';
import { afterPatch, patches } from './fixtures/sandbox/patches.ts';
import { openSandboxApi } from './fixtures/sandbox/sandbox-api.ts';

// In CI its absence is a failure.
const isSkipped = missingJupyter !== undefined && !process.env.CI;
if (isSkipped) console.warn(`Tests with a Jupyter server are skipped: ${missingJupyter}`);

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

type Api = ReturnType<typeof openSandboxApi>;

describe('code in local-eval may change', () => {
  const api = openSandboxApi();
  afterAll(() => api[Symbol.asyncDispose]());
  test.each(patches)('%s', (title, code) => expectReports(api, title, code));

  test('how its outcome is told, and is told that', async () => {
    await expectToldAnyway(api);
    const shown = 'import _sandbox_bridge\n_sandbox_bridge.display("5")';
    expect(await api.call('execute', { agent_id: 'shower', code: shown })).toMatchObject({
      status: 'error',
      variables_lost: false,
      displays: [],
    });
  });

  test('nothing of the way to its host', async () => {
    const code = 'import _sandbox_bridge\n_sandbox_bridge.write = None';
    const answer = await api.call('execute', { agent_id: 'bridge', code });
    expect(answer).toMatchObject({ status: 'error', error: { message: expect.stringContaining('read only') } });
    expect(await api.call('execute', { agent_id: 'bridge', code: 'print(1)' })).toMatchObject({ stdout: '1\n' });
  });
});

describe('code in the python3 of this machine may change', () => {
  const api = openSandboxApi({ localEvalEngine: 'python' });
  afterAll(() => api[Symbol.asyncDispose]());
  test.each(patches)('%s', (title, code) => expectReports(api, title, code));
  test('how its outcome is told, and is told that', () => expectToldAnyway(api));
});

describe.skipIf(isSkipped)('code in a kernel may change', () => {
  const api = openSandboxApi();
  let jupyter: Awaited<ReturnType<typeof startJupyter>>;
  beforeAll(async () => {
    jupyter = await startJupyter();
    const { url, token } = jupyter;
    await api.call('configure', { variant: 'local-jupyter', jupyter_url: url, jupyter_token: token });
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    await jupyter[Symbol.asyncDispose]();
  });
  test.each(patches)('%s', (title, code) => expectReports(api, title, code));

  test('what shows errors, and its error is told', async () => {
    const run = (code: string) => api.call('execute', { agent_id: 'shower', code });
    await run('get_ipython().showtraceback = lambda *a, **k: None;');
    expect(await run('1 / 0')).toMatchObject({
      status: 'error',
      error: { name: 'ZeroDivisionError', message: 'division by zero' },
    });
  });
});

/** Runs the code of a patch and what is to come after it, in an interpreter of their own. */
async function expectReports(api: Api, title: string, code: string): Promise<void> {
  const run = (code: string, timeout = 20) => api.call('execute', { agent_id: title, code, timeout });
  expect(await run(`print("before")\n${code}`)).toMatchObject({
    status: 'ok',
    stdout: 'before\n',
    error: null,
    variables_lost: false,
  });
  for (const [after, expected] of afterPatch) {
    expect(await run(after)).toMatchObject({ variables_lost: false, ...expected });
  }
  expect(await run('while True: pass', 0.05)).toMatchObject({ status: 'timeout', variables_lost: false });
}

/** Runs code that has looked for what tells its outcome, and has changed it. */
async function expectToldAnyway(api: Api): Promise<void> {
  const run = (code: string) => api.call('execute', { agent_id: 'teller', code });
  const forge =
    'import sys\nsys._getframe(1).f_globals["json"] = type("json", (), {"dumps": lambda *a, **k: "patched"})';
  expect(await run(`kept = 1\n${forge}`)).toMatchObject({ status: 'error', error: { name: 'RuntimeError' } });
  expect(await run('kept')).toMatchObject({ status: 'error', variables_lost: false });
}
