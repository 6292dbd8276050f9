/** The socket by which the editors of one user share the server in the process of one of them. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** A path longer than this is none that sockets take: on macOS they have 103 bytes. */
const MAX_PATH_BYTES = 100;

/** A socket that listens. */
export interface LocalSocket {
  readonly path: string;
  /** Takes no more connections. Those that are open stay. */
  close(): Promise<void>;
}

/** Listens for programs of the same user, at a path in `folder` where one fits. Throws what listening throws. */
export async function listenLocally(folder: string, onConnection: (socket: Socket) => void): Promise<LocalSocket> {
  const server = createServer(onConnection);
  const { path, remove } = await choosePath(folder);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  return {
    path,
    async close() {
      await closeServer(server);
      await remove();
    },
  };
}

async function choosePath(folder: string): Promise<{ path: string; remove(): Promise<void> }> {
  const nothing = async () => undefined;
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\agent-runtimes-${randomUUID()}`, remove: nothing };
  const path = join(folder, 'acp.sock');
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) {
    // What a process has left that was killed; the folder is this one's.
    rmSync(path, { force: true });
    return { path, remove: nothing };
  }
  // For its owner only, as the data folder is.
  const own = await mkdtemp(join(tmpdir(), 'agent-runtimes-'));
  return { path: join(own, 'acp.sock'), remove: () => rm(own, { recursive: true, force: true }) };
}

const closeServer = (server: Server) => new Promise<void>((resolve) => void server.close(() => resolve()));
