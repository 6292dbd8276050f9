/** Serves an editor from the server that has the data folder, wherever that is: in this process when none has it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { CommandError } from '../command-error.ts';
import type { Options } from '../options.ts';
import { type FolderServer, findFolderServer } from '../store/folder-address.ts';
import { untilSignal } from '../until-signal.ts';
import type { AcpOptions } from './acp-options.ts';
import { bridge } from './bridge.ts';
import { EditorLine } from './editor-line.ts';
import { type ServeHere, serveHere } from './serve-here.ts';
import { joinServer } from './shared-server.ts';

/** How long a server that has the folder may take until it can be reached: it may be starting. */
const START_MS = 20_000;
const LOOK_MS = 50;

/** An editor, and by what it is served. */
interface Place extends ServeHere {
  readonly options: AcpOptions;
  readonly environment: NodeJS.ProcessEnv;
  /** Set once the editor was served by another window, whose server may end before the editor leaves. */
  line?: EditorLine;
}

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
  const place: Place = { ...parts, options, environment, signalled, onKillable: (end) => void killable.add(end) };
  for (let isOver = false; !isOver; ) {
    const server = await awaitAddress(options.options);
    isOver = server ? await isServedThere(server, place) : await isServedHere(place);
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
async function isServedHere(place: Place): Promise<boolean> {
  const { options, environment, line, stream: editor, signalled } = place;
  const [own, stream] = line ? makePipe() : [undefined, editor];
  const served = serveHere(options, environment, { ...place, stream });
  try {
    if (own) await line?.serveBy(own, Promise.race([signalled, served]));
    await served;
    return true;
  } catch (cause) {
    if (!find(options.options['data-dir']) || stream.readable.locked) throw cause;
    return false;
  }
}

/** False when that server was gone before the editor was. */
async function isServedThere({ address }: FolderServer, place: Place): Promise<boolean> {
  const { options, sdk, stream, onStarted, signalled } = place;
  const { agentId, apiKey } = options;
  if (!address) return false;
  if ('url' in address) {
    if (place.line) throw new CommandError('Another server has the data folder now: start the agent anew');
    await bridge({ url: address.url, agentId, apiKey }, stream, signalled);
    return true;
  }
  const way = await joinServer(sdk, address.socket, { agentId, ...(apiKey !== undefined && { apiKey }) });
  if (!way) return false;
  onStarted();
  place.line ??= new EditorLine(stream);
  if ((await place.line.serveBy(way.stream, signalled)) === 'server') return false;
  way.close();
  await way.closed;
  return true;
}

/** Two ends of a connection in this process. */
function makePipe(): [Stream, Stream] {
  const there = new TransformStream<AnyMessage, AnyMessage>();
  const back = new TransformStream<AnyMessage, AnyMessage>();
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

function find(folder: string): FolderServer | undefined {
  try {
    return findFolderServer(folder);
  } catch {
    return undefined; // what is wrong with the folder is said by whoever opens it
  }
}
