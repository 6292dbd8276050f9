import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The end of a connection: after how many whole events it is cut, if possible in the middle of the next one, or goes silent. */
export interface Cut {
  readonly after: number;
  readonly how: 'cut' | 'silence';
}

/** A TCP proxy whose connections break. */
export interface CuttingProxy extends AsyncDisposable {
  /** The URL of the target through the proxy. */
  readonly url: string;
  /** How many connections were made. */
  connections(): number;
  /** Resolves once so many connections were cut. */
  cut(count: number): Promise<void>;
  /** Cuts every connection and takes no more. */
  close(): Promise<void>;
}

/** Stands before the server at `target`; `plan` says what becomes of each connection, the first being number 1. */
export async function startCuttingProxy(
  target: string,
  plan: (connection: number) => Cut | undefined,
): Promise<CuttingProxy> {
  const { port: targetPort } = new URL(target);
  const open = new Set<Socket>();
  let count = 0;
  let cuts = 0;
  let changed = Promise.withResolvers<void>();
  const noteCut = () => {
    cuts++;
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const server = createServer((client) => {
    const upstream = connect(Number(targetPort), '127.0.0.1');
    const cut = plan(++count);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream);
    let events = 0;
    let isCut = false;
    upstream.on('data', (chunk: Buffer) => {
      if (isCut) return;
      let end = 0;
      while (cut && events < cut.after && end >= 0) {
        end = chunk.indexOf('\n\n', end);
        if (end >= 0) [events, end] = [events + 1, end + 2];
      }
      if (!cut || end < 0 || events < cut.after) return void client.write(chunk);
      isCut = true;
      client.write(chunk.subarray(0, end + 12), () => {
        if (cut.how === 'cut') client.destroy();
        noteCut();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => count,
    async cut(wanted) {
      while (cuts < wanted) await changed.promise;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
