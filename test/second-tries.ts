import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase } from 'vitest/node';

/** Has vitest write down, a line each in the file that `SECOND_TRIES` names, which tests passed only when they were tried again, and why not before. */
export default class SecondTries implements Reporter {
  onTestCaseResult(test: TestCase): void {
    if (!test.diagnostic()?.flaky || !process.env.SECOND_TRIES) return;
    const [error] = test.result().errors ?? [];
    appendFileSync(process.env.SECOND_TRIES, `${test.fullName}: ${error?.message.split('\n')[0] ?? ''}\n`);
  }
}
