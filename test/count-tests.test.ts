import { expect, test } from 'vitest';
import { countTests } from '../scripts/count-tests.ts';

const report = (...files: { status: string; tests: string[] }[]) =>
  JSON.stringify({
    testResults: files.map(({ status, tests }, at) => ({
      name: `${at}.test.ts`,
      status,
      assertionResults: tests.map((one, index) => ({ status: one, fullName: `${one} ${index}` })),
    })),
  });

test('tests are counted by how they ended, and those that were skipped are named', () => {
  const text = report(
    { status: 'passed', tests: ['passed', 'passed', 'skipped'] },
    { status: 'failed', tests: ['passed', 'failed', 'todo'] },
  );
  expect(countTests(text)).toEqual({ passed: 3, failed: 1, skipped: ['skipped 2', 'todo 2'] });
});

test('a file that did not load counts as a test that failed', () => {
  expect(countTests(report({ status: 'failed', tests: [] }))).toEqual({ passed: 0, failed: 1, skipped: [] });
});

test('a file whose tests were skipped by a failing hook counts as a test that failed', () => {
  expect(countTests(report({ status: 'failed', tests: ['skipped'] }))).toEqual({
    passed: 0,
    failed: 1,
    skipped: ['skipped 0'],
  });
});
