import { ApiError } from '../call/errors.ts';
import type { Exchange } from './exchange.ts';
import { sendEmpty } from './send.ts';

const EXPOSED =
  'location, content-location, retry-after, x-request-id, x-conversation-id, x-should-retry, ratelimit-limit, ratelimit-remaining, ratelimit-reset, mcp-session-id';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';

/**
 * Lets pages of these origins call this server and refuses those of any other origin. The result is true when the request was a
 * preflight, which is answered then.
 */
export function createCors(origins: readonly string[]): (exchange: Exchange) => boolean {
  const allowed = new Set(origins.map(normalize));
  return (exchange) => {
    const { request, headers } = exchange;
    if (allowed.size) headers.push('vary', 'origin');
    const { origin } = request.headers;
    if (origin === undefined || isSameOrigin(origin, request.headers.host)) return false;
    if (!allowed.has(origin)) {
      throw new ApiError('origin-not-allowed', 'Pages of this origin may not call this server; see --cors-origin');
    }
    headers.push('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      headers.push('access-control-expose-headers', EXPOSED);
      return false;
    }
    const wanted = request.headers['access-control-request-headers'] ?? '';
    headers.push('access-control-allow-methods', METHODS, 'access-control-max-age', '600');
    if (/^[\w, -]{1,1000}$/.test(wanted)) headers.push('access-control-allow-headers', wanted);
    sendEmpty(exchange, 204);
    return true;
  };
}

// The scheme is not compared: behind a proxy that ends TLS, a page of https://host reaches this server over http.
const isSameOrigin = (origin: string, host: string | undefined) =>
  host !== undefined && /^https?:\/\//.test(origin) && origin.slice(origin.indexOf('//') + 2) === host.toLowerCase();

function normalize(origin: string): string {
  const url = new URL(origin);
  return url.origin === 'null' ? origin.replace(/\/+$/, '') : url.origin;
}
