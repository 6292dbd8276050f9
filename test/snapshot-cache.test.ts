/** What interpreters start from, kept on disk. */
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { defaultLimits } from '../server/sandbox/limits.ts';
import { LocalEval } from '../server/sandbox/local-eval/local-eval.ts';
import { SnapshotCache } from '../server/sandbox/local-eval/snapshot-cache.ts';
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
