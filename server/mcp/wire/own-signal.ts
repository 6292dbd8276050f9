/**
 * What `work` comes to, with a signal of its own that aborts with `signal`. The SDK never takes its listener off a signal, and the signal of a
 * run outlives thousands of calls.
 */
export async function withOwnSignal<Result>(
  signal: AbortSignal | undefined,
  work: (own: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const own = new AbortController();
  const abort = () => own.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    return await work(own.signal);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
