import { type SilenceOptions, SilenceTimer } from './silence-timer.ts';

/** Whether `promise` resolves in time, by the rule of {@link SilenceTimer}; throws when it is rejected before. */
export async function settlesWithin(
  promise: Promise<void>,
  allowedMs: number,
  life: Pick<SilenceOptions, 'workMs' | 'totalMs'> = {},
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  using _silence = new SilenceTimer({ ...life, allowedMs, onSilence: () => resolve(false) });
  return await Promise.race([promise.then(() => true), late]);
}
