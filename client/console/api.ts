/** How the console asks its server: the typed client, with the key of this tab, and a question for one when the server wants it. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createClient, type ErrorBody, errorBodyOf } from '../index.ts';
import { serverRoot } from './route.ts';

export { serverRoot } from './route.ts';

// Of this tab alone, and gone with it.
const KEY = 'agent-runtimes.api-key';
const listeners = new Set<() => void>();
let isRefused = false;

/** The key that requests carry; undefined as long as none was asked for. */
export const apiKey = (): string | undefined => sessionStorage.getItem(KEY) ?? undefined;

/** Keeps a key for this tab, or forgets it, and asks anew for what is shown. */
export function setApiKey(key: string | undefined): void {
  if (key === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, key);
  tellRefusal(false);
  void queries.invalidateQueries();
}

/** For `useSyncExternalStore`: whether the server has refused the key, or that there is none. */
export const keyRefusal = {
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  get: () => isRefused,
};

function tellRefusal(now: boolean): void {
  if (isRefused === now) return;
  isRefused = now;
  for (const listener of listeners) listener();
}

/** Opens the question for a key when a call was refused for want of one. */
export function noteRefusal(cause: unknown): void {
  if (problemOf(cause).status_code === 401) tellRefusal(true);
}

/** `fetch` with the key of this tab. A 401 opens the question for one. */
export const fetchWithKey: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  const key = apiKey();
  if (key !== undefined && !headers.has('authorization')) headers.set('authorization', `Bearer ${key}`);
  const response = await fetch(input, { ...init, headers });
  if (response.status === 401) tellRefusal(true);
  noteClock(response.headers.get('date'));
  return response;
};

// The header tells whole seconds, and the answer took a while.
const SAME_CLOCK_MS = 3_000;
let aheadMs = 0;

function noteClock(date: string | null): void {
  const ms = Date.parse(date ?? '') - Date.now();
  if (!Number.isNaN(ms)) aheadMs = Math.abs(ms) < SAME_CLOCK_MS ? 0 : ms;
}

/** The time by the server's clock, in milliseconds since 1970. */
export const serverNow = (): number => Date.now() + aheadMs;

/** Every endpoint of the server, typed by its contract. */
export const client = createClient(serverRoot, { fetch: fetchWithKey });

/** What the server said when it refused a call, or what kept it from answering. */
export function problemOf(cause: unknown): Pick<ErrorBody, 'detail'> & Partial<ErrorBody> {
  return (
    errorBodyOf(cause) ?? {
      detail: isUnreachable(cause)
        ? 'The server cannot be reached'
        : cause instanceof Error
          ? cause.message
          : String(cause),
    }
  );
}

// `fetch` fails with a TypeError, which the typed client hands on as a cause.
const isUnreachable = (cause: unknown): boolean =>
  cause instanceof TypeError || (cause instanceof Error && cause.cause instanceof TypeError);

/** What was asked so far. Changes are told by the server's events, so nothing is asked again only because time has passed. */
// Calls that share a request are refused each for itself, and the request is answered all the same.
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noteRefusal }),
  mutationCache: new MutationCache({ onError: noteRefusal }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What the server refused it refuses again; what it could not answer is asked once more.
      retry: (count, cause) => count < 2 && (problemOf(cause).status_code ?? 503) >= 500,
      refetchOnWindowFocus: true,
    },
  },
});
