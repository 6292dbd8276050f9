import process from 'node:process';
import { ApiError } from '../call/errors.ts';
import type { Principal } from '../call/principal.ts';
import { CommandError } from '../command-error.ts';
import { createAuthentication } from '../http/auth.ts';
import { createLog, toLogFormat } from '../http/log.ts';
import type { Options } from '../options.ts';
import { findServerOf } from '../store/folder-lock.ts';
import { untilSignal } from '../until-signal.ts';
import { checkOptions } from '../wiring/check-options.ts';
import { readApiKeys } from '../wiring/http.ts';
import { createRuntime } from '../wiring/runtime.ts';
import type { AcpOptions } from './acp-options.ts';
import type { Stdio } from './stdio.ts';

const STANDARD_ERROR = 2;
/** How long what goes on may take to end and to be stored, when the editor is gone. */
const END_MS = 2000;

interface ServeHere {
  readonly stdio: Pick<Stdio, 'stream'>;
  readonly onStarted: () => void;
}

/** Serves an editor from a server in this process, which listens nowhere. Resolves when the editor is gone, or a signal came, and all has ended. */
export async function serveHere(
  { agentId, apiKey, options }: Pick<AcpOptions, 'agentId' | 'apiKey' | 'options'>,
  environment: NodeJS.ProcessEnv,
  { stdio, onStarted }: ServeHere,
): Promise<void> {
  checkHasNoServer(options);
  await checkOptions(options, environment, { listens: false });
  const principal = principalOf(options, apiKey);
  const log = createLog({
    level: options.debug ? 'debug' : options['log-level'],
    ...toLogFormat(options, process.stderr, environment),
    descriptor: STANDARD_ERROR,
  });
  process.on('unhandledRejection', (cause) => log.error({ err: cause }, 'unhandled rejection'));
  process.on('uncaughtException', (cause) => log.fatal({ err: cause }, 'uncaught exception'));
  const runtime = await createRuntime({ options, environment, log });
  const signalled = untilSignal(() => runtime.kill(), ['SIGTERM', 'SIGINT', 'SIGHUP']);
  try {
    runtime.start(undefined);
    onStarted();
    await Promise.race([runtime.serveAcp(stdio.stream, { agentId, principal }), signalled]);
    await runtime.drain(END_MS);
  } finally {
    await runtime.close();
  }
}

/** Throws when another server has the data folder: one process owns it. */
function checkHasNoServer({ 'data-dir': folder, host, port }: Options): void {
  const owner = findOwner(folder);
  if (!owner) return;
  const name = owner.pid === undefined ? 'another server' : `another server (process ${owner.pid})`;
  throw new CommandError(
    `The data folder ${folder} is in use by ${name}: speak with its agents by --url http://${host}:${port}, or wherever it listens, or choose another folder with --data-dir`,
  );
}

function findOwner(folder: string): ReturnType<typeof findServerOf> {
  try {
    return findServerOf(folder);
  } catch {
    return undefined; // what is wrong with the folder is said by whoever opens it
  }
}

/** For whom the agent works: for the holder of the key, where there are keys. */
function principalOf(options: Options, apiKey: string | undefined): Principal {
  const principal = createAuthentication(readApiKeys(options))(apiKey === undefined ? undefined : `Bearer ${apiKey}`);
  if (!(principal instanceof ApiError)) return principal;
  if (apiKey !== undefined) throw principal;
  throw new ApiError('unauthorized', 'This needs one of the API keys: give it as AGENT_RUNTIMES_API_KEY');
}
