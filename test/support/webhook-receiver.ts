/** A receiver of push notifications. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A notification as it came. */
export interface ReceivedNotification {
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** What it answers; a promise may never settle. */
export type AnswerNotification = (notification: ReceivedNotification, count: number) => number | Promise<number>;

/** A receiver that runs. */
export interface Receiver extends AsyncDisposable {
  readonly port: number;
  /** Where it listens. */
  readonly url: string;
  readonly received: ReceivedNotification[];
  /** The updates that it was told, in the order in which each first came. */
  told(): Record<string, unknown>[];
}

/** Starts it; it answers 200 unless told otherwise, with these headers. */
export async function startReceiver(
  answer: number | AnswerNotification = 200,
  headers: Record<string, string> = {},
): Promise<Receiver> {
  const received: ReceivedNotification[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const notification = { headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString() || '{}') };
    received.push(notification);
    const status = typeof answer === 'number' ? answer : await answer(notification, received.length);
    response.writeHead(status, headers).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    received,
    told: () => [...new Map(received.map(({ headers: { 'webhook-id': id }, body }) => [id, body])).values()],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
