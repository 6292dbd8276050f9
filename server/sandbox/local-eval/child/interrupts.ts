/** Time limit and cancelling, without threads: the interpreter looks every few bytecodes whether it shall stop. */

const INTERRUPT = 2;
const POLL_MS = 20;
/** How soon code that goes on after an interrupt is interrupted again. */
const AGAIN_MS = 500;

/** Until when Python may run, and why it must stop. */
export const limit = {
  deadline: Number.NEGATIVE_INFINITY,
  isCancelled: false,
  /** Of the execution that was cancelled last. */
  cancelledId: 0,
  isTimedOut: false,
  /** When an interrupt that found none of the code at work comes again. */
  againAt: Number.POSITIVE_INFINITY,
  /** Whether a command is read while Python runs, and not while it waits. */
  isPolling: false,
};

/** Makes the "buffer" that the interpreter reads to see whether it shall stop. Reading it calls `poll` now and then, as nothing else can while Python runs. */
export function createInterruptBuffer(poll: () => void): { 0: number } {
  let lastPoll = 0;
  return {
    get 0(): number {
      const now = performance.now();
      if (now - lastPoll > POLL_MS) {
        lastPoll = now;
        pollOnce(poll);
      }
      if (limit.isCancelled || now >= limit.againAt) {
        limit.isCancelled = false;
        limit.againAt = Number.POSITIVE_INFINITY;
        return INTERRUPT;
      }
      if (now <= limit.deadline) return 0;
      limit.isTimedOut = true;
      limit.deadline = now + AGAIN_MS;
      return INTERRUPT;
    },
    set 0(_value: number) {},
  };
}

/** Whether Python shall stop now. */
export const isInterrupted = (buffer: { readonly 0: number }): boolean => buffer[0] === INTERRUPT;

/** Has the interrupt come once more, as it hit the interpreter's own work and nothing of the code's. */
export function interruptAgain(): void {
  limit.againAt = performance.now() + POLL_MS;
}

function pollOnce(poll: () => void): void {
  limit.isPolling = true;
  try {
    poll();
  } finally {
    limit.isPolling = false;
  }
}
