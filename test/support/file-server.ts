/** A server of files on loopback. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of files, and what was asked of it. */
export interface FileServer extends AsyncDisposable {
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[];
}

/** What a path answers with: a body with its type, or what is done with the response. */
export type Served =
  | { readonly type: string; readonly body: Buffer | string }
  | ((response: ServerResponse, request: IncomingMessage) => void);

/** Starts it on a free port; a path that is not among `files` is a 404. */
export async function startFileServer(files: Readonly<Record<string, Served>>): Promise<FileServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const served = files[path];
    if (typeof served === 'function') served(response, request);
    else if (served) response.writeHead(200, { 'content-type': served.type }).end(served.body);
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
