import type { SandboxLimits } from '../limits.ts';
import { OutputLog } from '../output-log.ts';
import type { Execution, PythonError, RunOptions } from '../sandbox.ts';
import type { StopReason } from '../stop-error.ts';
import type { SupervisedKernel } from './jupyter-client.ts';
import { toKernelExecution } from './kernel-outcome.ts';
import { isBegin, isCoroutine, isError, takeOutput, toPythonError } from './kernel-output.ts';
import { awaitCode } from './kernel-setup.ts';
import type { LiveKernel } from './live-kernel.ts';

interface KernelExecutionOptions {
  readonly kernel: LiveKernel;
  readonly limits: SandboxLimits;
  readonly run: RunOptions;
}

/** Code is stopped when it has written so many times what is kept. */
const FLOOD_FACTOR = 20;
/** How long after a kernel says that code begins the code is at work, and no longer the kernel before it. */
const BEGIN_MS = 100;

/** A kernel answered that it has not run what it was sent. */
export class DroppedExecutionError extends Error {
  override readonly name = 'DroppedExecutionError';
}

/** One execution in a kernel, from the code it is sent to what came of it. */
export class KernelExecution {
  readonly #options: KernelExecutionOptions;
  readonly #output: OutputLog;
  #error: PythonError | null = null;
  #isWaiting = false;
  /** Whether the kernel has said that the code begins: before that it ignores an interrupt. */
  #hasBegun = false;
  #stopped: StopReason | 'output' | undefined;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: KernelExecutionOptions) {
    this.#options = options;
    this.#output = new OutputLog(options.limits, options.run.onOutput);
  }

  /** Runs the code; never rejects for what it does. */
  async run(code: string): Promise<Execution> {
    const { kernel, run } = this.#options;
    this.#later(run.timeoutMs, () => this.#stop('timeout'));
    const interrupt = () => this.#stop('cancelled');
    run.signal.addEventListener('abort', interrupt, { once: true });
    if (run.signal.aborted) interrupt();
    try {
      const done = this.#executeAndAwait(code);
      // Handled also when the loss of the kernel wins the race.
      done.catch(() => {});
      return this.#toExecution(await Promise.race([done, kernel.lost]));
    } catch {
      kernel.lose('the kernel dropped the execution');
      return this.#toExecution(await kernel.lost);
    } finally {
      for (const timer of this.#timers) clearTimeout(timer);
      run.signal.removeEventListener('abort', interrupt);
    }
  }

  /** Runs the code, and then awaits the coroutine that it came to, if it came to one. */
  async #executeAndAwait(code: string): Promise<undefined> {
    const isQuiet = code.trimEnd().endsWith(';');
    await this.#execute(code, isQuiet);
    if (this.#isWaiting && !this.#stopped) await this.#execute(awaitCode, isQuiet);
    return undefined;
  }

  async #execute(code: string, isQuiet: boolean): Promise<void> {
    const { kernel, limits } = this.#options;
    this.#hasBegun = false;
    const request = kernel.connection.requestExecute({
      code,
      silent: false,
      store_history: false,
      allow_stdin: false,
      // Else the kernel silently drops what it is sent within a moment after an error. Executions come one by one anyway.
      stop_on_error: false,
    });
    request.onIOPub = (message) => {
      if (isBegin(message)) this.#begin();
      else if (isError(message)) this.#error = toPythonError(message.content);
      else if (isCoroutine(message) && !isQuiet) this.#isWaiting = true;
      else takeOutput(message, this.#output, isQuiet);
      if (this.#output.dropped > limits.maxOutput * FLOOD_FACTOR) this.#stop('output');
    };
    const { content } = await request.done;
    // The error was not shown where what shows errors has failed.
    if (content.status === 'error') this.#error ??= toPythonError(content);
    if (content.status === 'aborted') throw new DroppedExecutionError('the kernel dropped the execution');
  }

  #stop(reason: StopReason | 'output'): void {
    if (this.#stopped) return;
    const { kernel, limits } = this.#options;
    this.#stopped = reason;
    if (this.#hasBegun) this.#interrupt();
    // Once more: the kernel itself may have been at work when the interrupt came.
    this.#later(limits.kernelGraceMs / 2, () => this.#interrupt());
    this.#later(limits.kernelGraceMs, () => kernel.lose('it did not react to the interrupt'));
  }

  /** Notes that the code is at work, and interrupts it when it was to be stopped before that. */
  #begin(): void {
    this.#hasBegun = true;
    if (this.#stopped) this.#later(BEGIN_MS, () => this.#interrupt());
  }

  #interrupt(): void {
    interruptKernel(this.#options.kernel.connection).catch(() => {});
  }

  /** Does something after a while, unless the execution has ended by then. */
  #later(ms: number, act: () => void): void {
    this.#timers.push(setTimeout(act, ms));
  }

  #toExecution(lossReason: string | undefined): Execution {
    return toKernelExecution({
      output: this.#output,
      error: this.#error,
      stopped: this.#stopped,
      lossReason,
      timeoutMs: this.#options.run.timeoutMs,
    });
  }
}

/** Older kernels take note of an interrupt while code awaits something, but go on sleeping until a message wakes them: any will do. */
async function interruptKernel(connection: SupervisedKernel): Promise<void> {
  await connection.interrupt();
  await connection.requestKernelInfo();
}
