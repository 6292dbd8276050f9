/** Runs of processes that share a database, all of them in this one. */
import { randomUUID } from 'node:crypto';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { pino } from 'pino';
import { EVERYBODY } from '../../server/call/principal.ts';
import { openPostgresWake } from '../../server/replicas/postgres-wake.ts';
import { Replica, type ReplicaTimes } from '../../server/replicas/replica.ts';
import { createMemoryWake, type Wake } from '../../server/replicas/wake.ts';
import type { Run } from '../../server/runs/active-run.ts';
import type { RunSharing } from '../../server/runs/foreign-runs.ts';
import type { RunLimits } from '../../server/runs/limits.ts';
import type { LoggedEvent } from '../../server/runs/log-reader.ts';
import type { RunRequest } from '../../server/runs/run-request.ts';
import { Runs } from '../../server/runs/runs.ts';
import type { FindRunnable } from '../../server/runs/start-run.ts';
import type { PriceOf } from '../../server/runs/step-recorder.ts';
import { openPostgresStore } from '../../server/store/postgres/postgres.ts';
import type { Beat } from '../../server/store/shared-store.ts';
import type { Store } from '../../server/store/store.ts';
import { only, quickLimits, testAgent, toolsetOf, userSays } from './loop.ts';

/** One of the processes, without anything that it does. */
export interface OpenedProcess {
  readonly store: Store;
  readonly sharing: RunSharing;
  readonly replica: Replica;
  readonly logged: string[];
  /** Whether it stands still, as far as the database can tell: it says nothing, and nothing is stored for it. */
  isStopped: boolean;
  close(): Promise<void>;
}

/** One of the processes, with its runs. */
export interface SharedProcess extends OpenedProcess, AsyncDisposable {
  readonly runs: Runs;
  start(request?: Partial<RunRequest>): Promise<Run>;
}

/** How a process is opened. */
export interface OpenOptions {
  readonly url: string;
  readonly times?: Partial<ReplicaTimes>;
  /** Whether it hears nobody, and nobody hears it. */
  readonly isDeaf?: boolean;
}

/** How a process is opened that has runs. */
export interface SharedProcessOptions extends OpenOptions {
  /** Finds the agents of runs that it goes on with; absent: it waits with those. */
  readonly find?: FindRunnable;
  readonly limits?: Partial<RunLimits>;
  /** What answers of models cost; absent: that is not known. */
  readonly priceOf?: PriceOf;
}

/** Times that tests need not wait long for. */
const QUICK_TIMES: ReplicaTimes = { leaseMs: 1600, beatMs: 200, lookMs: 100 };

/** Opens a database that others use too. */
export async function openProcess({ url, times, isDeaf = false }: OpenOptions): Promise<OpenedProcess> {
  const id = randomUUID();
  const logged: string[] = [];
  const log = {
    error: (details: object, message: string) => void logged.push(`${message} ${String(Reflect.get(details, 'err'))}`),
    warn: (_: object, message: string) => void logged.push(message),
    info: () => undefined,
  };
  const quiet = pino({ level: 'silent' });
  const opened = await openPostgresStore({ url, replica: id, log });
  if (!opened.shared) throw new Error('The store is not shared');
  const { beat, ...shared } = opened.shared;
  const process = { isStopped: false };
  const untilRunning = async () => {
    while (process.isStopped) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const store: Store = {
    ...opened,
    shared: {
      ...shared,
      async beat(said): Promise<Beat> {
        await untilRunning();
        return beat(said);
      },
    },
    runs: {
      ...opened.runs,
      async append(happened) {
        await untilRunning();
        return opened.runs.append(happened);
      },
      async close(run) {
        await untilRunning();
        return opened.runs.close(run);
      },
    },
    tasks: {
      ...opened.tasks,
      async change(...changed) {
        await untilRunning();
        return opened.tasks.change(...changed);
      },
      async claim(live, silenceMs) {
        await untilRunning();
        return opened.tasks.claim(live, silenceMs);
      },
    },
  };
  const replica = new Replica({ store: store.shared ?? opened.shared, times: { ...QUICK_TIMES, ...times }, log });
  await replica.start();
  const wake: Wake = isDeaf ? createMemoryWake() : await openPostgresWake({ url, replica: id, log: quiet });
  return Object.assign(process, {
    store,
    sharing: { store: store.shared ?? opened.shared, replica, wake },
    replica,
    logged,
    async close() {
      await wake.close();
      await replica.close();
      await opened.close();
    },
  });
}

/** Opens runs on a database that others use too. */
export async function startSharedRuns(
  model: LanguageModelV4,
  { limits, find, priceOf, ...options }: SharedProcessOptions,
): Promise<SharedProcess> {
  const process = await openProcess(options);
  const { store, sharing, logged } = process;
  const log = {
    error: (details: object, message: string) => void logged.push(`${message} ${String(Reflect.get(details, 'err'))}`),
    warn: (_: object, message: string) => void logged.push(message),
  };
  const runs = new Runs({ store, models: only(model), log, limits: { ...quickLimits, ...limits }, priceOf, sharing });
  if (find) runs.goOnWith(find);
  return Object.assign(process, {
    runs,
    start: (request?: Partial<RunRequest>) =>
      runs.start({
        agent: () => testAgent,
        toolset: toolsetOf({}),
        principal: EVERYBODY,
        messages: [userSays('Hello', randomUUID())],
        history: 'stored',
        detached: true,
        ...request,
      }),
    async [Symbol.asyncDispose]() {
      process.isStopped = false;
      await runs.drain(0);
      await process.close();
    },
  });
}

/** The events of a run as another process finds it. */
export async function readElsewhere(process: SharedProcess, runId: string, after = 0): Promise<LoggedEvent[]> {
  const found = await process.runs.findById(runId, EVERYBODY);
  if (!found) throw new Error(`There is no run ${runId}`);
  const events: LoggedEvent[] = [];
  for await (const event of found.events(AbortSignal.timeout(15_000))) if (event.id > after) events.push(event);
  return events;
}
