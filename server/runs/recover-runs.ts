import type { RunRecord, Store } from '../store/store.ts';
import { INTERRUPTED } from './found-run.ts';
import { lastUsage, rebuildMessages } from './rebuild-messages.ts';
import type { RunEvent } from './run-events.ts';

const PAGE = 200;

/** Ends the runs that a server which died left open, and stores what they had said as far as that is known. */
export async function recoverRuns(store: Store['runs']): Promise<RunRecord[]> {
  const recovered: RunRecord[] = [];
  for (;;) {
    const { runs } = await store.list({ status: 'running', limit: PAGE });
    for (const run of runs) {
      const batches = run.isDetached ? await store.events(run.id) : [];
      const events = batches.flatMap((batch) => batch.events as readonly RunEvent[]);
      const { inputTokens, outputTokens } = lastUsage(events);
      const end = { status: 'interrupted', outcome: INTERRUPTED, inputTokens, outputTokens } as const;
      await store.close({ id: run.id, messages: rebuildMessages(events), ...end });
      recovered.push({ ...run, status: 'interrupted', outcome: INTERRUPTED, inputTokens, outputTokens });
    }
    if (runs.length < PAGE) return recovered;
  }
}
