/** Runs of processes that share a database, all of them in this one. */
import { randomUUID } from 'node:crypto';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { pino } from 'pino';
import { EVERYBODY } from '../../server/call/principal.ts';
import { openPostgresWake } from '../../server/replicas/postgres-wake.ts';
import { Replica, type ReplicaTimes } from '../../server/replicas/replica.ts';
import { createMemoryWake, type Wake } from '../../server/replicas/wake.ts';
import type { Run } from '../../server/runs/active-run.ts';
import type { RunLimits } from '../../server/runs/limits.ts';
import type { LoggedEvent } from '../../server/runs/log-reader.ts';
import type { RunRequest } from '../../server/runs/run-request.ts';
import { Runs } from '../../server/runs/runs.ts';
import type { FindRunnable } from '../../server/runs/start-run.ts';
import { openPostgresStore } from '../../server/store/postgres/postgres.ts';
import type { Beat } from '../../server/store/shared-store.ts';
import type { Store } from '../../server/store/store.ts';
import { only, quickLimits, testAgent, toolsetOf, userSays } from './loop.ts';

/** One of the processes. */
export interface SharedProcess extends AsyncDisposable {
  readonly store: Store;
  readonly runs: Runs;
  readonly replica: Replica;
  readonly logged: string[];
  /** Whether it stands still, as far as the database can tell: it says nothing, and nothing is stored for it. */
  isStopped: boolean;
  start(request?: Partial<RunRequest>): Promise<Run>;
}

interface SharedProcessOptions {
  readonly url: string;
  readonly limits?: Partial<RunLimits>;
  readonly times?: Partial<ReplicaTimes>;
  /** Whether it hears nobody, and nobody hears it. */
  readonly isDeaf?: boolean;
  /** Finds the agents of runs that it goes on with; absent: it waits with those. */
  readonly find?: FindRunnable;
}

/** Times that tests need not wait long for. */
const QUICK_TIMES: ReplicaTimes = { leaseMs: 1600, beatMs: 200, lookMs: 100 };

/** Opens runs on a database that others use too. */
export async function startSharedRuns(
  model: LanguageModelV4,
  { url, limits, times, isDeaf = false, find }: SharedProcessOptions,
): Promise<SharedProcess> {
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
  };
  const replica = new Replica({ store: store.shared ?? opened.shared, times: { ...QUICK_TIMES, ...times }, log });
  await replica.start();
  const wake: Wake = isDeaf ? createMemoryWake() : await openPostgresWake({ url, replica: id, log: quiet });
  const sharing = { store: store.shared ?? opened.shared, replica, wake };
  const runs = new Runs({ store, models: only(model), log, limits: { ...quickLimits, ...limits }, sharing });
  if (find) runs.goOnWith(find);
  return Object.assign(process, {
    store,
    runs,
    replica,
    logged,
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
      await wake.close();
      await replica.close();
      await opened.close();
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
