/** A signal that aborts when a time is over. */
interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Takes the time off. */
  lift(): void;
}

/** A signal that aborts with `signal`, or after `ms`. To be disposed of once the work is done: it holds a timer and a listener. */
export function createDeadline(signal: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  const leave = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new DOMException('too late', 'TimeoutError')), ms);
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    lift: () => clearTimeout(timer),
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    },
  };
}
