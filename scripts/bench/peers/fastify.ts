import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { announce } from '../child.ts';
import {
  agents,
  hasKey,
  health,
  listAgents,
  patchBodySchema,
  securityHeaders,
  selectServers,
  type Told,
  takeFromLimit,
  tellOf,
} from './duties.ts';

declare module 'fastify' {
  interface FastifyRequest {
    told: Told;
  }
}

type ById = { Params: { id: string } };
type Change = ById & { Body: { selected_mcp_servers: string[] } };

/** Fastify with the duties of the product; bodies are checked by its own ajv. */
export async function serveFastify(): Promise<void> {
  // A body is refused as by the others, not made to fit.
  const app = fastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } });
  // Fastify wants a shape for what hooks add to a request.
  app.decorateRequest('told');
  app.addHook('onRequest', admit);
  app.addHook('onResponse', (request, reply, done) => {
    request.told.end(reply.statusCode);
    done();
  });
  app.get('/health', () => health);
  app.get('/agents', { onRequest: limit }, () => listAgents());
  app.get<ById>('/agents/:id', { onRequest: limit }, ({ params }, reply) => agents.get(params.id) ?? missing(reply));
  app.patch<Change>(
    '/agents/:id/mcp-servers',
    { onRequest: limit, schema: { body: patchBodySchema } },
    ({ params, body }, reply) => selectServers(params.id, body) ?? missing(reply),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  announce(app.addresses()[0]?.port ?? 0);
}

function admit(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { method, url: path, headers } = request;
  const id = headers['x-request-id'];
  request.told = tellOf({ method, path, id: typeof id === 'string' ? id : undefined });
  reply.header('x-request-id', request.told.id);
  for (const [name, value] of securityHeaders) reply.header(name, value);
  if (hasKey(headers.authorization)) done();
  else void reply.code(401).send({ detail: 'Unauthorized' });
}

async function limit(_request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const headers = await takeFromLimit('bench');
  if (!headers) return reply.code(429).send({ detail: 'Too many requests' });
  for (const [name, value] of headers) reply.header(name, value);
  return undefined;
}

const missing = (reply: FastifyReply) => reply.code(404).send({ detail: 'Not Found' });
