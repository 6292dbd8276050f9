/** What the benchmarks make of measurements, and of an earlier run. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { median, quantile, ratiosOf, spreadOf } from '../scripts/bench/figures.ts';
import { cpuSecondsOf, describeWeather, isBelievable } from '../scripts/bench/machine.ts';
import { type BenchOptions, openReport, readBenchOptions } from '../scripts/bench/report.ts';
import { expectedPower } from '../scripts/bench/scale/curve.ts';
import { runSections } from '../scripts/bench/sections.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const machine = { cpu: 'Z80', cores: 2, memoryGb: 1, node: 'v26.0.0', commit: 'abc1234' };
const quiet = { loadBefore: 0.1, cores: 2, others: 0.01, stolen: 0 };
const busy = { loadBefore: 4.2, cores: 2, others: 0.43, stolen: 0.05 };

/** A report of what is measured by nobody; what it says and writes is kept. */
function open(options: Partial<BenchOptions> = {}, { on = machine, weather = quiet } = {}) {
  const said: string[] = [];
  let written = '';
  const report = openReport({
    options: { ...readBenchOptions([]), ...options },
    machine: on,
    watch: () => () => weather,
    say: (line) => void said.push(line),
    write: (text) => {
      written += text;
    },
  });
  return { report, said, written: () => written };
}

/** What a run with `--json` leaves in a file. */
async function keepRun(folder: string, { values = [2, 4, 3], weather = quiet, before = '' } = {}): Promise<string> {
  const { report, written } = open({ json: true }, { weather });
  report.section('rest', 'Requests');
  report.row('GET health', { ours: { values, unit: 'µs' } });
  report.end();
  const file = join(folder, 'earlier.json');
  await writeFile(file, before + written());
  return file;
}

test('of several measurements the middle is told, with what the middle half of them lies between', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 2])).toBe(10);
  expect(median([])).toBeNaN();
  expect(quantile([1, 2, 3, 4], 0.99)).toBe(4);
  expect(quantile([4, 3, 2, 1], 0.25)).toBe(1);
  expect(spreadOf([8, 1, 7, 2, 6, 3, 5, 4])).toEqual({ median: 5, low: 2, high: 6 });
  expect(ratiosOf([2, 9], [1, 3])).toEqual([2, 3]);
});

test('a row tells each figure with its spread, and whether it is within its goal', () => {
  const { report, said } = open();
  report.section('rest', 'Requests');
  report.row('GET health', {
    ours: { values: [20, 10, 30], unit: 'µs' },
    Fastify: { values: [1.5], unit: 'x', atMost: 1.4 },
    relay: { values: [1.4], unit: 'x', atMost: 1.4 },
  });
  report.end();
  expect(said).toEqual([
    'Requests',
    '  GET health                 ours 20.0 µs (10.0–30.0) · Fastify 1.50x, goal 1.4 MISSED · relay 1.40x, goal 1.4 met',
    '  (quiet: other processes had 1 % of 2 processors, 0 % was stolen, load 0.1 before)',
  ]);
});

test('a machine in other hands is not believed, and the line says so', () => {
  expect(describeWeather(busy)).toBe(
    'TOO BUSY TO BE BELIEVED: other processes had 43 % of 2 processors, 5 % was stolen, load 4.2 before',
  );
  expect(
    [
      { ...quiet, stolen: 0.05 },
      { ...quiet, others: 0.2 },
    ].map(isBelievable),
  ).toEqual([false, false]);
  const unknown = { others: undefined, stolen: undefined, cores: 2 };
  expect([0.5, 1.5].map((loadBefore) => isBelievable({ ...unknown, loadBefore }))).toEqual([true, false]);
});

test('what a process has used is told with its children, and of no process nothing is', () => {
  const { user, system } = process.cpuUsage();
  // The system counts in hundredths of a second.
  expect(cpuSecondsOf(process.pid)).toBeGreaterThanOrEqual((user + system) / 1e6 - 0.1);
  expect(cpuSecondsOf(2 ** 30)).toBeNaN();
});

