/** Runs on a real store, with a scripted model. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { EVERYBODY } from '../../server/call/principal.ts';
import type { Publish } from '../../server/live-events/publish.ts';
import type { FileSource } from '../../server/models/files/file-source.ts';
import type { Run } from '../../server/runs/active-run.ts';
import type { FoundModel } from '../../server/runs/agent-loop.ts';
import type { EndedCall } from '../../server/runs/call-watch.ts';
import type { RunLimits } from '../../server/runs/limits.ts';
import type { LoggedEvent } from '../../server/runs/log-reader.ts';
import type { RunRequest } from '../../server/runs/run-request.ts';
import { Runs } from '../../server/runs/runs.ts';
import type { PriceOf } from '../../server/runs/step-recorder.ts';
import type { Store } from '../../server/store/store.ts';
import { only, quickLimits, testAgent, toolsetOf, userSays } from './loop.ts';
import { openStore } from './stores.ts';

/** Runs, their store and their log. */
export interface Running extends AsyncDisposable {
  readonly runs: Runs;
  readonly store: Store;
  readonly logged: object[];
  /** Starts a run of `tester` with the message Hello, unless `request` says otherwise. */
  start(request?: Partial<RunRequest>): Promise<Run>;
}

/** What runs are opened with. */
export interface RunningOptions {
  readonly limits?: Partial<RunLimits>;
  readonly folder?: string;
  readonly wrapStore?: (store: Store) => Store;
  readonly priceOf?: PriceOf | undefined;
  readonly publish?: Publish;
  readonly files?: FileSource | undefined;
  readonly outputWay?: FoundModel['outputWay'];
  readonly onInnerEnded?: ((call: EndedCall) => void) | undefined;
}

/** Files that are found at every address. */
export const filesOf = (contentType: string, bytes = Buffer.from('a file')): FileSource => ({
  mayPassOn: async () => true,
  fetch: async () => ({ bytes, contentType }),
});

/** Opens a store and runs on it. `wrapStore` may break it. */
export async function startRuns(
  model: LanguageModelV4,
  { limits, folder = ':memory:', wrapStore = (store) => store, publish, outputWay, ...rest }: RunningOptions = {},
): Promise<Running> {
  const store = wrapStore(await openStore({ folder, ...(publish && { publish }) }));
  const logged: object[] = [];
  const runs = new Runs({
    store,
    models: only(model, outputWay),
    log: { error: (details) => logged.push(details) },
    limits: { ...quickLimits, ...limits },
    ...rest,
  });
  let messageCount = 0;
  return {
    runs,
    store,
    logged,
    start: (request) =>
      runs.start({
        agent: () => testAgent,
        toolset: toolsetOf({}),
        principal: EVERYBODY,
        messages: [userSays('Hello', `u${++messageCount}`)],
        history: 'stored',
        ...request,
      }),
    async [Symbol.asyncDispose]() {
      await runs.drain(0);
      await store.close();
    },
  };
}

/** Reads a run to its end. */
export async function readAll(run: Run, options?: Parameters<Run['events']>[0]): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for await (const event of run.events(options)) events.push(event);
  return events;
}
