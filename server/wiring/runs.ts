import type { Log } from '../http/log.ts';
import type { Models } from '../models/models.ts';
import type { Prices } from '../prices/prices.ts';
import { createRunHandlers } from '../runs/run-handlers.ts';
import { Runs } from '../runs/runs.ts';
import type { Store } from '../store/store.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { createUsageHandlers } from '../usage/usage-handlers.ts';

interface RunsOptions {
  readonly store: Store;
  readonly models: Models;
  readonly prices: Prices;
  readonly tracing: Tracing | undefined;
  readonly log: Log;
}

/** Opens the runs: those that a server which died left open have ended. */
export async function openRuns({ store, models, prices, tracing, log }: RunsOptions) {
  const runs = new Runs({ store, models, log, priceOf: prices.priceOf, tracing, onEnded: tracing?.end });
  const interrupted = await runs.interruptOpen();
  if (interrupted.length) log.warn({ runs: interrupted.length }, 'runs were cut off when the server last stopped');
  return {
    runs,
    handlers: {
      runs: createRunHandlers({ runs, store: store.runs, approvals: store.approvals }),
      usage: createUsageHandlers({ store: store.runs, pricesFrom: prices.from }),
    },
  };
}
