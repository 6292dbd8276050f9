/** The functions that the agent's code can reach. Each takes and gives text, so that no object of this realm gets out with them. */
import { interruptAgain, isInterrupted } from './interrupts.ts';
import { displayOutput, flushOutput, writeOutput } from './output.ts';
import { readReply, report } from './pipes.ts';

const MAX_CALL = 1_000_000;

/** The calls whose answer code awaits. */
const awaited = new Map<number, (json: string) => void>();
let lastCall = 0;

/** Makes the module that Python imports as `_sandbox_bridge`. */
export const createBridge = (interruptBuffer: { readonly 0: number }) =>
  // Frozen: code holds it, and the runner uses it.
  Object.freeze({
    __proto__: null,
    write: (stream: unknown, text: unknown) => writeOutput(stream, text),
    display: (json: unknown) => displayOutput(json),
    interrupted: () => isInterrupted(interruptBuffer),
    interrupt_again: interruptAgain,
    call_sync(json: unknown): string {
      const text = String(json);
      return text.length > MAX_CALL ? TOO_LARGE : readReply(sendCall(text, true));
    },
    call_async(json: unknown): Promise<string> {
      const text = String(json);
      if (text.length > MAX_CALL) return Promise.resolve(TOO_LARGE);
      const id = sendCall(text, false);
      return new Promise((resolve) => awaited.set(id, resolve));
    },
  });

/** Gives code the answer that it awaits. */
export function settleCall(id: number, json: string): void {
  awaited.get(id)?.(json);
  awaited.delete(id);
}

/** Forgets the calls of code that has ended. */
export function forgetCalls(): void {
  awaited.clear();
}

const TOO_LARGE = JSON.stringify({
  success: false,
  kind: 'invalid_input',
  error: 'the arguments are larger than 1 MB',
});

function sendCall(json: string, blocking: boolean): number {
  flushOutput();
  lastCall += 1;
  report(JSON.stringify({ type: 'call', id: lastCall, blocking, json }));
  return lastCall;
}
