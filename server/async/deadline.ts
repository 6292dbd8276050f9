/** A signal that aborts with `signal`, or after `ms`. To be disposed of once the work is done: it holds a timer and a listener. */
export function createDeadline(signal: AbortSignal, ms: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const leave = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new DOMException('too late', 'TimeoutError')), ms);
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    },
  };
}
