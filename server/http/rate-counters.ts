/** Callers counted apart within one window; further ones share a few counters, so that inventing callers fills no memory. */
const MAX_CALLERS = 20_000;
const SHARED_COUNTERS = 64;

/** What is counted of one caller until its window ends. */
interface Counter {
  endsAt: number;
}

/** Finds the counter of a caller. `open` makes one, for a caller or for those who share it. */
export function createCounters<Each extends Counter>(
  windowMs: number,
  open: (caller: string) => Each,
): (caller: string, now: number) => Each {
  const counters = new Map<string, Each>();
  const shared = Array.from({ length: SHARED_COUNTERS }, (_, at) => open(`others ${at}`));
  let sweepAt = 0;
  return (caller, now) => {
    const known = counters.get(caller);
    if (known) return known;
    if (counters.size >= MAX_CALLERS && now >= sweepAt) {
      // Not for each request of a new caller: there may be many, and all are looked at.
      sweepAt = now + windowMs / 2;
      for (const [name, { endsAt }] of counters) if (now >= endsAt) counters.delete(name);
    }
    if (counters.size >= MAX_CALLERS) return shared[shareOf(caller)] ?? open(caller);
    const counter = open(caller);
    counters.set(caller, counter);
    return counter;
  };
}

function shareOf(caller: string): number {
  let sum = 0;
  for (let at = 0; at < caller.length; at++) sum = (sum * 31 + caller.charCodeAt(at)) % SHARED_COUNTERS;
  return sum;
}
