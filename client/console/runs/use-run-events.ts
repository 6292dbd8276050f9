import { useEffect, useState } from 'react';
import { client } from '../api.ts';
import type { RunEvent } from './run-types.ts';

const FLUSH_MS = 250;
const MAX_EVENTS = 20_000;

/** What was read of a run's events so far. */
export interface ReadEvents {
  readonly events: readonly RunEvent[];
  /** How many came after the first 20,000, which are all that is kept. */
  readonly more: number;
  readonly state: 'reading' | 'ended' | 'failed';
  /** Why it failed. */
  readonly cause?: unknown;
  readonly retry: () => void;
}

type Read = Omit<ReadEvents, 'retry'>;

const NOTHING: Read = { events: [], more: 0, state: 'reading' };

/** Reads the events of a run from the first to the last, and goes on as long as it runs. */
export function useRunEvents(runId: string): ReadEvents {
  const [attempt, setAttempt] = useState(0);
  const [read, setRead] = useState(NOTHING);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads anew.
  useEffect(() => {
    const abort = new AbortController();
    setRead(NOTHING);
    void readEvents(runId, abort.signal, (now) => {
      if (!abort.signal.aborted) setRead(now);
    });
    return () => abort.abort();
  }, [runId, attempt]);
  return { ...read, retry: () => setAttempt((count) => count + 1) };
}

/** Tells what it has read a few times a second, however fast events come. */
async function readEvents(runId: string, signal: AbortSignal, tell: (read: Read) => void): Promise<void> {
  const events: RunEvent[] = [];
  let more = 0;
  let toldAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    toldAt = performance.now();
    tell({ events: [...events], more, state: 'reading' });
  };
  try {
    const include = ['reasoning' as const, 'status' as const, 'files' as const];
    for await (const event of await client.runs.events.mutate({ run_id: runId, include }, { signal })) {
      if (events.length < MAX_EVENTS) events.push(event);
      else more++;
      timer ??= setTimeout(flush, Math.max(0, toldAt + FLUSH_MS - performance.now()));
    }
    tell({ events, more, state: 'ended' });
  } catch (cause) {
    tell({ events, more, state: 'failed', cause });
  } finally {
    clearTimeout(timer);
  }
}
