/**
 * Shows how the server fares on a slow machine: `node scripts/slow-machine.ts [percent]` runs it with 10 % of one core, or so many, asks
 * the question of the README, has the agent run code, and prints how long each took. Fails when one does not come out right.
 */
import { join } from 'node:path';
import { createCpuQuota } from './cpu-quota.ts';
import { own, ownFolder } from './own.ts';
import { startServerProcess } from './server-process.ts';

const START_MS = 15 * 60_000;
const percent = Number(process.argv[2] ?? 10);

await using folder = await ownFolder('agent-runtimes-slow-');
try {
  await measure(folder.path);
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : String(cause));
  process.exitCode = 1;
}

async function measure(home: string): Promise<void> {
  await using quota = await own(
    () => createCpuQuota(percent),
    (made) => made[Symbol.asyncDispose](),
  );
  console.log(`${percent} % of one core`);
  await using server = await timed('listens', () =>
    startServerProcess({
      args: ['--demo', '--data-dir', join(home, 'data'), '--mcp-config', join(home, 'mcp.json'), '--log-level', 'warn'],
      // Nothing is compiled yet, as on a machine that has never run it.
      environment: { PATH: process.env.PATH, HOME: home, NODE_COMPILE_CACHE: join(home, 'compiled') },
      within: quota.value.enter,
      startMs: START_MS,
    }),
  );
  const post = async (path: string, body: object) => {
    const response = await fetch(`${server.url}/api/v1/agents/demo/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.text();
  };
  await expect('answers with its tool', '"name":"toolbox__calculate"', () =>
    post('prompt', { message: 'What is 17 * 23?' }),
  );
  await expect('runs code', '{"text/plain":"42"}', () => post('execute', { code: '6 * 7' }));
  await expect('runs more code', '{"text/plain":"43"}', () => post('execute', { code: '43' }));
}

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  const result = await work();
  console.log(`${what.padEnd(22)} after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
}

async function expect(what: string, part: string, ask: () => Promise<string>): Promise<void> {
  const answer = await timed(what, ask);
  if (!answer.includes(part)) throw new Error(`It did not: ${answer.slice(0, 2000)}`);
}
