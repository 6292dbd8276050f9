import { expect, test } from 'vitest';
import { runKillRound } from '../scripts/kill-round.ts';
import { BUILT } from './support/server-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

test('a server killed in the middle of 20 background runs ends each of them for its reader when it starts again', async () => {
  await using home = await temporaryFolder();
  const { problems, interrupted, runs } = await runKillRound(home.path, { runs: 20, round: 1, entry: BUILT });
  expect(problems).toEqual([]);
  expect(runs).toBe(20);
  expect(interrupted).toBeGreaterThan(0);
});
