import { createDeadline } from '../async/deadline.ts';
import { settlesWithin } from '../async/settles-within.ts';
import { untilAborted } from '../async/until-aborted.ts';
import { type Check, type DoctorWorld, type Finding, fail, sentenceOf } from './finding.ts';
import { killChildren } from './kill-children.ts';

/** How long what a check has started may take to end. */
const ENDING_MS = 10_000;

/**
 * What each check finds, one check after the other, so that none makes another slow. Stops when the signal aborts. Whatever a check has
 * started has ended when the last finding is told.
 */
export async function* runChecks(checks: readonly Check[], world: DoctorWorld): AsyncGenerator<Finding, void> {
  const running = new Set<Promise<unknown>>();
  try {
    for (const check of checks) {
      if (world.signal.aborted) return;
      yield* await runCheck(check, world, running);
    }
  } finally {
    await settlesWithin(
      Promise.allSettled(running).then(() => undefined),
      ENDING_MS,
    );
    killChildren();
  }
}

async function runCheck(
  { name, deadlineMs, run }: Check,
  world: DoctorWorld,
  running: Set<Promise<unknown>>,
): Promise<readonly Finding[]> {
  using deadline = createDeadline(world.signal, deadlineMs);
  const { signal } = deadline;
  try {
    const findings = run({ ...world, signal });
    running.add(findings);
    return await untilAborted(findings, signal);
  } catch (cause) {
    if (world.signal.aborted) return [];
    if (signal.aborted) {
      const found = `there was no answer within ${deadlineMs / 1000} s`;
      return [fail(name, found, 'look for a disk or an address that hangs')];
    }
    return [fail(name, `it could not be looked at: ${sentenceOf(cause)}`, 'see what this says')];
  }
}
