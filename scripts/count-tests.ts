import { z } from 'zod';

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** How many tests passed and failed, and the names of those that were skipped, which say why where nothing else does. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

/** Counts the tests of a report of vitest's json reporter. A file that failed without a failed test, because it did not load, counts as one. */
export function countTests(report: string): TestCount {
  const { testResults } = Report.parse(JSON.parse(report));
  const results = testResults.flatMap(({ status, name: fullName, assertionResults: own }) => {
    const isWhole = status !== 'failed' || own.some((result) => result.status === 'failed');
    return isWhole ? own : [...own, { status, fullName }];
  });
  const { passed = [], failed = [], ...others } = Object.groupBy(results, ({ status }) => status);
  const skipped = Object.values(others).flatMap((some = []) => some.map(({ fullName }) => fullName));
  return { passed: passed.length, failed: failed.length, skipped };
}
