/** The timers that code is left with: what an execution has scheduled is dropped at its end, so that none of its code runs unwatched. */

/** The timers of the process itself, for what must happen whatever the code does. */
export const nodeTimers = { setTimeout, setImmediate };

let execution = 0;
let wait: { readonly dueAt: number; readonly timer: NodeJS.Timeout; end(): void } | undefined;

/** Has `end` called once when the execution that runs now has waited until its time is over. */
export function limitWait(ms: number, end: () => void): void {
  wait = { dueAt: performance.now() + ms, timer: nodeTimers.setTimeout(endWait, ms), end };
}

/**
 * Calls the end of the wait when it is due. A process that is late finds what its code has waited for together with the end of its time:
 * the end comes first, as an interrupt would hit the event loop that wakes the code, which then waits for ever.
 */
export function endOverdueWait(): void {
  if (wait && performance.now() >= wait.dueAt) endWait();
}

function endWait(): void {
  const ended = wait;
  forgetWait();
  ended?.end();
}

/** Has nothing called any more. */
export function forgetWait(): void {
  clearTimeout(wait?.timer);
  wait = undefined;
}

/** Drops what the execution so far has scheduled. */
export function dropScheduled(): void {
  execution += 1;
}

/** As `setTimeout`, for the execution that runs now. */
export const setShellTimeout = (callback: () => void, ms: number) =>
  nodeTimers.setTimeout(inThisExecution(callback), ms);

/** As `MessageChannel`, by which the interpreter schedules what is to run soon. */
export class ShellMessageChannel {
  readonly port1: { onmessage?: () => void; start(): void } = { start: () => {} };
  readonly port2 = {
    postMessage: () => {
      nodeTimers.setImmediate(inThisExecution(() => this.port1.onmessage?.()));
    },
  };
}

function inThisExecution(callback: () => void): () => void {
  const scheduledIn = execution;
  return () => {
    if (execution !== scheduledIn) return;
    endOverdueWait();
    callback();
  };
}