test('JSON has the machine, the load and each figure', () => {
  const { report, written } = open({ json: true }, { weather: busy });
  report.section('rest', 'Requests');
  report.row('GET health', { ours: { values: [2, 4, 3], unit: 'µs' } });
  report.end();
  const { at, ...rest } = JSON.parse(written());
  expect(Date.parse(at)).toBeGreaterThan(0);
  expect(rest).toEqual({
    machine,
    isBelievable: false,
    weather: [{ section: 'rest', ...busy }],
    figures: [{ section: 'rest', row: 'GET health', label: 'ours', unit: 'µs', median: 3, low: 2, high: 4, rounds: 3 }],
  });
});

describe('against an earlier run', () => {
  test('each figure that it had is told as a part of that, also when npm wrote in front of it', async () => {
    await using folder = await temporaryFolder();
    const against = await keepRun(folder.path, {
      before: '\n> agent-runtimes@0.1.0 bench\n> node scripts/bench.ts\n\n',
    });
    const { report, said } = open({ against });
    report.section('rest', 'Requests');
    report.row('GET health', { ours: { values: [6], unit: 'µs' }, theirs: { values: [6], unit: 'µs' } });
    expect(said[0]).toMatch(/^against abc1234 of \d{4}-/);
    expect(said[2]).toBe('  GET health                 ours 6.00 µs [2.00 of before] · theirs 6.00 µs');
  });

  test('one of another machine is refused', async () => {
    await using folder = await temporaryFolder();
    const against = await keepRun(folder.path);
    expect(() => open({ against }, { on: { ...machine, cores: 8 } })).toThrow(
      `${against} was measured on another machine: 2 x Z80 with 1 GB, and this one is 8 x Z80 with 1 GB`,
    );
  });

  test('another Node, and a busy machine then, are said', async () => {
    await using folder = await temporaryFolder();
    const against = await keepRun(folder.path, { weather: busy });
    const { said } = open({ against }, { on: { ...machine, node: 'v27.0.0' } });
    expect(said.slice(1)).toEqual([
      'Node was v26.0.0 then, and is v27.0.0 now',
      'the machine was too busy then for those figures to be believed',
    ]);
  });

  test('a file of anything else is refused by its name', async () => {
    await using folder = await temporaryFolder();
    const against = join(folder.path, 'other.json');
    for (const text of ['', 'no JSON', '{"figures": {}}', '[1]']) {
      await writeFile(against, text);
      expect(() => open({ against })).toThrow(`${against} is not what --json of a benchmark writes`);
    }
  });
});

test('options stand in any order, and rounds are a number', () => {
  expect(readBenchOptions(['3', '--json', '7', '--only', 'rest'])).toEqual({
    rounds: 3,
    json: true,
    against: undefined,
    all: false,
    only: 'rest',
    rest: ['7'],
  });
  expect(() => readBenchOptions(['many'])).toThrow('many is no number of rounds');
});

test('a section that fails keeps no other from being run, and is named', async () => {
  const { report, said } = open();
  const ran: string[] = [];
  const before = process.exitCode;
  await runSections(
    [
      { name: 'first', run: () => Promise.reject(new Error('no server')) },
      { name: 'second', run: async () => void ran.push('second') },
    ],
    report,
  );
  expect(process.exitCode).toBe(1);
  process.exitCode = before;
  expect(ran).toEqual(['second']);
  expect(said).toEqual(['  first was not measured to its end: no server']);
  await expect(runSections([], open({ only: 'third' }).report)).rejects.toThrow("There is no section 'third'");
});

test('what is expected to grow with n log n may not grow as a square', () => {
  expect(expectedPower('constant', 10, 1000)).toBe(0.15);
  expect(expectedPower('n log n', 100, 10_000)).toBe(1.3);
});
