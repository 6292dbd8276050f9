/** The peers: the same three answers, and the same stream of events, without anything around them. */
import { createServer } from 'node:http';
import express from 'express';
import fastify from 'fastify';
import { announce } from './child.ts';
import { agentsOf, eventOf } from './data.ts';

const agents = { agents: agentsOf(100) };
const health = { status: 'healthy', version: '0.1.0' };

if (process.argv[2] === 'express') serveExpress();
else if (process.argv[2] === 'fastify') await serveFastify();
else serveEvents();

function serveExpress(): void {
  const app = express().disable('x-powered-by').disable('etag');
  app.get('/health', (_request, response) => void response.json(health));
  app.get('/agents', (_request, response) => void response.json(agents));
  app.patch('/agents/:id/mcp-servers', express.json(), (request, response) => {
    response.json({ agent_id: request.params.id, ...request.body, message: 'MCP servers updated successfully' });
  });
  const server = createServer(app).listen(0, '127.0.0.1', () => announce(portOf(server.address())));
}

async function serveFastify(): Promise<void> {
  const app = fastify();
  app.get('/health', () => health);
  app.get('/agents', () => agents);
  app.patch<{ Params: { id: string }; Body: object }>('/agents/:id/mcp-servers', ({ params, body }) => ({
    agent_id: params.id,
    ...(body as object),
    message: 'MCP servers updated successfully',
  }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  announce(portOf(app.server.address()));
}

/** As many events as asked for, one `response.write` each. */
function serveEvents(): void {
  const server = createServer((request, response) => {
    const count = Number(request.url?.slice(1));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let next = 1;
    const write = () => {
      while (next <= count) {
        const event = eventOf(next);
        const isFree = response.write(`id: ${next++}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
        if (!isFree) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  }).listen(0, '127.0.0.1', () => announce(portOf(server.address())));
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}
