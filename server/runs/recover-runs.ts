import { toInterruptedEnd } from '../store/count-runs.ts';
import type { RunRecord, Store } from '../store/store.ts';
import { INTERRUPTED } from './found-run.ts';
import { rebuildMessages } from './rebuild-messages.ts';
import type { RunEndListener } from './run-end.ts';
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
        recovered.push(await recover(store, run, onEnded));
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

async function recover(store: Store['runs'], run: RunRecord, onEnded: RunEndListener): Promise<RunRecord> {
  const events = run.isDetached ? await readStoredEvents(store, run.key) : [];
  const happened = toInterruptedEnd(await store.steps(run.key), events.at(-1)?.at);
  const end = { status: 'interrupted', outcome: INTERRUPTED, usage: happened.usage } as const;
  const endedAt = new Date().toISOString();
  const messages = rebuildMessages(events.map(({ event }) => event));
  await store.close({ key: run.key, messages, endedAt, ...happened, ...end });
  onEnded({ ...run, ...end, endedAt, steps: happened.steps });
  return { ...run, ...end };
}
