import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { own, ownFolder } from '../scripts/own.ts';
import { isAlive } from './support/processes.ts';

const script = `
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { own, ownFolder } from '${fileURLToPath(new URL('../scripts/own.ts', import.meta.url))}';
const folder = await ownFolder('agent-runtimes-test-');
const { value: child } = await own(
  () => spawn('sleep', ['600']),
  async (started) => {
    started.kill();
    if (started.exitCode === null && started.signalCode === null) await once(started, 'exit');
  },
);
console.log(JSON.stringify({ folder: folder.path, pid: child.pid }));
await once(child, 'exit');
await own(() => console.log('went on'), () => undefined);
`;

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('at %s a script leaves no process and no folder, and begins nothing new', async (signal, code) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const told = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('\n')) resolve();
    });
  });
  const ended = once(child, 'close');
  await told;
  const { folder, pid } = JSON.parse(output);
  expect([existsSync(folder), isAlive(pid)]).toEqual([true, true]);
  child.kill(signal);
  expect(await ended).toEqual([code, null]);
  expect([existsSync(folder), isAlive(pid), output.trim().split('\n').length]).toEqual([false, false, 1]);
});

test('what is disposed of ends once, and leaves no listener of a signal', async () => {
  const before = process.listenerCount('SIGTERM');
  const ends: string[] = [];
  const first = await own(
    () => 'first',
    (name) => ends.push(name),
  );
  const folder = await ownFolder('agent-runtimes-test-');
  expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  await first[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
  expect([ends, existsSync(folder.path), process.listenerCount('SIGTERM')]).toEqual([['first'], false, before]);
});
