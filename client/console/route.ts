/** The console's own paths: what is selected stands in the path, so that it can be reloaded, sent on and gone back to. */
import { useSyncExternalStore } from 'react';

/** What the address bar says: the page, what is selected on it from left to right, and its filters. */
export interface Route {
  readonly page: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

// The chunk that holds this lies in `console/assets/`: so the root is found below the path of any proxy.
const consoleRoot = new URL('../', import.meta.url);
/** The address of the server, with the path of a proxy in front of it, and no slash at its end. */
export const serverRoot = new URL('..', consoleRoot).href.replace(/\/$/, '');

const listeners = new Set<() => void>();
let current = read();

function read(): Route {
  const path = location.pathname.slice(consoleRoot.pathname.length);
  const [page = '', ...parts] = path.split('/').filter(Boolean).map(decodeURIComponent);
  return { page: page || 'chat', parts, query: new URLSearchParams(location.search) };
}

function tell(): void {
  current = read();
  for (const listener of listeners) listener();
}

window.addEventListener('popstate', tell);

/** The path of a page with what is selected on it, for a link: `pathOf(['runs', id], { status: 'failed' })`. Empty filters are left out. */
export function pathOf(parts: readonly string[], filters: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value) query.set(name, value);
  const text = query.toString();
  return `${consoleRoot.pathname}${parts.map(encodeURIComponent).join('/')}${text && `?${text}`}`;
}

/** Goes to a path of {@link pathOf}; with `replace` the one before is not gone back to. */
export function go(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  tell();
}

/** Where the reader is; renders again whenever that changes. */
export const useRoute = (): Route =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => current,
  );
