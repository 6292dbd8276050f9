/** The compatibility kits of A2A, against an agent that does what they ask for. A new failure fails here, and so does a known one that passes now. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { findKitPython } from '../scripts/setup-a2a-kits.ts';
import knownFailures from './fixtures/a2a/kit/known-failures.json' with { type: 'json' };
import { startKitServer } from './support/a2a-kit-agent.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const run = promisify(execFile);
const { kits } = knownFailures;
const FIXTURES = join(import.meta.dirname, 'fixtures/a2a/kit');
const DEADLINE_MS = 180_000;
const KIT_DEADLINE_MS = 160_000;

const found = findKitPython();
// In CI its absence is a failure.
const isSkipped = 'missing' in found && !process.env.CI;
if (isSkipped) console.warn(`The compatibility kits of A2A are skipped: ${found.missing}`);

/** How the cases of a kit ended. */
interface KitReport {
  readonly passed: number;
  /** What failed, by case, and why. */
  readonly failed: Readonly<Record<string, string>>;
}

/** Runs a kit as it is, with nothing of it or of the machine changed; `toArguments` is told where the server is. */
async function runKit(version: keyof typeof kits, toArguments: (url: string) => readonly string[]): Promise<KitReport> {
  if ('missing' in found) throw new Error(found.missing);
  await using folder = await temporaryFolder();
  await using server = await startKitServer();
  const report = join(folder.path, 'report.json');
  const options = {
    cwd: folder.path,
    timeout: KIT_DEADLINE_MS,
    maxBuffer: 16 * 1024 * 1024,
    env: {
      PATH: process.env.PATH,
      HOME: folder.path,
      PYTHONPATH: FIXTURES,
      PYTHONDONTWRITEBYTECODE: '1',
      KIT_REPORT: report,
      TCK_STREAMING_TIMEOUT: '1',
    },
  };
  await run(found.python, ['-m', 'tarfile', '-e', join(FIXTURES, `a2a-tck-${version}.tar.xz`)], options);
  const pytest = ['-m', 'pytest', '-c', join(FIXTURES, 'pytest.ini'), `--rootdir=${folder.path}`];
  // A kit of which a case fails exits 1; what there is no report of has failed in another way.
  const { stdout, stderr } = await run(found.python, [...pytest, ...toArguments(server.url)], options).catch(
    (cause: { stdout: string; stderr: string }) => cause,
  );
  const ended = await readFile(report, 'utf8').catch(() => {
    throw new Error(`The kit left no report: ${`${stdout}${stderr}`.slice(-2000)}`);
  });
  const cases = Object.entries(JSON.parse(ended) as Record<string, { outcome: string; why: string }>);
  return {
    passed: cases.filter(([, { outcome }]) => outcome === 'passed').length,
    failed: Object.fromEntries(
      cases.flatMap(([name, { outcome, why }]) => (outcome === 'failed' ? [[name, why]] : [])),
    ),
  };
}

/** The cases that are known to fail over a binding. */
const knownOf = (version: keyof typeof kits, over?: string): string[] =>
  kits[version].known.flatMap((group) => ('over' in group && group.over !== over ? [] : group.cases)).sort();

/** What failed that is not known to, with what was wrong. */
const newIn = ({ failed }: KitReport, known: readonly string[]) =>
  Object.fromEntries(Object.entries(failed).filter(([name]) => !known.includes(name)));

const CATEGORIES = ['mandatory', 'optional/capabilities', 'optional/quality', 'optional/features'];
// It tests the kit itself, with a package of its own.
const OWN_TESTS = 'tests/optional/features/test_agent_card_utils.py';

describe.skipIf(isSkipped).concurrent('the compatibility kit of A2A', () => {
  test('1.0, over JSON-RPC and REST', { timeout: DEADLINE_MS }, async () => {
    const report = await runKit('1.0', (url) => [
      'tests/compatibility',
      `--sut-host=${url}`,
      '--transport=jsonrpc,http_json',
    ]);
    expect(newIn(report, knownOf('1.0'))).toEqual({});
    expect(Object.keys(report.failed).sort(), 'what passes now is to be taken from the list').toEqual(knownOf('1.0'));
    expect(report.passed).toBeGreaterThanOrEqual(150);
  });

  test.each([
    ['JSON-RPC', 'jsonrpc', 105],
    ['REST', 'rest', 95],
  ])('0.3, over %s', { timeout: DEADLINE_MS }, async (_, transport, least) => {
    const report = await runKit('0.3', (url) => [
      ...CATEGORIES.map((category) => `tests/${category}`),
      `--ignore=${OWN_TESTS}`,
      `--sut-url=${url}/api/v1/a2a/tester/`,
      '--test-scope=all',
      `--transports=${transport}`,
    ]);
    const known = knownOf('0.3', transport);
    expect(newIn(report, known)).toEqual({});
    expect(Object.keys(report.failed).sort(), 'what passes now is to be taken from the list').toEqual(known);
    expect(report.passed).toBeGreaterThanOrEqual(least);
  });

  test('0.3, that both bindings do the same', { timeout: DEADLINE_MS }, async () => {
    const report = await runKit('0.3', (url) => [
      'tests/optional/multi_transport',
      `--sut-url=${url}/api/v1/a2a/tester/`,
      '--test-scope=all',
      '--transports=jsonrpc,rest',
    ]);
    expect(report).toEqual({ passed: 11, failed: {} });
  });
});
