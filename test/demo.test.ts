import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Runs the demo as a user would, with no variable of this machine but the path. */
async function runDemo(...args: string[]) {
  await using home = await temporaryFolder();
  const script = fileURLToPath(new URL('../scripts/demo.ts', import.meta.url));
  const environment = { PATH: process.env.PATH, HOME: home.path };
  return promisify(execFile)(process.execPath, [script, ...args], { env: environment, timeout: 19_000 });
}

test('the demo shows a question, the real call of a tool, its result and the answer, and ends well', async () => {
  const { stdout, stderr } = await runDemo();
  const lines = stdout.trim().split('\n');
  expect(lines.slice(0, 4)).toEqual([
    expect.stringMatching(/^server {3}listens on http:\/\/127\.0\.0\.1:\d+ after \d+ ms$/),
    'you      What is 17 * 23?',
    'calls    toolbox__calculate {"expression":"17 * 23"}',
    expect.stringMatching(/^result {3}.*391/),
  ]);
  expect(lines[4]).toMatch(/^agent {4}.*391/);
  expect(lines.at(-1)).toMatch(/^done {5}\d+ tokens read, \d+ written$/);
  expect(stderr).toBe('');
});

test('a demo without a tool call is a failure that says so', async () => {
  const failure = await runDemo('Hello!').catch((cause: unknown) => cause);
  expect(failure).toMatchObject({ code: 1, stderr: 'The demo failed: the agent called no tool\n' });
});
