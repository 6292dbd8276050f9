/**
 * Starts replicas of the server with the demo agent, a PostgreSQL that they share and a balancer before them, all on loopback, and says what
 * to try: `npm run cluster -- --help`. PostgreSQL is looked for, and on Debian installed when root runs this. Ctrl-C ends everything.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Balancer, startBalancer } from './cluster/balancer.ts';
import { type ClusterOptions, clusterHelp, readClusterOptions } from './cluster/options.ts';
import { startReplicas } from './cluster/replicas.ts';
import { whatToTry } from './cluster/what-to-try.ts';
import { findOrInstallPostgres, findPostgres } from './find-postgres.ts';
import { type Owned, own, ownFolder } from './own.ts';
import { startPostgres } from './postgres-server.ts';

const DATABASE = 'agent_runtimes';
const USUAL_PORT = 8765;
const READY_MS = 120_000;
const READY_LOOK_MS = 100;

let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);

try {
  const options = readClusterOptions(process.argv.slice(2));
  if (options === 'help') console.log(clusterHelp);
  else await run(options);
} catch (cause) {
  if (!isEnding) console.error(`The cluster failed: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exitCode = 1;
}

/** Runs until no replica is left; a signal ends the process before. */
async function run(options: ClusterOptions): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { dataFolder } = options;
  const folder =
    dataFolder === undefined ? stack.use(await ownFolder('agent-runtimes-cluster-')).path : resolve(dataFolder);
  const databaseUrl = await openDatabase(folder, { isKept: dataFolder !== undefined, stack });
  say(`database    ${databaseUrl}`);
  const balancer = await openBalancer(options.port, stack);
  const replicas = await startReplicas({
    count: options.replicas,
    isRestarted: options.isRestarted,
    folder,
    databaseUrl,
    onChange: (urls) => void balancer.setTargets(urls),
    say,
  });
  stack.use(replicas);
  await untilReady(balancer.url);
  say(`data        ${folder}${dataFolder === undefined ? ' (until the end)' : ''}`);
  say(`service     ${balancer.url}   console at ${balancer.url}/console`);
  say(whatToTry(balancer.url, `run-${randomUUID().slice(0, 6)}`));
  await replicas.over;
  throw new Error('no replica is left');
}

interface OpenDatabase {
  readonly isKept: boolean;
  readonly stack: AsyncDisposableStack;
}

/** Starts PostgreSQL with its data in `folder`, and returns the URL of the database of the replicas. */
async function openDatabase(folder: string, { isKept, stack }: OpenDatabase): Promise<string> {
  const bin = findPrograms();
  const own = join(folder, 'postgres');
  mkdirSync(own, { recursive: true, mode: 0o711 });
  // As root, PostgreSQL runs as another user, who must get there. Nobody else can look into it.
  if (!isKept) chmodSync(folder, 0o711);
  const server = await keepOpen(stack, () => startPostgres({ folder: own, isKept, bin }));
  return server.createDatabase(DATABASE).catch((cause: unknown) => {
    if (Object(cause).code === '42P04') return server.url(DATABASE);
    throw cause;
  });
}

function findPrograms(): string {
  const found = findPostgres();
  if ('bin' in found) return found.bin;
  say(`${found.missing}: trying to install it`);
  const installed = findOrInstallPostgres();
  if ('bin' in installed) return installed.bin;
  throw new Error(installed.missing);
}

/** Starts the balancer, at any port where none is given and the usual one is taken. */
function openBalancer(port: number | undefined, stack: AsyncDisposableStack): Promise<Balancer> {
  return keepOpen(stack, () =>
    startBalancer({ targets: [], port: port ?? USUAL_PORT }).catch((cause: unknown) => {
      if (port !== undefined || Object(cause).code !== 'EADDRINUSE') throw cause;
      return startBalancer({ targets: [] });
    }),
  );
}

/** Opens something that ends with this script, or before. */
async function keepOpen<Part extends AsyncDisposable>(
  stack: AsyncDisposableStack,
  open: () => Promise<Part>,
): Promise<Part> {
  const owned: Owned<Promise<Part>> = await own(open, async (opening) => {
    const part = await opening.catch(() => undefined);
    await part?.[Symbol.asyncDispose]();
  });
  stack.use(owned);
  return owned.value;
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const { status } = await fetch(`${url}/api/v1/ready`, { signal: AbortSignal.timeout(READY_MS) });
    if (status === 200) return;
    await sleep(READY_LOOK_MS);
  }
  throw new Error(`no replica was ready within ${READY_MS} ms`);
}

function say(line: string): void {
  // When all of it ends, each part of it does.
  if (!isEnding) console.log(line);
}

function end(): void {
  say('\nEnding all of it ...');
  isEnding = true;
}
