/** Kills a server in the middle of background runs, again and again on one data folder: `npm run soak -- [rounds]`. */
import { runKillRound } from './kill-round.ts';
import { ownFolder } from './own.ts';

const rounds = Number(process.argv[2] ?? 50);
await using home = await ownFolder('agent-runtimes-soak-');
const sum = { runs: 0, interrupted: 0, ahead: 0, problems: 0 };
for (let round = 1; round <= rounds; round++) {
  const { runs, interrupted, ahead, problems } = await runKillRound(home.path, { runs: 20, round });
  sum.runs += runs;
  sum.interrupted += interrupted;
  sum.ahead += ahead;
  sum.problems += problems.length;
  console.log(
    `round ${round}: ${interrupted} of ${runs} runs cut off, ${ahead} readers had all that was stored, or more`,
  );
  for (const problem of problems) console.error(`  ${problem}`);
}
console.log(
  `${rounds} kills, ${sum.runs} runs, ${sum.interrupted} cut off, ${sum.ahead} readers had all that was stored, or more, ${sum.problems} problems`,
);
if (sum.problems || !sum.interrupted) process.exitCode = 1;
