import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How long the last of a start may take, such as the first answers of MCP servers. */
const REST_MS = 1000;
/** A heap of more bytes than a start leaves is in use, and would take long to look through. */
const MAX_HEAP_BYTES = 64 * 1024 * 1024;

type CollectGarbage = (how: { type: 'major'; execution: 'async'; flavor: 'last-resort' }) => Promise<void>;

/**
 * Gives memory back, once, that only a start has needed. While modules load, V8 lets the space of young objects grow to 15 MB, and in a server
 * that nobody asks anything nothing makes it smaller again: there is too little garbage. It is collected as when memory is short, which does.
 */
export async function shrinkHeap(): Promise<void> {
  await sleep(REST_MS, undefined, { ref: false });
  if (process.memoryUsage().heapUsed > MAX_HEAP_BYTES) return;
  setFlagsFromString('--expose-gc');
  const collectGarbage: CollectGarbage = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  await collectGarbage({ type: 'major', execution: 'async', flavor: 'last-resort' });
}
