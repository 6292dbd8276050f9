import { settlesWithin } from '../async/settles-within.ts';
import { SilenceTimer } from '../async/silence-timer.ts';
import { untilAborted } from '../async/until-aborted.ts';
import { killChildren, processorMsOfChildren } from './children.ts';
import { type Check, type DoctorWorld, type Finding, fail, sentenceOf } from './finding.ts';

/** How long what a check has started may take to end. */
const ENDING_MS = 10_000;

/**
 * What each check finds, as soon as it does; one check after the other, so that none makes another slow. Stops when the signal aborts.
 * Whatever a check has started has ended when the last finding is told.
 */
export async function* runChecks(
  checks: readonly Check[],
  world: Omit<DoctorWorld, 'heard'>,
): AsyncGenerator<Finding, void> {
  const ending = new Set<Promise<unknown>>();
  try {
    for (const check of checks) {
      if (world.signal.aborted) return;
      yield* runCheck(check, world, ending);
    }
  } finally {
    await settlesWithin(
      Promise.allSettled(ending).then(() => undefined),
      ENDING_MS,
    );
    killChildren();
  }
}

/** What one check finds. Adds to `ending` what is over when all that it has started is. */
async function* runCheck(
  { name, silenceMs, run }: Check,
  world: Omit<DoctorWorld, 'heard'>,
  ending: Set<Promise<unknown>>,
): AsyncGenerator<Finding, void> {
  const tooSilent = new AbortController();
  const signal = AbortSignal.any([world.signal, tooSilent.signal]);
  using silence = new SilenceTimer({
    allowedMs: silenceMs,
    workMs: processorMsOfChildren,
    onSilence: () => tooSilent.abort(new DOMException('silent', 'TimeoutError')),
  });
  const findings = toGenerator(run({ ...world, signal, heard: () => silence.heard() }));
  try {
    for (;;) {
      const { done, value } = await untilAborted(findings.next(), signal);
      if (done) return;
      silence.heard();
      yield value;
    }
  } catch (cause) {
    if (world.signal.aborted) return;
    if (signal.aborted) {
      const found = `there was no sign of life for ${silenceMs / 1000} s`;
      yield fail(name, found, 'look for a disk or an address that hangs');
    } else yield fail(name, `it could not be looked at: ${sentenceOf(cause)}`, 'see what this says');
  } finally {
    ending.add(findings.return());
  }
}

async function* toGenerator(found: ReturnType<Check['run']>): AsyncGenerator<Finding, void> {
  if (Symbol.asyncIterator in found) yield* found;
  else yield* await found;
}
