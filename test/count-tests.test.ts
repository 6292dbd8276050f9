import { expect, test } from 'vitest';
import { countTests } from '../scripts/count-tests.ts';

const report = (...files: { status: string; tests: string[] }[]) =>
  JSON.stringify({
    testResults: files.map(({ status, tests }, at) => ({
      name: `${at}.test.ts`,
      status,
      assertionResults: tests.map((one) => ({ status: one })),
    })),
  });

test('tests are counted by how they ended', () => {
  const text = report(
    { status: 'passed', tests: ['passed', 'passed', 'skipped'] },
    { status: 'failed', tests: ['passed', 'failed', 'todo'] },
  );
  expect(countTests(text)).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

test('a file that did not load counts as a test that failed', () => {
  expect(countTests(report({ status: 'failed', tests: [] }))).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('a file whose tests were skipped by a failing hook counts as a test that failed', () => {
  expect(countTests(report({ status: 'failed', tests: ['skipped'] }))).toEqual({ passed: 0, failed: 1, skipped: 1 });
});
