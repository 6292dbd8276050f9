/** How sandboxes of local-eval start where that takes long. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { defaultLimits } from '../server/sandbox/limits.ts';
import { LocalEval } from '../server/sandbox/local-eval/local-eval.ts';
import { SnapshotCache } from '../server/sandbox/local-eval/snapshot-cache.ts';
import { openSandboxApi } from './fixtures/sandbox/sandbox-api.ts';
import { childrenOf, isAlive, until } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000 });

/** A folder in which no snapshot can be made, so that each start takes seconds. */
async function slowCache(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'file');
  await writeFile(path, 'in the way');
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test.skipIf(process.platform !== 'linux')(
  'an interpreter that is loading is waited for, however short the silence that it may keep',
  async () => {
    await using cache = await slowCache();
    await using stack = new AsyncDisposableStack();
    const limits = { ...defaultLimits, startMs: 700 };
    const python = stack.adopt(new LocalEval({ limits, snapshots: new SnapshotCache(cache.path) }), (one) =>
      one.close(),
    );
    const startedAt = performance.now();
    await python.start();
    expect(performance.now() - startedAt).toBeGreaterThan(700);
    expect(python.isRunning).toBe(true);
  },
);

test('a caller waits as long as its timeout says, and the next one finds the start further', async () => {
  await using cache = await slowCache();
  await using api = openSandboxApi({ cacheFolder: cache.path });
  const code = 'ran = globals().get("ran", 0) + 1\nran';
  expect(await api.call('execute', { agent_id: 'a', code, timeout: 0.05 })).toMatchObject({
    status: 'timeout',
    error: {
      name: 'TimeoutError',
      message: 'The sandbox was not ready within 0.05 s and goes on starting; the code has not run',
      traceback: '',
    },
    duration_ms: 0,
    tool_calls: 0,
    variables_lost: false,
    variant: 'local-eval',
  });
  expect(api.manager.status().sandbox_running).toBe(true);
  expect(await api.call('execute', { agent_id: 'a', code })).toMatchObject({
    status: 'ok',
    result: { 'text/plain': '1' },
    notices: [],
  });
});

test('a start goes on when its caller leaves, and ends with its agent', async () => {
  await using cache = await slowCache();
  await using api = openSandboxApi({ cacheFolder: cache.path });
  const leave = new AbortController();
  const left = api.manager.execute({ agentId: 'a', owner: '' }, '1', { signal: leave.signal });
  await expect.poll(() => api.manager.status().sandbox_running).toBe(true);
  leave.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  expect(api.manager.status().sandbox_running).toBe(true);
  await api.manager.closeAgent('a');
  expect(api.manager.status().sandbox_running).toBe(false);
});

test.skipIf(process.platform !== 'linux')(
  'a snapshot that is being made when everything is closed leaves no process and no folder',
  async () => {
    await using cache = await temporaryFolder();
    await using api = openSandboxApi({ cacheFolder: cache.path });
    const before = childrenOf(process.pid);
    const making = () => childrenOf(process.pid).filter((pid) => !before.includes(pid));
    const prepared = api.manager.prepare();
    await until(() => making().length > 0, 'a process makes the snapshot');
    const [pid = 0] = making();
    await api.manager.close();
    await prepared;
    expect([isAlive(pid), await readdir(cache.path)]).toEqual([false, []]);
  },
);
