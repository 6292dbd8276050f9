/** What a script opens and must not leave behind: processes, folders and servers, also when it is told to end in the middle. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Something opened, which is ended once. */
export interface Owned<Value> extends AsyncDisposable {
  readonly value: Value;
}

/** The last comes when a terminal is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const open = new Set<() => Promise<void>>();
let isEnding = false;

/**
 * Opens something and has it ended when it is disposed of, or at SIGINT, SIGTERM or SIGHUP, after what was opened later. `end` has a deadline of
 * its own. In a script that has had its signal this opens nothing and never resolves, so that whoever asks goes no further.
 */
export async function own<Value>(begin: () => Value, end: (value: Value) => unknown): Promise<Owned<Value>> {
  if (isEnding) await new Promise(() => undefined);
  const value = begin();
  let ended: Promise<void> | undefined;
  const endOnce = () => {
    ended ??= Promise.resolve(end(value)).then(() => void forget(endOnce));
    return ended;
  };
  if (open.size === 0) for (const signal of SIGNALS) process.on(signal, endAll);
  open.add(endOnce);
  return { value, [Symbol.asyncDispose]: endOnce };
}

/** Makes an empty folder for temporary files, which goes with all in it. */
export async function ownFolder(prefix: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await own(
    () => mkdtempSync(join(tmpdir(), prefix)),
    (path) => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  );
  return { path: folder.value, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

function forget(end: () => Promise<void>): void {
  open.delete(end);
  if (open.size === 0 && !isEnding) for (const signal of SIGNALS) process.off(signal, endAll);
}

async function endAll(signal: NodeJS.Signals): Promise<void> {
  // A terminal and npm both tell the script of one Ctrl-C.
  if (isEnding) return;
  isEnding = true;
  // What the script was in the middle of fails, now that what it asks is gone.
  process.on('uncaughtException', () => undefined);
  for (const end of [...open].toReversed()) {
    await end().catch((cause: unknown) => console.error(cause instanceof Error ? cause.message : String(cause)));
  }
  process.exit(128 + constants.signals[signal]);
}
