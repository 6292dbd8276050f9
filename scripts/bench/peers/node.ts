import { createServer } from 'node:http';
import { listenAndAnnounce } from '../child.ts';
import { agents, health, listAgents, selectServers } from './duties.ts';

/** Node alone, with no more than the routes and none of the duties: nothing in JavaScript can be faster. */
export function serveNode(): void {
  const server = createServer((request, response) => {
    const send = (body: unknown) => {
      const text = JSON.stringify(body);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    };
    const { url = '', method } = request;
    if (url === '/health') return send(health);
    if (url === '/agents') return send(listAgents());
    const id = url.split('/')[2] ?? '';
    if (method === 'GET') return send(agents.get(id));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => send(selectServers(id, JSON.parse(Buffer.concat(chunks).toString()))));
  });
  listenAndAnnounce(server);
}
