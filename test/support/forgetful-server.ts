import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

/** A remote MCP server that forgets its first session. */
export interface ForgetfulServer extends AsyncDisposable {
  readonly url: string;
  /** How many sessions were opened. */
  sessions(): number;
}

/** Starts it. Of two calls in the first session one is refused at once, and the other when a call of the next session was answered. */
export async function startForgetfulServer(): Promise<ForgetfulServer> {
  const tools = [{ name: 'echo', inputSchema: { type: 'object' } }];
  let sessions = 0;
  let refused = 0;
  const answered = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    // The end of a session is not answered, so that its last call is still open when the next session is.
    if (request.method === 'DELETE') return;
    if (request.method !== 'POST') return response.writeHead(405).end();
    const { id, method, params } = Object(await json(request));
    const answer = (result: object) => {
      const session = request.headers['mcp-session-id'] ?? String(++sessions);
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': session });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    };
    if (id === undefined) return response.writeHead(202).end();
    if (method === 'initialize') {
      const { protocolVersion } = params;
      return answer({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'f', version: '1' } });
    }
    if (method === 'tools/list') return answer({ tools });
    if (request.headers['mcp-session-id'] !== '1') {
      answer({ content: [{ type: 'text', text: `in session ${request.headers['mcp-session-id']}` }] });
      return answered.resolve();
    }
    if (++refused > 1) await answered.promise;
    return response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    sessions: () => sessions,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
