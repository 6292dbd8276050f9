/** A real MCP server of the official SDK behind a URL, over either transport. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

/** A server that runs. */
export interface SdkServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** How many sessions were opened. */
  sessions(): number;
  /** Forgets every session, as a restart does. */
  forget(): void;
}

/**
 * Starts one with the tools `echo` and `grow`, which adds another tool, and the page `ui://page`. Over SSE it answers what is no request of that
 * transport with `refusal`.
 */
export async function startSdkServer(
  kind: 'http' | 'sse',
  { port = 0, refusal = 404 }: { port?: number; refusal?: number } = {},
): Promise<SdkServer> {
  const sessions = new Map<string, StreamableHTTPServerTransport | SSEServerTransport>();
  let opened = 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const id = request.headers['mcp-session-id'] ?? searchParams.get('sessionId');
    const known = sessions.get(String(id));
    if (known instanceof SSEServerTransport) return known.handlePostMessage(request, response);
    if (known) return known.handleRequest(request, response);
    if (id) return response.writeHead(404).end('Session not found');
    if (kind === 'sse') {
      if (request.method !== 'GET' || pathname !== '/mcp') return response.writeHead(refusal).end();
      const transport = new SSEServerTransport('/messages', response);
      sessions.set(transport.sessionId, transport);
      opened++;
      return createTools().connect(transport);
    }
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized(sessionId) {
        sessions.set(sessionId, transport);
        opened++;
      },
    });
    // Its `sessionId` may be undefined, which the interface it implements does not allow for.
    await createTools().connect(transport as Transport);
    return transport.handleRequest(request, response);
  }

  const http = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await once(http.listen(port, '127.0.0.1'), 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    port: address.port,
    sessions: () => opened,
    forget: () => sessions.clear(),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

function createTools(): McpServer {
  const server = new McpServer({ name: 'real', version: '1' });
  const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });
  server.registerTool('echo', {}, () => say('here'));
  server.registerTool('grow', {}, () => {
    server.registerTool('grown', {}, () => say('grown up'));
    return say('grown');
  });
  server.registerResource('page', 'ui://page', {}, () => ({ contents: [{ uri: 'ui://page', text: 'a page' }] }));
  return server;
}
