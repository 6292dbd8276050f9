/** Serves an editor from the server that has the data folder, wherever that is: in this process when none has it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../command-error.ts';
import type { Options } from '../options.ts';
import { type FolderServer, findFolderServer } from '../store/folder-address.ts';
import { untilSignal } from '../until-signal.ts';
import type { AcpOptions } from './acp-options.ts';
import { bridge, relay } from './bridge.ts';
import { type ServeHere, serveHere } from './serve-here.ts';
import { joinServer } from './shared-server.ts';

/** How long a server that has the folder may take until it can be reached: it may be starting. */
const START_MS = 20_000;
const LOOK_MS = 50;

/** Resolves when the editor is gone, or a signal came. Throws when there is no server that serves it. */
export async function serveFolder(
  options: AcpOptions,
  environment: NodeJS.ProcessEnv,
  parts: Omit<ServeHere, 'signalled' | 'onKillable'>,
): Promise<void> {
  const killable = new Set<() => void>();
  const kill = () => {
    for (const end of killable) end();
  };
  const signalled = untilSignal(kill, ['SIGTERM', 'SIGINT', 'SIGHUP']);
  const here = { ...parts, signalled, onKillable: (end: () => void) => void killable.add(end) };
  for (;;) {
    const server = await awaitAddress(options.options);
    if (!server) {
      if (await isServedHere(options, environment, here)) return;
    } else if (await isServedThere(server, options, here)) return;
  }
}

/** The server that has the folder, once it is known where it is; undefined when none has it. */
async function awaitAddress({ 'data-dir': folder, host, port }: Options): Promise<FolderServer | undefined> {
  for (const deadline = performance.now() + START_MS; ; await sleep(LOOK_MS)) {
    const server = find(folder);
    if (!server || server.address) return server;
    if (performance.now() > deadline) {
      const name = server.pid === undefined ? 'another server' : `another server (process ${server.pid})`;
      throw new CommandError(
        `The data folder ${folder} is in use by ${name}, and nothing tells where it listens: speak with its agents by --url http://${host}:${port}, or choose another folder with --data-dir`,
      );
    }
  }
}

/** False when another window was faster, and has the folder. */
async function isServedHere(options: AcpOptions, environment: NodeJS.ProcessEnv, here: ServeHere): Promise<boolean> {
  try {
    await serveHere(options, environment, here);
    return true;
  } catch (cause) {
    const owner = find(options.options['data-dir']);
    if (!owner || here.stdio.stream.readable.locked) throw cause;
    return false;
  }
}

/** False when that server was gone before it was reached. */
async function isServedThere(
  { address }: FolderServer,
  { agentId, apiKey }: AcpOptions,
  { sdk, stdio, onStarted, signalled }: ServeHere,
): Promise<boolean> {
  if (!address) return false;
  if ('url' in address) {
    await bridge({ url: address.url, agentId, apiKey }, stdio.stream, signalled);
    return true;
  }
  const way = await joinServer(sdk, address.socket, { agentId, ...(apiKey !== undefined && { apiKey }) });
  if (!way) return false;
  onStarted();
  if ((await relay(stdio.stream, way.stream, signalled)) === 'server')
    throw new CommandError('The window whose process had the server has ended: start the agent anew');
  way.close();
  await way.closed;
  return true;
}

function find(folder: string): FolderServer | undefined {
  try {
    return findFolderServer(folder);
  } catch {
    return undefined; // what is wrong with the folder is said by whoever opens it
  }
}
