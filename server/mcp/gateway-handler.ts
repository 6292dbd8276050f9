import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gateway } from './gateway.ts';

/** Serves `/` and `/servers/{id}/mcp` of the folder it is mounted at; leaves everything else to whoever is next. */
export function createGatewayHandler(gateway: Gateway) {
  return async (request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> => {
    const path = request.url?.split('?')[0] ?? '';
    if (path === '/' || path === '') return gateway.serveAll(request, response);
    const [, id] = /^\/servers\/([A-Za-z0-9][A-Za-z0-9._-]{0,127})\/mcp$/.exec(path) ?? [];
    if (id === undefined) return next();
    return gateway.serveOne(id, request, response);
  };
}
