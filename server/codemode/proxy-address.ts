/** Addresses at which kernels find the proxy of this server, and whether a token for it may go there. */
import { BASE_PATH } from '../../contract/index.ts';
import { invalidField } from '../call/validation-error.ts';

const PROXY_PATH = `${BASE_PATH}/mcp/proxy`;
const MAX_LENGTH = 2048;

/** What is known of where this server is. */
export interface OwnPlaces {
  /** Where it listens. */
  readonly serverUrl: string;
  /** The hosts under which it is known, beside those of its own machine. */
  readonly names: readonly string[];
  /** Where kernels call tools as the operator says it at the start. */
  readonly operatorUrl: string | undefined;
}

/** By the address it listens on: the hosts at which only this server can be on its port, as seen from the same machine. */
const OWN_HOSTS: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0': ['127.0.0.1', 'localhost'],
  '[::]': ['127.0.0.1', '[::1]', 'localhost'],
  '127.0.0.1': ['127.0.0.1', 'localhost'],
  '[::1]': ['[::1]', 'localhost'],
};

/** The proxy of the server at `serverUrl`, as seen from the same machine. */
export function ownProxyUrl(serverUrl: string): string {
  const url = new URL(serverUrl);
  const [host = url.hostname] = OWN_HOSTS[url.hostname] ?? [];
  url.hostname = host;
  return url.origin + PROXY_PATH;
}

/** Reads an address as callers state it; the one returned has no trailing slash. Throws a 422. */
export function readProxyUrl(text: string): string {
  const url = text.length <= MAX_LENGTH && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw refuse('must be an http or https URL');
  if (url.username || url.password || url.search || url.hash) {
    throw refuse('must hold no user name, password, query or fragment');
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/**
 * The address as kernels are to call it, if it is this server's own; undefined when anybody else may listen there. Another port of this
 * machine may be anybody's. Another port of a name of this server is its own only where the operator says so: a gateway before it.
 */
export function toOwnUrl(proxyUrl: string, { serverUrl, names, operatorUrl }: OwnPlaces): string | undefined {
  const url = new URL(proxyUrl);
  const listening = new URL(serverUrl);
  const isNamed = !isLoopback(url.hostname) && names.some((name) => toHostname(name) === url.hostname);
  if (isNamed && operatorUrl !== undefined && url.origin === new URL(operatorUrl).origin) return proxyUrl;
  if (url.protocol !== listening.protocol || url.port !== listening.port) return undefined;
  const hosts = OWN_HOSTS[listening.hostname] ?? [listening.hostname];
  if (!hosts.includes(url.hostname)) return isNamed ? proxyUrl : undefined;
  // A name can mean more than one address, and on the others there may be somebody else.
  if (url.hostname === 'localhost') url.hostname = hosts[0] ?? url.hostname;
  return url.origin + url.pathname;
}

const isLoopback = (hostname: string) =>
  hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname) || /(^|\.)localhost$/.test(hostname);

/** A host as it stands in a URL. */
function toHostname(name: string): string | undefined {
  const url = `http://${/^[^[].*:.*:/.test(name) ? `[${name}]` : name}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

const refuse = (message: string) => invalidField('mcp_proxy_url', message);
