/**
 * Lets replicas die, stand still, lose their database and be replaced in the middle of runs, and looks in the raw rows and the raw frames of
 * readers whether anything is lost, told twice or done twice: `npm run campaign:replicas -- [kind …] [--rounds 200] [--lanes 3,2]
 * [--seed N] [--scale 1] [--evidence FOLDER]`. `--lanes` says how many replicas there are in each of the services that are tried beside each
 * other. Prints a line for each round and a table. Exit 1 when anything is wrong; the evidence is in the folder then.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Outcome, runCampaign } from './replicas-campaign/campaign.ts';
import { KINDS } from './replicas-campaign/kinds.ts';
import { formatTable } from './replicas-campaign/table.ts';

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    lanes: { type: 'string', default: '3,2' },
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
    evidence: { type: 'string' },
  },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !KINDS.some((kind) => kind.name === name));
if (unknown.length) {
  console.error(`No kind is called ${unknown.join(' or ')}; there are ${KINDS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const evidence = values.evidence ?? mkdtempSync(join(tmpdir(), 'agent-runtimes-evidence-'));
const outcomes = await runCampaign({
  kinds: KINDS.filter(({ name }) => !positionals.length || positionals.includes(name)),
  rounds: Number(values.rounds),
  lanes: values.lanes.split(',').map(Number),
  seed: Number(values.seed),
  scale: Number(values.scale),
  evidence,
  onRound: say,
});
console.log(`\n${formatTable(outcomes)}`);
const wrong = outcomes.filter(({ problems }) => problems.length);
if (wrong.length) console.error(`\n${wrong.length} rounds went wrong; their evidence is in ${evidence}`);
if (wrong.length || !outcomes.length) process.exitCode = 1;

function say({ name, kind, tookMs, statuses, endedMs, storedMs, problems, evidence: kept }: Outcome): void {
  const counts = Object.entries(statuses).map(([status, count]) => `${count} ${status}`);
  const times = [...endedMs, ...storedMs];
  const last = times.length ? `, the last end after ${(Math.max(...times) / 1000).toFixed(1)} s` : '';
  console.log(`${name} ${kind.title}: ${counts.join(', ')}${last} (${Math.round(tookMs / 1000)} s)`);
  for (const problem of problems) console.log(`  WRONG ${problem.slice(0, 500)}`);
  if (kept !== undefined) console.log(`  see ${kept}`);
}
