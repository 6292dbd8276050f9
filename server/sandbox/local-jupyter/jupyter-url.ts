import { ApiError } from '../../call/errors.ts';
import { classifyHost, isReachable } from '../../network/outgoing-address.ts';

/** A Jupyter server and how to be let in. */
export interface JupyterAddress {
  /** Ends with a slash; holds no token. */
  readonly baseUrl: string;
  readonly token: string;
}

const PAGES = /\/(lab|tree|notebooks|doc|nbclassic|consoles|edit)(\/.*)?$/;

/**
 * The server behind a URL as people copy it, with the token in its query or fragment; `token` wins over that one.
 * Loopback and private addresses are allowed: the server usually is a neighbour. Messages never repeat the URL, which may hold the token.
 */
export function parseJupyterUrl(text: string, token?: string): JupyterAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw refuse('must be an http or https URL');
  if (url.username || url.password) throw refuse('must not hold a user name or password; use jupyter_token');
  if (!isReachable(classifyHost(url))) {
    throw refuse('must not point to a link-local, metadata or mapped address');
  }
  const found = token || url.searchParams.get('token') || new URLSearchParams(url.hash.slice(1)).get('token') || '';
  if (/[^\x21-\x7e]/.test(found)) throw refuse('or jupyter_token holds a token with characters no token has');
  url.search = '';
  url.hash = '';
  url.pathname = url.pathname.replace(PAGES, '/').replace(/\/*$/, '/');
  return { baseUrl: url.href, token: found };
}

/** The URL as people are shown it. */
export const toShownUrl = ({ baseUrl }: JupyterAddress): string => baseUrl.replace(/\/$/, '');

const refuse = (why: string) => new ApiError('jupyter-url-not-allowed', `jupyter_url ${why}`);
