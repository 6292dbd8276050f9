import { type CallEnd, type CallWatch, makeWatched } from '../runs/call-watch.ts';
import type { ToolCallAnswer, ToolCallHandler } from './sandbox.ts';

/** The bounds on tool calls of one execution. */
export interface ToolCallLimits {
  readonly maxCalls: number;
  readonly maxAtOnce: number;
  readonly callMs: number;
  /** Characters of JSON. */
  readonly maxArguments: number;
  readonly maxResult: number;
}

/** The bounds in force unless a server is given others. */
export const defaultToolCallLimits: ToolCallLimits = {
  maxCalls: 200,
  maxAtOnce: 10,
  callMs: 120_000,
  maxArguments: 1_000_000,
  maxResult: 5_000_000,
};

/** What code is told of a call that its execution did not wait for. */
export const EXECUTION_ENDED = 'The execution has ended';

interface GateOptions {
  readonly handler: ToolCallHandler;
  readonly limits: ToolCallLimits;
  /** Is told of each call, also of one that is refused. */
  readonly watch: CallWatch | undefined;
}

/** The one way out of a sandbox: counts and bounds the tool calls of one execution, whichever way they come. */
export class ToolCallGate {
  readonly #handler: ToolCallHandler;
  readonly #limits: ToolCallLimits;
  readonly #watch: CallWatch | undefined;
  readonly #waiting: Array<() => void> = [];
  #count = 0;
  #active = 0;

  constructor({ handler, limits, watch }: GateOptions) {
    this.#handler = handler;
    this.#limits = limits;
    this.#watch = watch;
  }

  /** How many calls were let through. */
  get count(): number {
    return this.#count;
  }

  readonly call: ToolCallHandler = (server, tool, args, { signal }) =>
    makeWatched(
      this.#watch,
      { server, tool, args },
      { make: (onStart) => this.#answer(server, tool, args, { signal, onStart }), toEnd: toCallEnd },
    );

  readonly #answer: ToolCallHandler = async (server, tool, args, { signal, onStart }) => {
    const { maxCalls, maxArguments, maxResult, callMs } = this.#limits;
    if (this.#count >= maxCalls) {
      return refuse('limit', `An execution may call at most ${maxCalls} tools; do the rest in another one`);
    }
    if (JSON.stringify(args).length > maxArguments) {
      return refuse('invalid_input', `The arguments of ${tool} are larger than ${maxArguments} characters`);
    }
    this.#count += 1;
    await this.#enter();
    try {
      if (signal.aborted) return refuse('transport', EXECUTION_ENDED);
      const deadline = AbortSignal.timeout(callMs);
      const answer = await Promise.race([
        this.#handler(server, tool, args, { signal: AbortSignal.any([signal, deadline]), onStart }),
        answerWhenAborted(signal, EXECUTION_ENDED),
        answerWhenAborted(deadline, `${tool} did not answer within ${callMs / 1000} s`),
      ]);
      return JSON.stringify(answer).length > maxResult
        ? refuse('limit', `The result of ${tool} is larger than ${maxResult} characters`)
        : answer;
    } finally {
      this.#leave();
    }
  };

  async #enter(): Promise<void> {
    if (this.#active < this.#limits.maxAtOnce) {
      this.#active += 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await promise;
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#active -= 1;
  }
}

const refuse = (kind: 'limit' | 'invalid_input' | 'transport', error: string): ToolCallAnswer => ({
  success: false,
  kind,
  error,
});

/** A call of code as others are told of it: what its code is told. */
export const toCallEnd = (answer: ToolCallAnswer): CallEnd =>
  answer.success ? { isError: false, result: answer.result } : { isError: true, result: answer.error };

/** Answers a call with `error` as soon as `signal` aborts. */
export function answerWhenAborted(signal: AbortSignal, error: string): Promise<ToolCallAnswer> {
  const { promise, resolve } = Promise.withResolvers<ToolCallAnswer>();
  const answer = () => resolve(refuse('transport', error));
  if (signal.aborted) answer();
  else signal.addEventListener('abort', answer, { once: true });
  return promise;
}
