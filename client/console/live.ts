/** Follows the server's events, and asks anew for what they say has changed. */
import { useEffect, useSyncExternalStore } from 'react';
import type { Outputs } from '../index.ts';
import { client, keyRefusal, noteRefusal, queries } from './api.ts';

type LiveEvent = Outputs['events']['follow'] extends AsyncIterable<infer Event> ? Event : never;

/** Which questions a change makes old; the keys of queries begin with these. */
const OLD_BY: Readonly<Record<string, readonly string[]>> = {
  // An agent says whether it is at work.
  run: ['runs', 'agents', 'usage', 'health-summary'],
  approval: ['approvals', 'runs'],
  agent: ['agents'],
  conversation: ['conversations'],
  mcp_server: ['servers'],
  sandbox: ['sandbox'],
};
const GATHER_MS = 250;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 15_000;

const listeners = new Set<() => void>();
let isConnected = true;
const old = new Set<string>();

/** Whether the server is heard. */
export const useIsConnected = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => isConnected,
  );

/** Follows the events for as long as the page is open; after a break, everything that is shown is asked for anew. */
export function useLiveEvents(): void {
  useEffect(() => {
    const abort = new AbortController();
    void follow(abort.signal);
    return () => abort.abort();
  }, []);
}

async function follow(signal: AbortSignal): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      for await (const event of await client.events.follow.mutate({}, { signal })) {
        pauseMs = FIRST_PAUSE_MS;
        take(event);
      }
    } catch (cause) {
      // Followed again below, after a pause, whatever it was.
      noteRefusal(cause);
    }
    setConnected(false);
    await pause(pauseMs);
  }
}

let endPause = () => {};

/** Follows the server at once, without what is left of the pause. */
export function followNow(): void {
  endPause();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    endPause = resolve;
    setTimeout(resolve, ms);
  });
}
// What kept the server from being heard is perhaps over.
keyRefusal.subscribe(followNow);
window.addEventListener('online', followNow);

function take(event: LiveEvent): void {
  if (event.type === 'ready' || event.type === 'missed') {
    if (!isConnected || event.type === 'missed') void queries.invalidateQueries();
    setConnected(true);
    return;
  }
  if (!old.size) setTimeout(askAnew, GATHER_MS);
  for (const key of OLD_BY[event.type] ?? []) old.add(key);
}

/** Together, as one run changes several things at once. */
function askAnew(): void {
  for (const key of old) void queries.invalidateQueries({ queryKey: [key] });
  old.clear();
}

function setConnected(now: boolean): void {
  if (isConnected === now) return;
  isConnected = now;
  for (const listener of listeners) listener();
}
