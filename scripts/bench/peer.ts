/** The peers: the same three answers, and the same stream of events, without anything around them. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { devNull } from 'node:os';
import express, { type RequestHandler } from 'express';
import fastify from 'fastify';
import helmet from 'helmet';
import pino from 'pino';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { announce } from './child.ts';
import { agentsOf, eventOf } from './data.ts';

const agents = { agents: agentsOf(100) };
const health = { status: 'healthy', version: '0.1.0' };

const peers: Record<string, () => void> = {
  node: serveNode,
  express: () => serveExpress([]),
  'express-duties': () => serveExpress([helmet(), logged(), keyed(), limited()]),
  fastify: serveFastify,
  events: serveEvents,
};
peers[process.argv[2] ?? '']?.();

/** Node alone, with no more than the routes: nothing in JavaScript can be faster. */
function serveNode(): void {
  const server = createServer((request, response) => {
    const send = (body: unknown) => {
      const text = JSON.stringify(body);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    };
    if (request.url === '/health') return send(health);
    if (request.url === '/agents') return send(agents);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      send({ agent_id: request.url?.split('/')[2], ...body, message: 'MCP servers updated successfully' });
    });
  }).listen(0, '127.0.0.1', () => announce(portOf(server.address())));
}

/** One log line a request, written as the product writes it. */
function logged(): RequestHandler {
  const log = pino(pino.destination({ dest: devNull, sync: false, minLength: 8192, periodicFlush: 100 }));
  return (request, response, next) => {
    const startedAt = performance.now();
    response.once('finish', () => {
      log.info({
        method: request.method,
        path: request.path,
        status: response.statusCode,
        ms: performance.now() - startedAt,
      });
    });
    next();
  };
}

function keyed(): RequestHandler {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest('Bearer bench-key');
  return (request, response, next) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) next();
    else response.status(401).end();
  };
}

function limited(): RequestHandler {
  const limiter = new RateLimiterMemory({ points: 100_000_000, duration: 60 });
  return (request, response, next) => {
    limiter.consume(request.ip ?? '').then(
      () => next(),
      () => response.status(429).end(),
    );
  };
}

function serveExpress(duties: readonly RequestHandler[]): void {
  const app = express().disable('x-powered-by').disable('etag');
  for (const duty of duties) app.use(duty);
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
