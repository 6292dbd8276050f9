/** MCP servers that say odd things, as processes and behind a URL. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { ServerDefinition } from '../../server/mcp/definitions/server-definition.ts';
import { oddAnswer, type Script } from '../fixtures/mcp/odd-server.ts';
import { fixtureServer } from './mcp-servers.ts';

const ODD = fileURLToPath(new URL('../fixtures/mcp/odd-server.ts', import.meta.url));

/** How one is run as a process. */
export const oddCommand = (script: Script) => ({ command: process.execPath, args: [ODD, JSON.stringify(script)] });

/** One that is run as a process. */
export const oddServer = (id: string, script: Script): ServerDefinition =>
  fixtureServer(id, '', { launch: { type: 'stdio', env: {}, ...oddCommand(script) } });

/** How a server behind a URL sends its answers: as JSON, as the events of a stream, or over the transport of the first version. */
export type RemoteKind = 'json' | 'events' | 'sse';

/** Starts one behind a URL. The events of its streams are pretty-printed, and the last of a stream ends without its empty line. */
export async function startOddRemote(
  kind: RemoteKind,
  script: Script,
): Promise<AsyncDisposable & { readonly definition: ServerDefinition }> {
  let stream: ServerResponse | undefined;
  const http = createServer(async (request, response) => {
    if (request.method === 'GET' && kind === 'sse') {
      stream = response.writeHead(200, { 'content-type': 'text/event-stream' });
      stream.write('event: endpoint\ndata: /messages\n\n');
      return;
    }
    // A server of the first version knows no POST at the address of its stream.
    const isHere = request.method === 'POST' && (kind !== 'sse' || request.url === '/messages');
    if (!isHere) return response.writeHead(405).end();
    answer(await readBody(request), response);
  });
  function answer(message: Parameters<typeof oddAnswer>[1], response: ServerResponse) {
    const said = oddAnswer(script, message);
    if (!said) return response.writeHead(202).end();
    if (kind === 'json') {
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    }
    // As pretty-printed data in several lines, with a comment and Windows line ends.
    const data = JSON.stringify(said, null, 1).replaceAll('\n', '\r\ndata: ');
    const event = `: keep-alive\r\n\r\nevent: message\r\ndata: ${data}\r\n`;
    if (kind === 'events') return response.writeHead(200, { 'content-type': 'text/event-stream' }).end(event);
    stream?.write(`${event}\r\n`);
    return response.writeHead(202).end('Accepted');
  }
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  const url = `http://127.0.0.1:${address.port}/mcp`;
  return {
    definition: fixtureServer('odd', '', { launch: { type: 'http', url, headers: {} } }),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

const readBody = async (request: IncomingMessage) => Object(await json(request));
