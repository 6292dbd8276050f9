/** What interpreters start from, kept on disk. */
import { cp, mkdir, readdir, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { defaultLimits } from '../server/sandbox/limits.ts';
import { LocalEval } from '../server/sandbox/local-eval/local-eval.ts';
import { SnapshotCache } from '../server/sandbox/local-eval/snapshot-cache.ts';
import { snapshotFolder } from './support/data-folder.ts';
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
