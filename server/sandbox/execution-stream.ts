import type { z } from 'zod';
import type { ExecutionEvent, ExecutionResult } from '../../contract/sandbox.ts';
import { toApiError } from '../call/errors.ts';
import type { ExecuteOptions, ManagedExecution } from './agent-execution.ts';
import type { OutputEvent } from './sandbox.ts';

type Event = z.input<typeof ExecutionEvent>;
type Execute = (options: Required<Pick<ExecuteOptions, 'signal' | 'onOutput'>>) => Promise<ManagedExecution>;

/** The output of an execution as it comes, then `done`. Leaving the iteration interrupts the code. */
export async function* streamExecution(execute: Execute, signal: AbortSignal): AsyncGenerator<Event> {
  const left = new AbortController();
  const output = new OutputQueue();
  const running = execute({
    signal: AbortSignal.any([signal, left.signal]),
    onOutput: (event) => output.push(event),
  }).finally(() => output.end());
  // Awaited below, unless the reader has left.
  running.catch(() => {});
  let hasShown = false;
  try {
    for await (const event of output.read()) {
      hasShown = true;
      yield event;
    }
    yield { type: 'done', execution: toExecutionResult(await running) };
  } catch (error) {
    // Before the first event the answer can still have the status of the error.
    if (!hasShown) throw error;
    const { message, code } = toApiError(error);
    yield { type: 'error', detail: message, code };
  } finally {
    left.abort();
  }
}

/** An execution as callers read it. */
export const toExecutionResult = (execution: ManagedExecution): z.input<typeof ExecutionResult> => ({
  execution_id: execution.id,
  status: execution.status,
  stdout: execution.stdout,
  stderr: execution.stderr,
  result: execution.result,
  displays: [...execution.displays],
  error: execution.error,
  exit_code: execution.exitCode,
  duration_ms: execution.durationMs,
  queued_ms: execution.queuedMs,
  variables_lost: execution.variablesLost,
  truncated: execution.isTruncated,
  tool_calls: execution.toolCalls,
  notices: [...execution.notices],
  variant: execution.variant,
});

/** Output between the code that writes it and the one reader that takes it. */
class OutputQueue {
  readonly #events: OutputEvent[] = [];
  #wake = Promise.withResolvers<void>();
  #hasEnded = false;

  push(event: OutputEvent): void {
    this.#events.push(event);
    this.#wake.resolve();
  }

  /** Lets the reader go once it has taken what is there. */
  end(): void {
    this.#hasEnded = true;
    this.#wake.resolve();
  }

  async *read(): AsyncGenerator<OutputEvent> {
    while (!this.#hasEnded || this.#events.length) {
      if (!this.#events.length) await this.#wake.promise;
      this.#wake = Promise.withResolvers<void>();
      yield* this.#events.splice(0);
    }
  }
}
