import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const PROGRAM = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  import { shrinkHeap } from './server/shrink-heap.ts';
  const young = () => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').physical_space_size;
  let kept = [];
  for (let count = 0; count < 3_000_000; count++) {
    kept.push({ count });
    if (kept.length > 200_000) kept = [];
  }
  kept = [];
  const before = young();
  // What is waited for keeps the process here, and does not by itself.
  const timer = setInterval(() => undefined, 1000);
  await shrinkHeap();
  clearInterval(timer);
  console.log(JSON.stringify({ before, after: young(), gc: runInNewContext('typeof gc') }));
`;

test('shrinking the heap gives back the space of young objects, and leaves no way to collect garbage behind', async () => {
  const args = ['--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  const { before, after, gc } = JSON.parse(stdout);
  expect(before).toBeGreaterThan(8_000_000);
  expect(after).toBeLessThan(before / 4);
  expect(gc).toBe('undefined');
});
