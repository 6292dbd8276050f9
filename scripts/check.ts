/** Runs every gate a change must pass, names each with its duration, and lists at the end what failed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countTests, type TestCount } from './count-tests.ts';
import { ownFolder } from './own.ts';
import { type Gate, type GateResult, runGate } from './run-gate.ts';

await using folder = await ownFolder('agent-runtimes-check-');
const secondTries = join(folder.path, 'second-tries');
process.env.SECOND_TRIES = secondTries;
const vitest = (name: string, ...args: string[]): Gate => ({
  name,
  command: [
    'vitest',
    'run',
    '--config=test/vitest.config.ts',
    '--reporter=default',
    '--reporter=json',
    '--reporter=./test/second-tries.ts',
    // A machine that holds a test up now and then is no fault of the change. Who needed it is named below.
    '--retry=1',
    `--outputFile.json=${reportOf(name)}`,
    ...args,
  ],
  deadlineMs: 1_800_000,
});
const quick = (name: string, ...command: Gate['command']): Gate => ({ name, command, deadlineMs: 180_000 });

const statics = [
  quick('format and lint', 'biome', 'ci', '--colors=off', '--max-diagnostics=50'),
  quick('types', 'tsc', '-p', '.'),
  quick('types of the console', 'tsc', '-p', 'client/console'),
  quick('import rules', 'node', 'scripts/import-rules.ts'),
  quick('unused code', 'knip', '--config', 'scripts/knip.json', '--no-progress', '--no-config-hints'),
  quick('generated files', 'node', 'scripts/generate.ts', '--check'),
];
const setUp = (name: string, script: string): Gate => ({ name, command: ['node', script], deadlineMs: 400_000 });
const setUps = [
  setUp('browser for the tests', 'scripts/setup-browser.ts'),
  setUp('Jupyter for the tests', 'scripts/setup-jupyter.ts'),
  setUp('PostgreSQL for tests', 'scripts/find-postgres.ts'),
  setUp('PgBouncer for tests', 'scripts/find-pgbouncer.ts'),
  setUp('httpx for the tests', 'scripts/setup-httpx.ts'),
  setUp('Python for A2A kits', 'scripts/setup-a2a-kits.ts'),
];
const tests = vitest('tests', '--exclude=package.test.ts');
const packed = join(folder.path, 'packed');
const packing: Gate = { name: 'packing', command: ['node', 'scripts/pack.ts', packed], deadlineMs: 300_000 };
const tarballs = vitest('packed tarballs', 'package.test.ts');
const size: Gate = { name: 'size when installed', command: ['node', 'scripts/install-size.ts'], deadlineMs: 300_000 };

/** How many skipped tests are named. */
const MAX_NAMED = 10;

const startedAt = performance.now();
const results: GateResult[] = [];
const preparing = prepare(setUps);
// The tests wait for processes more than for processors: what computes goes on beside them.
await Promise.all([preparing.then(() => inOrder([tests])), inOrder([...statics, packing]).then(testPacked)]);
const missing = await preparing;
const total = await countAll([tests, tarballs]);

const failed = results.filter(({ isPassed }) => !isPassed);
for (const { gate, output } of failed) console.log(`\n--- ${gate.name} ---\n${output.trim()}`);
const seconds = Math.round((performance.now() - startedAt) / 1000);
console.log(
  failed.length
    ? `\nFailed: ${failed.map(({ gate }) => gate.name).join(', ')} (${seconds} s)`
    : `\nEvery gate passed (${seconds} s)`,
);
if (total.skipped.length) console.log(`${total.skipped.length} tests were skipped. ${missing.join('. ')}`);
for (const name of total.skipped.slice(0, MAX_NAMED)) console.log(`     ${name}`);
const triedAgain = await readFile(secondTries, 'utf8').catch(() => '');
if (triedAgain) console.log(`Passed at a second try only:\n${triedAgain.trim().replace(/^/gm, '     ')}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = failed.length || total.failed || !total.passed ? 1 : 0;

/** The packages as they are installed, packed once for both. */
async function testPacked(): Promise<void> {
  await preparing;
  process.env.PACKED_IN = packed;
  await inOrder([tarballs, size]);
}

async function inOrder(gates: readonly Gate[]): Promise<void> {
  for (const gate of gates) {
    const result = await runGate(gate);
    results.push(result);
    console.log(`${result.isPassed ? 'ok  ' : 'FAIL'} ${gate.name.padEnd(22)} ${toSeconds(result.ms)}`);
    if (gate === size) console.log(result.output.trim().replace(/^/gm, '     '));
  }
}

/** Installs what tests need, where it may, and returns what is missing. In CI that is a failure; elsewhere those tests are skipped. */
async function prepare(gates: readonly Gate[]): Promise<string[]> {
  const reasons: string[] = [];
  // One after the other: each may need the package manager.
  for (const gate of gates) {
    if (process.env.CI) await inOrder([gate]);
    else {
      const { isPassed, output, ms } = await runGate(gate);
      const reason = output.trim().split('\n').at(-1) ?? '';
      if (!isPassed) reasons.push(reason);
      console.log(`${isPassed ? 'ok  ' : 'skip'} ${gate.name.padEnd(22)} ${isPassed ? toSeconds(ms) : reason}`);
    }
  }
  return reasons;
}

/** Tests that left no report count as one that failed. */
async function countAll(gates: readonly Gate[]): Promise<TestCount> {
  let sum: TestCount = { passed: 0, failed: 0, skipped: [] };
  for (const { name } of gates) {
    const count = await readFile(reportOf(name), 'utf8').then(countTests, () => ({
      passed: 0,
      failed: 1,
      skipped: [],
    }));
    sum = {
      passed: sum.passed + count.passed,
      failed: sum.failed + count.failed,
      skipped: [...sum.skipped, ...count.skipped],
    };
  }
  return sum;
}

function toSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function reportOf(name: string): string {
  return join(folder.path, `${name.replaceAll(' ', '-')}.json`);
}
