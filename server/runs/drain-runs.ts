import type { ActiveRun } from './active-run.ts';
import { cancelAll } from './active-runs.ts';
import { SHUTTING_DOWN } from './run-events.ts';

interface DrainOptions {
  /** The runs that go on. */
  active(): readonly ActiveRun[];
  /** Whether any goes on, or is being opened. */
  isAny(): boolean;
  /** Called once the grace is over: no run is taken over from then on. */
  stopTaking(): Promise<void>;
  /** Leaves runs to other processes, once all is stored that anybody was told of them. */
  handOver(runs: readonly ActiveRun[]): Promise<void>;
}

/** Lets runs end by themselves for `graceMs`; then hands over those that others can go on with, and cancels the rest. Resolves when none is left. */
export async function drainRuns(options: DrainOptions, graceMs: number): Promise<void> {
  const { active, isAny, stopTaking, handOver } = options;
  const grace = Promise.withResolvers<void>();
  const timer = setTimeout(grace.resolve, graceMs);
  await Promise.race([untilEnded(options), grace.promise]);
  clearTimeout(timer);
  await stopTaking();
  // A run that was being opened when draining began is among them by now or in the next round.
  while (isAny()) {
    const durable = active().filter(({ isDurable, signal }) => isDurable && !signal.aborted);
    if (durable.length) {
      await handOver(durable);
      await Promise.all(durable.map(({ ended }) => ended));
    }
    await cancelAll(active(), SHUTTING_DOWN);
    await new Promise(setImmediate);
  }
}

async function untilEnded({ active, isAny }: DrainOptions): Promise<void> {
  while (isAny()) {
    await Promise.all(active().map(({ ended }) => ended));
    await new Promise(setImmediate);
  }
}
