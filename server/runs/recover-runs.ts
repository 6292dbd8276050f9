import { toInterruptedEnd } from '../store/interrupted-end.ts';
import type { RunRecord, Store } from '../store/store.ts';
import { rebuildMessages } from './rebuild-messages.ts';
import type { RunEndListener } from './run-end.ts';
import { INTERRUPTED } from './run-events.ts';
import { readStoredEvents } from './stored-events.ts';
import type { FaultLog } from './tool-calls.ts';

const PAGE = 200;

/**
 * Ends the runs that a server which died left open, and stores what they had said as far as that is known. One whose record or whose
 * conversation is damaged ends without that.
 */
export async function recoverRuns(
  store: Store['runs'],
  { log, onEnded }: { readonly log: FaultLog; readonly onEnded: RunEndListener },
): Promise<RunRecord[]> {
  const recovered: RunRecord[] = [];
  for (let cursor: string | undefined; ; ) {
    const { runs, nextCursor } = await store.list({ status: 'running', limit: PAGE, cursor });
    for (const run of runs) {
      try {
        recovered.push(await recoverRun(store, run, onEnded));
      } catch (error) {
        log.error({ err: error, run_id: run.id }, 'what a run had said when the server stopped could not be stored');
      }
    }
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  // Those that are left; a disk that fails fails here too.
  return [...recovered, ...(await store.interruptOpen())];
}

/** Ends a run whose process is gone: as one that was cut off, or as its caller asked for meanwhile. */
export async function recoverRun(store: Store['runs'], run: RunRecord, onEnded: RunEndListener): Promise<RunRecord> {
  const events = await readStoredEvents(store, run.key);
  const lastAt = events.findLast(({ at }) => at !== undefined)?.at;
  const { steps, changedSteps, usage, endedAt } = toInterruptedEnd(run, await store.steps(run.key), lastAt);
  const end = { ...endOf(run), usage, endedAt };
  const messages = rebuildMessages(events.map(({ event }) => event));
  await store.close({ key: run.key, messages, steps, changedSteps, ...end });
  onEnded({ ...run, ...end, steps });
  return { ...run, ...end };
}

const endOf = ({ cancelReason: reason }: RunRecord) =>
  reason === null
    ? ({ status: 'interrupted', outcome: INTERRUPTED } as const)
    : ({ status: 'cancelled', outcome: { status: 'cancelled', reason } } as const);
