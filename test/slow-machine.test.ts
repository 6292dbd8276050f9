/** The server as it is on a machine with little processor time, and what it takes of a processor that nobody needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { createCpuQuota } from '../scripts/cpu-quota.ts';
import { startServerProcess } from '../scripts/server-process.ts';
import { openDataFolder } from './support/data-folder.ts';
import { until } from './support/processes.ts';
import { startServer } from './support/server.ts';
import { BUILT } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

vi.setConfig({ testTimeout: 300_000 });

/** Whether this machine lets us limit what a process gets of it, which takes root and a writable tree of control groups. */
const canLimit = await (async () => {
  try {
    await createCpuQuota(10)[Symbol.asyncDispose]();
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!canLimit)(
  'with a tenth of a core, the first question is answered with its tool, and code runs',
  async () => {
    await using quota = createCpuQuota(10);
    await using home = await temporaryFolder();
    await using server = await startServerProcess({
      entry: BUILT,
      args: ['--demo', '--data-dir', await openDataFolder(home.path), '--mcp-config', join(home.path, 'mcp.json')],
      environment: { PATH: process.env.PATH, HOME: home.path },
      within: quota.enter,
      startMs: 200_000,
    });
    const post = async (path: string, body: object) => {
      const response = await fetch(`${server.url}/api/v1/agents/demo/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return response.json();
    };
    expect(await post('prompt/sync', { message: 'What is 17 * 23?' })).toMatchObject({
      tool_calls: [{ name: 'toolbox__calculate', result: { value: 391 }, is_error: false }],
    });
    expect(await post('execute', { code: '6 * 7' })).toMatchObject({ status: 'ok', result: { 'text/plain': '42' } });
  },
);

/** How often a process has waited for something, on its main thread. */
const wakeUpsOf = (pid: number) =>
  Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

const WINDOW_MS = 2000;
const WINDOWS = 10;

test.skipIf(process.platform !== 'linux')('a server that nobody asks for anything sleeps', async () => {
  await using server = await startServer({ args: ['--demo'] });
  await until(
    async () => JSON.stringify((await server.call('GET', '/mcp/servers/toolbox')).body).includes('"running"'),
    'the toolbox runs',
  );
  await server.ok('POST', '/agents/demo/prompt/sync', { message: 'What is 17 * 23?' });
  // What it has been asked for makes it work for a while, such as to collect garbage.
  const counts: number[] = [];
  while (counts.length < WINDOWS && !counts.some((count) => count <= (3 * WINDOW_MS) / 1000)) {
    const before = wakeUpsOf(server.pid);
    await sleep(WINDOW_MS);
    counts.push(wakeUpsOf(server.pid) - before);
  }
  // It looks once a second whether its config file has changed, which takes two steps.
  expect(Math.min(...counts)).toBeLessThanOrEqual((3 * WINDOW_MS) / 1000);
});
