/** What interpreters start from, kept on disk. */
import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { nameProcess } from '../server/async/process-name.ts';
import { defaultLimits } from '../server/sandbox/limits.ts';
import { LocalEval } from '../server/sandbox/local-eval/local-eval.ts';
import { SnapshotCache } from '../server/sandbox/local-eval/snapshot-cache.ts';
import { toUnfinished } from '../server/sandbox/local-eval/unfinished-folders.ts';
import { snapshotFolder } from './support/data-folder.ts';
import { until } from './support/processes.ts';
import { startServer } from './support/server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// A snapshot takes some seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

test('is made once, an interpreter starts from it, and the oldest of many versions go', async () => {
  await using folder = await temporaryFolder();
  const versions = ['1', '2', '3', '4', '5', '6'].map((digit) => `python-${digit.repeat(16)}`);
  for (const [day, name] of versions.entries()) {
    await mkdir(join(folder.path, name));
    await utimes(join(folder.path, name), day, day);
  }
  const snapshots = new SnapshotCache(folder.path);
  const made = await snapshots.find();
  expect(await new SnapshotCache(folder.path).find()).toBe(made);
  expect(await readdir(folder.path)).toEqual([...versions.slice(3), basename(made ?? '')].sort());

  await using stack = new AsyncDisposableStack();
  const limits = { ...defaultLimits, startMs: 60_000 };
  const python = stack.adopt(new LocalEval({ limits, snapshots }), (one) => one.close());
  await python.start();
  expect(await snapshots.find()).toBe(made);
});

/** A cache of its own that holds the snapshot which all tests share, and the folder of that. */
async function copyCache(): Promise<{ snapshots: SnapshotCache; folder: string } & AsyncDisposable> {
  const shared = await new SnapshotCache(snapshotFolder).find();
  if (shared === undefined) throw new Error('There is no snapshot');
  const home = await temporaryFolder();
  const folder = join(await realpath(home.path), basename(shared));
  await cp(shared, folder, { recursive: true });
  return {
    snapshots: new SnapshotCache(home.path),
    folder,
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

test('one that could not be made is tried anew the next time', async () => {
  await using shared = await copyCache();
  await using home = await temporaryFolder();
  const place = join(home.path, 'cache');
  await writeFile(place, 'in the way');
  const snapshots = new SnapshotCache(place);
  expect(await snapshots.find()).toBeUndefined();
  await rm(place);
  await cp(join(shared.folder, '..'), place, { recursive: true });
  expect(await snapshots.find()).toBe(join(await realpath(place), basename(shared.folder)));
});

test('one on which an interpreter crashes is removed, and the interpreter comes up without it', async () => {
  await using copy = await copyCache();
  await writeFile(join(copy.folder, 'memory.snapshot'), 'no snapshot');
  await using stack = new AsyncDisposableStack();
  const python = stack.adopt(new LocalEval({ limits: defaultLimits, snapshots: copy.snapshots }), (one) => one.close());
  await python.start();
  expect(python.isRunning).toBe(true);
  expect(await readdir(join(copy.folder, '..'))).toEqual([]);
});

test('one is kept when a start from it was only too slow', async () => {
  await using copy = await copyCache();
  const limits = { ...defaultLimits, startMs: 100, startTotalMs: 20 };
  const python = new LocalEval({ limits, snapshots: copy.snapshots });
  await expect(python.start()).rejects.toMatchObject({
    code: 'sandbox-unavailable',
    message: 'The Python process did not start: it was not ready within 0.02 s',
  });
  await python.close();
  expect(await copy.snapshots.find()).toBe(copy.folder);
  expect(await readdir(copy.folder)).toContain('memory.snapshot');
});

const DEAD = 2 ** 22 - 1;

test('what a process has begun to make is swept once that process is gone, and not what one that lives is making', async () => {
  await using folder = await temporaryFolder();
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => void stranger.kill('SIGKILL'));
  const { pid = 0, startTime = '' } = nameProcess(stranger.pid ?? 0) ?? {};
  const version = `python-${'a'.repeat(16)}`;
  const kept = [
    version,
    basename(toUnfinished(version)),
    `${version}.${pid}-${startTime}.tmp`,
    `${version}.${pid}.tmp`, // of an older version of this server, which may be running
    'python-notes.1.tmp',
  ];
  const left = [
    `${version}.${DEAD}-1.tmp`,
    `${version}.${DEAD}.tmp`,
    `${version}.${pid}-1.tmp`, // of one that had the number before
    `${version}.${process.pid}-1.tmp`,
    `${version}.${process.pid}.tmp`,
  ];
  for (const name of [...kept, ...left]) {
    await mkdir(join(folder.path, name));
    await writeFile(join(folder.path, name, 'memory.snapshot'), 'half');
  }
  await new SnapshotCache(folder.path).sweep();
  expect(await readdir(folder.path)).toEqual(kept.toSorted());
  await new SnapshotCache(join(folder.path, 'none')).sweep();
});

test('a server that was killed while it made one leaves a folder, which the next one to start removes', async () => {
  await using home = await temporaryFolder();
  const cache = join(home.path, 'data', 'cache');
  // Not the cache that tests share: there it is made already.
  await mkdir(cache, { recursive: true });
  const unfinished = async () => (await readdir(cache)).filter((name) => name.endsWith('.tmp'));
  const before = await startServer({ home: home.path, args: ['--codemode'] });
  await until(async () => (await unfinished()).length > 0, 'a snapshot is being made');
  before.kill('SIGKILL');
  await before.ended;
  const left = await unfinished();
  expect(left).toHaveLength(1);
  await using after = await startServer({ home: home.path });
  await after.ok('GET', '/agents');
  expect(await unfinished()).toEqual([]);
});
