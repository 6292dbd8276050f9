/** Replicas that are small HTTP servers, and requests to them whose connections may break. */
import { once } from 'node:events';
import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a replica answers everything with but whether it is ready. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A small replica. */
export interface SmallReplica extends AsyncDisposable {
  /** What it says when it is asked. */
  isReady: boolean;
  /** How many other requests it has had. */
  asked: number;
  readonly server: Server;
  readonly url: string;
  /** Cuts its connections and refuses others. */
  close(): Promise<void>;
}

/** Answers with what it was asked. */
const echo: Answer = async (incoming, response) => {
  const body = await text(incoming);
  response.end(JSON.stringify({ method: incoming.method, url: incoming.url, body }));
};

/** Starts a replica that is ready. */
export async function startReplica(answer: Answer = echo): Promise<SmallReplica> {
  const state = { isReady: true, asked: 0 };
  const server = createServer((incoming, response) => {
    if (incoming.url === '/api/v1/ready') return void response.writeHead(state.isReady ? 200 : 503).end();
    state.asked++;
    answer(incoming, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { server, url: `http://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close });
}

/** Begins a request. Its errors are what its answer is waited for. */
export function begin(url: string, options: Parameters<typeof request>[1] = {}): ClientRequest {
  return request(url, { agent: false, ...options }).on('error', () => undefined);
}

/** The answer, once its head has come. */
export async function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
  const [answer] = await once(asked, 'response');
  return answer.on('error', () => undefined);
}

/** Resolves when the answer has come, whole or not. */
export const endOf = (answer: IncomingMessage): Promise<void> =>
  new Promise((resolve) => answer.resume().once('close', resolve));

/** The replica that a request was answered by. */
export async function servedBy(url: string): Promise<string | null> {
  const response = await fetch(url);
  await response.text();
  return response.headers.get('x-served-by');
}
