import { createServer } from 'node:http';
import express, { type RequestHandler } from 'express';
import { listenAndAnnounce } from '../child.ts';
import {
  agents,
  hasKey,
  health,
  listAgents,
  PatchBody,
  securityHeaders,
  selectServers,
  takeFromLimit,
  tellOf,
} from './duties.ts';

/** Express with the duties of the product; bodies are checked by zod. */
export function serveExpress(): void {
  const app = express().disable('x-powered-by').disable('etag');
  app.use(log, protect);
  app.get('/health', (_request, response) => void response.json(health));
  app.use(limit);
  app.get('/agents', (_request, response) => void response.json(listAgents()));
  app.get('/agents/:id', (request, response) => {
    const agent = agents.get(request.params.id);
    if (agent) response.json(agent);
    else response.status(404).json({ detail: 'Not Found' });
  });
  app.patch('/agents/:id/mcp-servers', express.json(), (request, response) => {
    const body = PatchBody.safeParse(request.body);
    if (!body.success) return void response.status(422).json({ detail: body.error.issues });
    const changed = selectServers(request.params.id, body.data);
    if (changed) response.json(changed);
    else response.status(404).json({ detail: 'Not Found' });
  });
  listenAndAnnounce(createServer(app));
}

const log: RequestHandler = (request, response, next) => {
  const told = tellOf({ method: request.method, path: request.path, id: request.get('x-request-id') });
  response.setHeader('x-request-id', told.id);
  response.once('close', () => told.end(response.statusCode));
  next();
};

const protect: RequestHandler = (request, response, next) => {
  for (const [name, value] of securityHeaders) response.setHeader(name, value);
  if (hasKey(request.headers.authorization)) next();
  else response.status(401).json({ detail: 'Unauthorized' });
};

const limit: RequestHandler = (_request, response, next) => {
  void takeFromLimit('bench').then((headers) => {
    if (!headers) return void response.status(429).json({ detail: 'Too many requests' });
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  });
};
