import type { Log } from '../http/log.ts';
import { openFileSource } from '../models/files/file-source.ts';
import type { Models } from '../models/models.ts';
import type { Options } from '../options.ts';
import { openPrices } from '../prices/prices.ts';
import type { Replica } from '../replicas/replica.ts';
import type { Wake } from '../replicas/wake.ts';
import type { EndedCall } from '../runs/call-watch.ts';
import type { RunEndListener } from '../runs/run-end.ts';
import { createRunHandlers } from '../runs/run-handlers.ts';
import { Runs } from '../runs/runs.ts';
import type { Store } from '../store/store.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { createUsageHandlers } from '../usage/usage-handlers.ts';

interface RunsOptions {
  readonly options: Options;
  readonly store: Store;
  readonly replica: Replica | undefined;
  readonly wake: Wake;
  readonly models: Models;
  readonly tracing: Tracing | undefined;
  /** Told of each run that has ended. */
  readonly onEnded: RunEndListener;
  /** Told of each tool call that was made within another one, once it has ended. */
  readonly onInnerEnded: (call: EndedCall) => void;
  readonly log: Log;
}

/** Opens the runs: those that a server which died left open have ended. */
export async function openRuns({
  options,
  store,
  replica,
  wake,
  models,
  tracing,
  onEnded,
  onInnerEnded,
  log,
}: RunsOptions) {
  const prices = openPrices({ file: options.prices, log });
  const runs = new Runs({
    store,
    models,
    log,
    files: openFileSource({ allowedHosts: options['file-host'] }),
    priceOf: prices.priceOf,
    tracing,
    sharing: store.shared && replica && { store: store.shared, replica, wake },
    onInnerEnded,
    onEnded(ended) {
      tracing?.end(ended);
      onEnded(ended);
    },
  });
  const interrupted = await runs.interruptOpen();
  if (interrupted.length) log.warn({ runs: interrupted.length }, 'runs were cut off when the server last stopped');
  return {
    runs,
    prices,
    handlers: {
      runs: createRunHandlers({ runs, store: store.runs, approvals: store.approvals }),
      usage: createUsageHandlers({ store: store.runs, prices }),
    },
  };
}
