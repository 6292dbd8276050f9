import { ApiError } from '../call/errors.ts';
import type { RunRecord, Store } from '../store/store.ts';
import type { Run } from './active-run.ts';
import type { LoggedEvent } from './log-reader.ts';
import { INTERRUPTED, type RunOutcome } from './run-events.ts';
import { readStoredEvents } from './stored-events.ts';

/** A run that goes on or has ended, however long ago. */
export interface FoundRun {
  readonly record: RunRecord;
  /** Set while its events are in memory. */
  readonly run: Run | undefined;
  /**
   * Its events from the first one to `run-ended`. Where some are lost for good, because the server died before they were stored or
   * because they were too many, `run-ended` comes next, and its number is not the one after the number before.
   */
  events(signal: AbortSignal): AsyncIterable<LoggedEvent>;
  /** Those that have happened until now, as far as they are held: of a run that ends with its readers too, of which this is none. */
  soFar(): Promise<readonly LoggedEvent[]>;
}

/** A run with its events, from memory and from the store. */
export function toFoundRun(
  record: RunRecord,
  run: Run | undefined,
  { store, keepsAll }: { readonly store: Pick<Store['runs'], 'events'>; readonly keepsAll: boolean },
): FoundRun {
  const source = { record, run, store, isStored: record.isDetached || keepsAll };
  return { record, run, events: (signal) => readEvents(source, signal), soFar: () => readSoFar(source) };
}

interface EventSource {
  readonly record: RunRecord;
  readonly run: Run | undefined;
  readonly store: Pick<Store['runs'], 'events'>;
  /** Whether its events are stored. */
  readonly isStored: boolean;
}

/** How a stored run ended; undefined while it runs. */
export function outcomeOf({ outcome, status }: RunRecord): RunOutcome | undefined {
  if (outcome) return outcome;
  if (status === 'running') return undefined;
  if (status === 'finished') return { status, pending: [] };
  return status === 'cancelled' ? { status, reason: 'cancelled' } : INTERRUPTED;
}

async function readSoFar({ record, run, store, isStored }: EventSource): Promise<readonly LoggedEvent[]> {
  // What a mirror shows is stored first, and held some time after.
  if (run?.isMirror) return readStoredEvents(store, record.key);
  if (!isStored || run?.firstHeld === 1) return run?.held ?? [];
  const stored = await readStoredEvents(store, record.key);
  // Not before: what is dropped from memory meanwhile is stored by then.
  const held = run?.held ?? [];
  const first = held[0]?.id ?? Number.POSITIVE_INFINITY;
  return [...stored.filter(({ id }) => id < first), ...held];
}

async function* readEvents(
  { record, run, store, isStored }: EventSource,
  signal: AbortSignal,
): AsyncGenerator<LoggedEvent, void> {
  let next = 1;
  if (isStored && (!run || run.firstHeld > 1)) {
    for (const stored of await readStoredEvents(store, record.key)) {
      next = stored.id + 1;
      yield stored;
      if (stored.event.type === 'run-ended') return;
    }
  }
  const isHeld = run && (!run.hasEnded || run.firstHeld <= next);
  if (isHeld) return yield* run.events({ from: next, signal });
  const outcome = outcomeOf(record);
  if (!outcome) throw new ApiError('run-not-found', `The run '${record.givenId}' has not begun`);
  const at = record.endedAt === null ? undefined : Date.parse(record.endedAt);
  yield { id: next + 1, at, event: { type: 'run-ended', outcome, usage: record.usage } };
}
