/** What `npm ci` and `npm start` do on a machine whose Node is too old. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { otherNode } from './support/other-node.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PINNED = packageJson.devDependencies.node;
const old = await otherNode('20.19.0');

/** Runs the script in a folder until it ends. */
function run(node: string, folder: string, args: readonly string[], environment: Record<string, string> = {}) {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...environment };
    execFile(node, ['scripts/with-node.js', ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

/** A clone that has installed nothing. */
async function createClone() {
  const folder = await temporaryFolder();
  for (const path of ['package.json', 'scripts/with-node.js', 'scripts/prepare.js'])
    await cp(join(ROOT, path), join(folder.path, path));
  return folder;
}

test('an older Node hands over to the one that is installed, with arguments and exit code', async () => {
  const program = 'console.log(process.version, ...process.argv.slice(1)); process.exit(7)';
  const answer = { code: 7, stdout: `v${PINNED} a b c\n`, stderr: '' };
  expect(await run(old, ROOT, ['-e', program, 'a', 'b c'])).toEqual(answer);
});

test('a Node that is new enough runs the program itself, which sees its own arguments', async () => {
  await using clone = await createClone();
  await writeFile(join(clone.path, 'program.mjs'), 'console.log(process.version, ...process.argv.slice(2))');
  const answer = { code: 0, stdout: `${process.version} --port 0\n`, stderr: '' };
  expect(await run(process.execPath, clone.path, ['program.mjs', '--port', '0'])).toEqual(answer);
});

test('where none is installed, the one that was fetched before is used', async () => {
  await using clone = await createClone();
  const cache = join(clone.path, '.cache', 'agent-runtimes', `node-${PINNED}`);
  await mkdir(cache, { recursive: true });
  await symlink(process.execPath, join(cache, 'node'));
  const answer = { code: 0, stdout: `${process.version}\n`, stderr: '' };
  expect(await run(old, clone.path, ['-p', 'process.version'], { HOME: clone.path })).toEqual(answer);
});

test('where none can be fetched, it says what to install', async () => {
  await using clone = await createClone();
  const offline = { npm_config_offline: 'true', npm_config_cache: join(clone.path, 'npm') };
  const ended = await run(old, clone.path, ['-p', '1'], { HOME: clone.path, ...offline });
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  const [first, ...rest] = Object(ended).stderr.trim().split('\n');
  expect(first).toMatch(/^This is Node v20\.19\.0\. Node [\d.]+ is fetched once into .+ \(about 60 MB\) \.\.\.$/);
  expect(rest.at(-1)).toBe(`Node ${PINNED} could not be fetched. Install Node 24 or newer, and try again.`);
});

test('an installation without the bundler succeeds, and says that the sources will run', async () => {
  await using clone = await createClone();
  expect(await run(process.execPath, clone.path, ['scripts/prepare.js'])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'npm has left out what builds the server, for the Node it ran on: `npm start` runs the sources.\n',
  });
});

test('a signal reaches the program', async () => {
  const program = "process.once('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('up')";
  const child = spawn(old, ['scripts/with-node.js', '-e', program], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([5, null]);
});
