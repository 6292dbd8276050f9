import { serve } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { announce } from '../child.ts';
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

/** Hono on its server for Node, with the duties of the product; bodies are checked by zod. */
export function serveHono(): void {
  const app = new Hono();
  app.use(admit);
  app.get('/health', (context) => context.json(health));
  app.use(limit);
  app.get('/agents', (context) => context.json(listAgents()));
  app.get('/agents/:id', (context) => {
    const agent = agents.get(context.req.param('id'));
    return agent ? context.json(agent) : context.json({ detail: 'Not Found' }, 404);
  });
  app.patch('/agents/:id/mcp-servers', async (context) => {
    const body = PatchBody.safeParse(await context.req.json());
    if (!body.success) return context.json({ detail: body.error.issues }, 422);
    const changed = selectServers(context.req.param('id'), body.data);
    return changed ? context.json(changed) : context.json({ detail: 'Not Found' }, 404);
  });
  serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => announce(port));
}

const admit: MiddlewareHandler = async (context, next) => {
  const { req } = context;
  const told = tellOf({ method: req.method, path: req.path, id: req.header('x-request-id') });
  context.header('x-request-id', told.id);
  for (const [name, value] of securityHeaders) context.header(name, value);
  if (!hasKey(req.header('authorization'))) {
    told.end(401);
    return context.json({ detail: 'Unauthorized' }, 401);
  }
  await next();
  told.end(context.res.status);
  return undefined;
};

const limit: MiddlewareHandler = async (context, next) => {
  const headers = await takeFromLimit('bench');
  if (!headers) return context.json({ detail: 'Too many requests' }, 429);
  for (const [name, value] of headers) context.header(name, value);
  return next();
};
