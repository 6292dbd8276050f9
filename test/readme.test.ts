import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import type { ServerProcess } from '../scripts/server-process.ts';
import { openPage } from './support/chat-page.mjs';
import { readCodeBlocks } from './support/code-blocks.ts';
import { startCommand } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const blocks = await readCodeBlocks('README.md');
const shell = blocks.filter(({ language }) => language === 'sh');
const curls = shell.filter(({ code }) => code.startsWith('curl '));
const commands = shell.filter(({ code }) => !code.startsWith('curl '));
const programs = blocks.filter(({ language }) => language === 'ts');
const components = blocks.filter(({ language }) => language === 'tsx');

test('the README has a command, a curl and a typed call, and no block that is not run here', () => {
  expect([commands.length > 0, curls.length > 0, programs.length > 0]).toEqual([true, true, true]);
  expect(blocks.filter(({ language }) => !['sh', 'ts', 'tsx', 'json'].includes(language))).toEqual([]);
});

const text = await readFile('README.md', 'utf8');

test('the README says of each dependency why it is there', () => {
  const table = /^## Dependencies\n(.*?)^## /ms.exec(text)?.[1] ?? '';
  const named = [...table.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  const isNamed = (name: string) =>
    named.some((one) => one === name || (one.endsWith('/*') && name.startsWith(one.slice(0, -1))));
  expect(Object.keys(packageJson.dependencies).filter((name) => !isNamed(name))).toEqual([]);
});

test('the README names no script that is not there', () => {
  const named = [...text.matchAll(/(?:^|`|&& )npm (?:run )?([a-z][a-z:-]*)/gm)].map(([, name = '']) => name);
  const known = [...Object.keys(packageJson.scripts), 'ci', 'pack', 'publish', 'audit'];
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
  expect(commands.map(({ code }) => code)).toEqual(['npm ci --omit=dev && npm start\n', 'npm ci && npm test\n']);
});

test('the README says of each package what its installation is held to', async () => {
  const { LIMITS } = await import('../scripts/install-size.ts');
  const limits = Object.values(LIMITS).map(({ packages, megabytes }) => `${packages} packages, ${megabytes} MB`);
  expect([...text.matchAll(/\| (\d+ packages, \d+ MB) \|/g)].map(([, said]) => said)).toEqual(limits);
});

describe('against a server with the demo agent', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startCommand({ args: ['--demo'] });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const here = (code: string) => code.replaceAll(/http:\/\/(localhost|127\.0\.0\.1):8765/g, server.url);

  test.each(curls)('the curl on line $line succeeds', async ({ code }) => {
    // -f makes curl fail on an error status.
    const command = here(code).replaceAll(/^curl /gm, 'curl -sSf --max-time 15 ');
    const { stdout } = await promisify(execFile)('sh', ['-ec', command], { timeout: 18_000 });
    expect(stdout.trim()).not.toBe('');
    expect(stdout).not.toContain('"type":"error"');
  });

  test.each(programs)('the program on line $line runs to its end', async ({ code }) => {
    await using folder = await temporaryFolder();
    const source = (name: string) => new URL(`../client/${name}.ts`, import.meta.url).href;
    const program = here(code)
      .replaceAll("'agent-runtimes/client'", `'${source('index')}'`)
      .replaceAll("'agent-runtimes/client/rest'", `'${source('rest')}'`)
      .replaceAll("'openai'", `'${import.meta.resolve('openai')}'`);
    const file = join(folder.path, 'program.ts');
    await writeFile(file, program);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 18_000 });
    expect(stderr).toBe('');
    expect(stdout.trim()).not.toBe('');
  });

  test.each(components)('the page on line $line shows the call of a tool and the answer', async ({ code }) => {
    await using folder = await temporaryFolder(join(import.meta.dirname, '../node_modules'));
    const client = new URL('../client/index.ts', import.meta.url).href;
    const file = join(folder.path, 'page.tsx');
    const source = here(code).replaceAll("'agent-runtimes/client'", `'${client}'`);
    const built = await transformWithOxc(source, file, { jsx: { runtime: 'automatic' } });
    await writeFile(join(folder.path, 'page.mjs'), built.code);
    const { default: Chat } = await import(join(folder.path, 'page.mjs'));
    {
      await using page = openPage(Chat, { id: 'page' });
      await expect.poll(() => page.text).toContain('Stop');
      page.type('What is 17 * 23?');
      await expect.poll(() => page.text).toContain('Stop');
      page.submit();
      await expect.poll(() => page.text, { timeout: 15_000 }).toContain('391');
      expect(page.text).toContain('toolbox__calculate: output-available');
    }
  });
});
