/** Where the log is written: to readers who are late, who do not read, and who leave. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMPILE_CACHE } from '../scripts/server-process.ts';
import { LogOutput } from '../server/http/log-output.ts';
import { until } from './support/processes.ts';
import { BUILT } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

/** A pipe that takes 64 kB until it is read. */
async function openPipe() {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, O_RDONLY | O_NONBLOCK);
  const writer = openSync(path, O_WRONLY | O_NONBLOCK);
  let isRead = true;
  const leave = () => {
    if (isRead) closeSync(reader);
    isRead = false;
  };
  return {
    writer,
    leave,
    /** What is in it now. */
    read(): string {
      const bytes = Buffer.alloc(1024 * 1024);
      try {
        return bytes.toString('utf8', 0, readSync(reader, bytes));
      } catch {
        return '';
      }
    },
    async [Symbol.asyncDispose]() {
      leave();
      closeSync(writer);
      await folder[Symbol.asyncDispose]();
    },
  };
}

const lines = (count: number) => Array.from({ length: count }, (_, index) => `${index} ${'x'.repeat(100)} ä\n`);

test('every line comes, whole and in order, to a reader that reads late', async () => {
  await using pipe = await openPipe();
  const output = new LogOutput(pipe.writer);
  const all = lines(5000);
  for (const line of all) output.write(line);
  let came = '';
  await until(() => {
    came += pipe.read();
    return came.length >= all.join('').length;
  }, 'all is read');
  expect(came).toBe(all.join(''));
});

test('what waits at the end is written then', async () => {
  await using pipe = await openPipe();
  const output = new LogOutput(pipe.writer);
  output.write('one\n');
  output.write('two\n');
  output.flushSync();
  output.flushSync();
  expect(pipe.read()).toBe('one\ntwo\n');
});

test('the end waits for no reader that does not read', async () => {
  await using pipe = await openPipe();
  const output = new LogOutput(pipe.writer, { silenceMs: 200 });
  for (const line of lines(5000)) output.write(line);
  output.flushSync();
  expect(pipe.read().length).toBeGreaterThan(60_000);
});

test('nor for one that has left', async () => {
  await using pipe = await openPipe();
  const output = new LogOutput(pipe.writer, { silenceMs: 600_000 });
  pipe.leave();
  const say = () => {
    for (const line of lines(10)) output.write(line);
    output.flushSync();
  };
  expect(say).not.toThrow();
  expect(say).not.toThrow();
});

test('lines that are too many for a reader that does not read are left out, and counted', async () => {
  await using pipe = await openPipe();
  const output = new LogOutput(pipe.writer, { maxWaiting: 1000 });
  for (const line of lines(20)) output.write(line);
  output.flushSync();
  const [left = '', ...kept] = pipe.read().trim().split('\n').toReversed();
  expect(kept.toReversed().join('\n')).toBe(lines(9).join('').trim());
  expect(JSON.parse(left)).toMatchObject({ level: 40, msg: '11 lines of the log are left out: nobody read it' });
});

test.each([
  ['goes on, and ends when it is told to', 3],
  ['ends when it is told to at once', 0],
])('a server whose output nobody reads any more %s', { timeout: 90_000 }, async (_, requests) => {
  await using home = await temporaryFolder();
  const environment = { PATH: process.env.PATH, HOME: home.path, NODE_COMPILE_CACHE: COMPILE_CACHE };
  const child = spawn(process.execPath, [BUILT, '--port', '0'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // One that does not end is ended, and fails.
    ...{ timeout: 60_000, killSignal: 'SIGKILL' },
  });
  try {
    let said = '';
    for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      said += text;
      if (/http:\/\/127\.0\.0\.1:\d+/.test(said)) break;
    }
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
    child.stdout.destroy();
    child.stderr.destroy();
    for (let count = 0; count < requests; count++) expect((await fetch(`${url}/api/v1/agents`)).status).toBe(200);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});
