import { processorMsOfGroup } from '../../async/processor-time.ts';
import { SilenceTimer } from '../../async/silence-timer.ts';
import type { ConnectionLimits } from './connection-limits.ts';

/** A server that was given up before it was ready. The message says why, to be read after its name. */
export class StartTimeoutError extends Error {
  override readonly name = 'StartTimeoutError';
}

/** What ends a start that leads nowhere. To be disposed of once the server is ready, or is not. */
export interface StartDeadline extends Disposable {
  readonly signal: AbortSignal;
  /** Set once the start is given up. */
  readonly error: StartTimeoutError | undefined;
  /** Notes a sign of life of the server. */
  heard(): void;
}

/** Gives a start up when the server has been silent for too long. A process that computes, or downloads itself with some work, is not silent; `pid` is that of its group. */
export function createStartDeadline(
  { startTimeoutMs, startTotalMs }: Pick<ConnectionLimits, 'startTimeoutMs' | 'startTotalMs'>,
  pid: () => number | undefined,
): StartDeadline {
  const controller = new AbortController();
  let error: StartTimeoutError | undefined;
  const silence = new SilenceTimer({
    allowedMs: startTimeoutMs,
    totalMs: startTotalMs,
    workMs() {
      const group = pid();
      return group === undefined ? 0 : processorMsOfGroup(group);
    },
    onSilence(ms, which) {
      const why = which === 'total' ? 'did not answer within' : 'gave no sign of life for';
      error = new StartTimeoutError(`${why} ${ms / 1000} s`);
      controller.abort(error);
    },
  });
  return {
    signal: controller.signal,
    get error() {
      return error;
    },
    heard: () => silence.heard(),
    [Symbol.dispose]: () => silence[Symbol.dispose](),
  };
}
