/** Loads an HTTP server over keep-alive connections: each sends its next request when the answer to the last one is whole. */
import { connect, type Socket } from 'node:net';
import type { Served } from './child.ts';

/** How long an answer may take. */
const SILENCE_MS = 60_000;

export interface Load {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly connections: number;
  readonly durationMs: number;
}
export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Answers whose status was not 2xx. */
  readonly failures: number;
}

/** Runs one load against loopback and counts whole answers. Answers must have a Content-Length. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const request = toBytes(load);
  const counts = { requests: 0, failures: 0 };
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(load.port)));
  const startedAt = performance.now();
  const endsAt = startedAt + load.durationMs;
  try {
    await Promise.all(sockets.map((socket) => drive(socket, request, endsAt, counts)));
  } catch (cause) {
    throw new Error(`${load.method} ${load.path} of port ${load.port} was not answered`, { cause });
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { ...counts, requestsPerSecond: counts.requests / seconds };
}

/** What one request costs a server. */
export interface RequestCost {
  /** Processor time of the server's process, in microseconds. */
  readonly cpu: number;
  readonly requestsPerSecond: number;
}

/** Loads a server and says what each request has cost it. Throws when an answer was not 2xx. */
export async function measureRequests(server: Served, load: Omit<Load, 'port'>): Promise<RequestCost> {
  const before = await server.usage();
  const { requests, requestsPerSecond, failures } = await runLoad({ ...load, port: server.port });
  const { cpu } = await server.usage();
  if (failures) throw new Error(`${load.method} ${load.path}: ${failures} of ${requests} answers failed`);
  return { cpu: (cpu - before.cpu) / requests, requestsPerSecond };
}

function toBytes({ method, path, headers = {}, body }: Load): Buffer {
  const lines = Object.entries({
    host: 'localhost',
    ...headers,
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
}

const open = (port: number) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject).once('connect', () => resolve(socket));
  });

function drive(
  socket: Socket,
  request: Buffer,
  endsAt: number,
  counts: { requests: number; failures: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing = 0;
    let pending = '';
    let isDone = false;
    const finish = () => {
      counts.requests++;
      if (performance.now() < endsAt) socket.write(request);
      else {
        isDone = true;
        socket.destroy();
      }
    };
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`nothing came for ${SILENCE_MS / 1000} s`)));
    socket.on('data', (chunk: Buffer) => {
      if (missing > 0) {
        missing -= chunk.length;
        if (missing <= 0) finish();
        return;
      }
      pending += chunk.toString('latin1');
      const head = pending.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(pending.slice(0, head + 2))?.[1] ?? 0);
      if (pending.charCodeAt(9) !== 0x32) counts.failures++;
      missing = head + 4 + length - pending.length;
      pending = '';
      if (missing <= 0) finish();
    });
    socket.once('error', reject).once('close', () => {
      if (isDone) resolve();
      else reject(new Error('the server closed the connection'));
    });
    socket.write(request);
  });
}
