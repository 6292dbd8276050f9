import { SilenceTimer } from '../async/silence-timer.ts';
import { LAST_LINES, lastWords } from '../mcp/processes/last-words.ts';
import type { SupervisedServer } from '../mcp/servers/supervised-server.ts';

/** How long a server that starts is waited for. Times are in milliseconds, and begin anew with all that it writes. */
export interface Patience {
  /** After so long without any sign of life, be it that it computes, a start has failed; here as in a server. */
  readonly startMs: number;
  /** After so long of work without a word that is told. More than `startMs`: what does not even work has failed by then. */
  readonly toldMs: number;
  /** After so long of that from there on it is given up, though a server would wait on. */
  readonly givenUpMs: number;
}

/** A server that worked, and never said a word. */
export class SilentServerError extends Error {
  override readonly name = 'SilentServerError';
}

/** Calls `onSilent`, once, with what to tell of a server that says nothing while it starts; the signal aborts when it is to be given up. */
export function waitForWords(
  server: Pick<SupervisedServer, 'stderrLines'>,
  { toldMs, givenUpMs }: Patience,
  onSilent: (found: string) => void,
): Disposable & { readonly signal: AbortSignal; heard(): void } {
  const givenUp = new AbortController();
  const describe = (ms: number) =>
    `has said nothing for ${ms / 1000} s, though it works${lastWords(server.stderrLines(LAST_LINES))}`;
  let isTold = false;
  const silence = new SilenceTimer({
    allowedMs: toldMs,
    onSilence() {
      if (isTold) return givenUp.abort(new SilentServerError(describe(givenUpMs)));
      isTold = true;
      onSilent(`it ${describe(toldMs)}`);
      silence.allow(givenUpMs);
    },
  });
  return {
    signal: givenUp.signal,
    heard: () => silence.heard(),
    [Symbol.dispose]: () => silence[Symbol.dispose](),
  };
}
