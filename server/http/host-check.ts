import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ApiError } from '../call/errors.ts';

/** Which hosts a server answers for. */
export interface HostRules {
  /** The address it listens on. */
  readonly boundHost: string;
  readonly allowedHosts: readonly string[];
  readonly hasKeys: boolean;
}
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]{0,253}[a-z0-9_.])?)(?::\d{1,5})?$/i;

/** Refuses requests for a host this server does not answer for: a page that points its own name at this machine (DNS rebinding). */
export function createHostCheck({ boundHost, allowedHosts, hasKeys }: HostRules): (request: IncomingMessage) => void {
  const allowed = new Set([boundHost, ...allowedHosts].map((host) => withoutBrackets(host.toLowerCase())));
  const isAnyAllowed = hasKeys && !allowedHosts.length;
  return (request) => {
    if (!request.url?.startsWith('/') && request.url !== '*') {
      throw new ApiError('malformed-url', 'The request target must be a path');
    }
    const host = readHost(request);
    if (host === undefined || isAnyAllowed || isLoopback(host) || allowed.has(host)) return;
    // An address is never rebound: the page would have to come from this server.
    if (isIP(host) && host === withoutMapping(request.socket.localAddress ?? '')) return;
    throw new ApiError('host-not-allowed', `This server does not answer for the host ${host}; see --allowed-host`);
  };
}

/** Whether a host name or address can only mean this machine. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1' || host === '127.0.0.1') return true;
  return (isIP(host) === 4 && host.startsWith('127.')) || host.endsWith('.localhost');
}

function readHost({ headers, rawHeaders, httpVersion }: IncomingMessage): string | undefined {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  if (count > 1) throw new ApiError('malformed-url', 'The request has more than one Host header');
  // HTTP/1.0 has no Host header, and no web page sends it.
  if (count === 0 && httpVersion === '1.0') return undefined;
  const name = HOST.exec(headers.host ?? '')?.[1];
  if (name === undefined) throw new ApiError('malformed-url', 'The Host header is not well formed');
  return withoutBrackets(name.toLowerCase());
}

const withoutBrackets = (host: string) => (host.startsWith('[') ? host.slice(1, -1) : host);
const withoutMapping = (address: string) => address.replace(/^::ffff:(?=\d+\.)/, '');
