/** Some servers in processes of their own that share one database. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServerProcess, startServerProcess } from '../server-process.ts';

/** Replicas that listen. Disposed of, they end. */
export interface Replicas extends AsyncDisposable {
  /** Resolves when none is left. */
  readonly over: Promise<void>;
}

interface StartReplicas {
  readonly count: number;
  /** Where each has a folder of its own. */
  readonly folder: string;
  readonly databaseUrl: string;
  /** Whether one that has ended is started again. */
  readonly isRestarted: boolean;
  /** Told the roots of those that run, whenever that changes. */
  readonly onChange: (urls: readonly string[]) => void;
  readonly say: (line: string) => void;
}

const LEAST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 30_000;

/** Starts them, the first one alone: it makes the tables. Rejects when one of them does not start. They end with this script. */
export async function startReplicas(options: StartReplicas): Promise<Replicas> {
  const { count, isRestarted, onChange, say } = options;
  const running = new Map<number, ServerProcess>();
  const ending = new AbortController();
  const over = Promise.withResolvers<void>();
  const tell = () => onChange([...running.values()].map(({ url }) => url));
  const start = async (number: number) => {
    const server = await startReplica(number, options);
    running.set(number, server);
    void watch(number, server).catch(over.reject);
    say(`replica ${number}   ${server.url}   pid ${server.pid}`);
    tell();
  };
  const watch = async (number: number, server: ServerProcess) => {
    const code = await server.ended;
    running.delete(number);
    if (ending.signal.aborted) return;
    tell();
    say(`replica ${number}   has ended ${code === null ? 'by a signal' : `with code ${code}`}`);
    if (isRestarted) await persist(() => start(number), { signal: ending.signal, say });
    else if (running.size === 0) over.resolve();
  };
  const end = async () => {
    ending.abort();
    await Promise.all([...running.values()].map((server) => server.stop()));
  };
  // Who does not wait for it yet learns of it later.
  over.promise.catch(() => undefined);
  try {
    await start(1);
    await Promise.all(Array.from({ length: count - 1 }, (_, at) => start(at + 2)));
  } catch (cause) {
    await end();
    throw cause;
  }
  return { over: over.promise, [Symbol.asyncDispose]: end };
}

async function startReplica(number: number, { folder, databaseUrl, say }: StartReplicas): Promise<ServerProcess> {
  const own = join(folder, `replica-${number}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const args = ['--demo', '--data-dir', own, '--mcp-config', join(own, 'mcp.json')];
  const log = ['--log-level', 'warn', '--log-format', 'pretty'];
  return startServerProcess({
    args: [...args, ...log],
    environment: { ...withoutOptions(process.env), AGENT_RUNTIMES_DATABASE_URL: databaseUrl },
    onOutput(text) {
      for (const line of text.split('\n').filter(Boolean)) say(`replica ${number}   says ${line}`);
    },
  });
}

/** What other variables say, such as keys of models, holds for replicas; what says how a server of this machine is started does not. */
function withoutOptions(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AGENT_RUNTIMES_')));
}

interface Persist {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Tries until it succeeds or `signal` aborts, with growing pauses. */
async function persist(attempt: () => Promise<void>, { signal, say }: Persist): Promise<void> {
  for (let pauseMs = LEAST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MOST_PAUSE_MS)) {
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      return await attempt();
    } catch (cause) {
      say(cause instanceof Error ? cause.message : String(cause));
    }
  }
}
