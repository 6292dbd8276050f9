import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

/** A server that notes every request and answers 404, to see what a client sends. */
export interface PlainServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: IncomingMessage[];
}

/** Starts it on a free port. */
export async function startPlainServer(): Promise<PlainServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
