/** Addresses at which kernels find the proxy of this server, and whether a token for it may go there. */
import { BASE_PATH } from '../../contract/index.ts';
import { invalidField } from '../call/validation-error.ts';

const PROXY_PATH = `${BASE_PATH}/mcp/proxy`;
const MAX_LENGTH = 2048;

/** An address as callers state it, without a trailing slash. */
export interface ProxyAddress {
  readonly url: string;
  /** Whether it is this server's own, so that a token for this server may go there. */
  readonly isOwn: boolean;
}

/** The proxy of the server at `serverUrl`, as seen from the same machine. */
export function ownProxyAddress(serverUrl: string): ProxyAddress {
  const url = new URL(serverUrl);
  if (['0.0.0.0', '[::]'].includes(url.hostname)) url.hostname = '127.0.0.1';
  return { url: url.origin + PROXY_PATH, isOwn: true };
}

/** Reads an address. `ownNames` are the hosts, beside those of this machine, under which this server is known. */
export function readProxyAddress(text: string, ownNames: readonly string[]): ProxyAddress {
  const url = text.length <= MAX_LENGTH && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw refuse('must be an http or https URL');
  if (url.username || url.password || url.search || url.hash) {
    throw refuse('must hold no user name, password, query or fragment');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const names = ownNames.map((name) => name.replaceAll(/[[\]]/g, '').toLowerCase());
  return { url: url.origin + url.pathname.replace(/\/+$/, ''), isOwn: isLoopback(host) || names.includes(host) };
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

const refuse = (message: string) => invalidField('mcp_proxy_url', message);
