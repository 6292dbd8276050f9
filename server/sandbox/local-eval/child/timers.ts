/** The timers that code is left with: what an execution has scheduled is dropped at its end, so that none of its code runs unwatched. */

/** The timers of the process itself, for what must happen whatever the code does. */
export const nodeTimers = { setTimeout, setImmediate };

let execution = 0;

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
    if (execution === scheduledIn) callback();
  };
}
