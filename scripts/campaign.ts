/**
 * Tries every odd input against fresh servers, twice: on a quiet machine and under load. `npm run campaign -- [group …] [--pass quiet|loaded]
 * [--most N] [--entry FILE]`; prints what is wrong as it comes, then a table for each pass. Exit 1 while anything is wrong.
 */
import { parseArgs } from 'node:util';
import { groups } from './campaign/groups.ts';
import { startLoad } from './campaign/load.ts';
import type { Group } from './campaign/odd-case.ts';
import { formatTable } from './campaign/table.ts';
import { emptyTally, type Tally, type TryOptions, tryStage } from './campaign/try-stage.ts';

const { values, positionals } = parseArgs({
  options: { pass: { type: 'string' }, most: { type: 'string' }, entry: { type: 'string' } },
  allowPositionals: true,
});
const names = groups.map(({ name }) => name);
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length) {
  console.error(`No group is called ${unknown.join(' or ')}; there are ${names.join(', ')}`);
  process.exit(2);
}
const chosen = groups.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const most = values.most === undefined ? undefined : Number(values.most);
const tables: string[] = [];
for (const pass of ['quiet', 'loaded'].filter((name) => (values.pass ?? name) === name)) {
  const rows: (readonly [string, Tally])[] = [];
  await using _load = pass === 'loaded' ? await startLoad() : undefined;
  for (const group of chosen) {
    rows.push([group.name, await tryGroup(group, { isLoaded: pass === 'loaded', most, entry: values.entry })]);
  }
  tables.push(formatTable(pass === 'loaded' ? 'under load' : 'quiet', rows));
  if (rows.some(([, { wrong, losses, failures }]) => wrong || losses || failures)) process.exitCode = 1;
}
console.log(`\n${tables.join('\n\n')}`);

async function tryGroup({ name, stages }: Group, options: TryOptions): Promise<Tally> {
  const sum = emptyTally();
  for (const stage of stages) {
    if (stage.missing !== undefined) {
      console.log(`${name}: ${stage.title}: left out: ${stage.missing}`);
      continue;
    }
    const startedAt = performance.now();
    const tally = await tryStage(stage, options);
    for (const problem of tally.problems) console.log(`WRONG ${name}: ${problem}`);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`${name}: ${stage.title}: ${tally.right} of ${tally.cases} right (${seconds} s)`);
    add(sum, tally);
  }
  return sum;
}

function add(sum: Tally, { problems, ...figures }: Tally): void {
  sum.problems.push(...problems);
  for (const key of ['cases', 'right', 'wrong', 'losses', 'failures', 'askedFailures', 'others'] as const) {
    sum[key] += figures[key];
  }
}
