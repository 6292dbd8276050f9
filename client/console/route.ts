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
let hrefHere = location.href;
let current = read();

function read(): Route {
  const path = location.pathname.slice(consoleRoot.pathname.length);
  const [page = '', ...parts] = path.split('/').filter(Boolean).map(decode);
  return { page: page || 'chat', parts, query: new URLSearchParams(location.search) };
}

/** Addresses are typed and cut by people, too: what is no code of a character stands for itself. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function tell(): void {
  hrefHere = location.href;
  current = read();
  for (const listener of listeners) listener();
}

let held: ((leave: () => void) => void) | undefined;

/** Keeps the reader here until `ask` calls what it is given: for what would be lost. Ends with the function it returns. */
export function holdRoute(ask: (leave: () => void) => void): () => void {
  held = ask;
  // A reload or another site is asked about by the browser, in its own words.
  const beforeUnload = (event: BeforeUnloadEvent) => event.preventDefault();
  window.addEventListener('beforeunload', beforeUnload);
  return () => {
    window.removeEventListener('beforeunload', beforeUnload);
    if (held === ask) held = undefined;
  };
}

window.addEventListener('popstate', () => {
  if (!held) return tell();
  // The browser has gone already: come back, and go again when that is what is wanted.
  history.pushState(null, '', hrefHere);
  held(() => {
    held = undefined;
    history.back();
  });
});

/** The path of a page with what is selected on it, for a link: `pathOf(['runs', id], { status: 'failed' })`. Empty filters are left out. */
export function pathOf(parts: readonly string[], filters: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value) query.set(name, value);
  const text = query.toString();
  return `${consoleRoot.pathname}${parts.map(encodeURIComponent).join('/')}${text && `?${text}`}`;
}

/** Goes to a path of {@link pathOf}; with `replace` the one before is not gone back to. */
export function go(path: string, { replace = false } = {}): void {
  // A filter beside what is held leaves nothing.
  const isHere = replace && new URL(path, location.href).pathname === location.pathname;
  if (held && !isHere) {
    held(() => {
      held = undefined;
      go(path, { replace });
    });
    return;
  }
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
