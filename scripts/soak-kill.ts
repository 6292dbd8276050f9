/** Kills a server in the middle of background runs, again and again on one data folder: `npm run soak -- [rounds]`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runKillRound } from './kill-round.ts';

const rounds = Number(process.argv[2] ?? 50);
const home = await mkdtemp(join(tmpdir(), 'agent-runtimes-soak-'));
const sum = { runs: 0, interrupted: 0, ahead: 0, problems: 0 };
try {
  for (let round = 1; round <= rounds; round++) {
    const { runs, interrupted, ahead, problems } = await runKillRound(home, { runs: 20, round });
    sum.runs += runs;
    sum.interrupted += interrupted;
    sum.ahead += ahead;
    sum.problems += problems.length;
    console.log(
      `round ${round}: ${interrupted} of ${runs} runs cut off, ${ahead} readers had all that was stored, or more`,
    );
    for (const problem of problems) console.error(`  ${problem}`);
  }
} finally {
  await rm(home, { recursive: true, force: true });
}
console.log(
  `${rounds} kills, ${sum.runs} runs, ${sum.interrupted} cut off, ${sum.ahead} readers had all that was stored, or more, ${sum.problems} problems`,
);
if (sum.problems || !sum.interrupted) process.exitCode = 1;
