import process from 'node:process';
import type { Stream } from '@agentclientprotocol/sdk';
import { ApiError } from '../call/errors.ts';
import type { Principal } from '../call/principal.ts';
import { createAuthentication } from '../http/auth.ts';
import { createLog, type Log, toLogFormat } from '../http/log.ts';
import type { Options } from '../options.ts';
import type { AcpSdk } from '../protocols/acp/sdk.ts';
import { checkOptions } from '../wiring/check-options.ts';
import { readApiKeys } from '../wiring/http.ts';
import { createRuntime } from '../wiring/runtime.ts';
import type { AcpOptions } from './acp-options.ts';
import { type SharedServer, shareServer } from './shared-server.ts';

const STANDARD_ERROR = 2;
/** How long what goes on may take to end and to be stored, when the editor is gone. */
const END_MS = 2000;

/** What an editor is served by. */
export interface ServeHere {
  readonly sdk: AcpSdk;
  /** The editor. */
  readonly stream: Stream;
  readonly onStarted: () => void;
  /** Resolves when a signal tells this process to end. */
  readonly signalled: Promise<void>;
  /** Is told how to end every child process at once. */
  onKillable(kill: () => void): void;
}

/**
 * Serves an editor from a server in this process, which listens to other windows of the same user alone. Resolves when all of them are
 * gone, or a signal came, and all has ended.
 */
export async function serveHere(
  { agentId, apiKey, options }: Pick<AcpOptions, 'agentId' | 'apiKey' | 'options'>,
  environment: NodeJS.ProcessEnv,
  { sdk, stream, onStarted, signalled, onKillable }: ServeHere,
): Promise<void> {
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
  onKillable(() => runtime.kill());
  try {
    void runtime.start(undefined);
    onStarted();
    const shared = await shareRuntime(runtime, { sdk, options, log });
    const served = runtime.acp.serve(stream, { agentId, principal }).then(() => shared?.unused());
    await Promise.race([served, signalled]);
    await shared?.close();
    await runtime.drain(END_MS);
  } finally {
    await runtime.close();
  }
}

type Runtime = Awaited<ReturnType<typeof createRuntime>>;

/** Lets other windows in; undefined where there can be no socket: they are told so, and this one is served all the same. */
async function shareRuntime(
  { acp }: Runtime,
  { sdk, options, log }: { readonly sdk: AcpSdk; readonly options: Options; readonly log: Log },
): Promise<SharedServer | undefined> {
  try {
    return await shareServer({
      sdk,
      folder: options['data-dir'],
      accept({ agentId, apiKey }) {
        const principal = principalOf(options, apiKey);
        acp.check(agentId);
        return (stream) => acp.serve(stream, { agentId, principal });
      },
      onBroken: (err) => log.error({ err }, 'a connection of an editor broke inside the server'),
    });
  } catch (err) {
    log.warn({ err }, 'other windows cannot share this server: there can be no socket for them');
    return undefined;
  }
}

/** For whom the agent works: for the holder of the key, where there are keys. */
function principalOf(options: Options, apiKey: string | undefined): Principal {
  const principal = createAuthentication(readApiKeys(options))(apiKey === undefined ? undefined : `Bearer ${apiKey}`);
  if (!(principal instanceof ApiError)) return principal;
  if (apiKey !== undefined) throw principal;
  throw new ApiError('unauthorized', 'This needs one of the API keys: give it as AGENT_RUNTIMES_API_KEY');
}
