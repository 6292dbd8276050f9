import type { SandboxLimits } from '../limits.ts';
import { OutputLog } from '../output-log.ts';
import type { Execution, RunOptions } from '../sandbox.ts';
import type { StopReason } from '../stop-error.ts';
import { CodeCalls } from './code-calls.ts';
import { type Ran, toLostExecution, toReportedExecution } from './process-outcome.ts';
import type { PythonProcess, WorkReport } from './python-process.ts';

interface ProcessExecutionOptions {
  /** Different for each execution of one process. */
  readonly id: number;
  readonly python: PythonProcess;
  readonly limits: SandboxLimits;
  readonly run: RunOptions;
}

const MEMORY_CHECK_MS = 100;
/** How often in the grace it is looked whether that is over, and how many graces it may take in all. */
const LOOKS = 10;
const MAX_GRACES = 5;
/** Code that computes for so long must not slow the server's own answers down. */
const LONG_MS = 300;

/** One execution in a Python process, from the code it is sent to what came of it. */
export class ProcessExecution {
  readonly #options: ProcessExecutionOptions;
  readonly #output: OutputLog;
  readonly #calls: CodeCalls;
  /** Aborts the tool calls that go on. */
  readonly #callsEnded = new AbortController();
  readonly #ran = Promise.withResolvers<Ran | undefined>();
  readonly #timers: NodeJS.Timeout[] = [];
  #stopReason: StopReason | undefined;
  #isOverTime = false;

  constructor(options: ProcessExecutionOptions) {
    const { python, limits, run } = options;
    this.#options = options;
    this.#output = new OutputLog(limits, run.onOutput);
    this.#calls = new CodeCalls({ python, onToolCall: run.onToolCall, signal: this.#callsEnded.signal });
  }

  /** Runs the code; never rejects for what it does. */
  async run(code: string): Promise<Execution> {
    const { id, python, run } = this.#options;
    const interrupt = () => this.#interrupt();
    this.#setTimers();
    run.signal.addEventListener('abort', interrupt, { once: true });
    python.send({ type: 'run', id, code, timeoutMs: run.timeoutMs });
    if (run.signal.aborted) interrupt();
    try {
      return this.#toExecution(await this.#ran.promise);
    } finally {
      this.#calls.close();
      this.#callsEnded.abort();
      for (const timer of this.#timers) clearTimeout(timer);
      run.signal.removeEventListener('abort', interrupt);
    }
  }

  /** Takes a report of the process that is about this execution. */
  take(report: Exclude<WorkReport, { type: 'done' }>): void {
    switch (report.type) {
      case 'output':
        this.#output.write(report.stream, report.text);
        return;
      case 'display':
        this.#output.display(report.data);
        return;
      case 'call':
        this.#calls.take(report);
        return;
      case 'ran':
        if (report.id === this.#options.id) this.#ran.resolve(report);
    }
  }

  /** Ends the execution because its process has ended. */
  lose(): void {
    this.#ran.resolve(undefined);
  }

  #setTimers(): void {
    const { python, run } = this.#options;
    this.#timers.push(
      setInterval(() => python.checkMemory(), MEMORY_CHECK_MS),
      setTimeout(() => python.lowerPriority(), LONG_MS),
      // A tool call that is waited for holds the interpreter; it ends with the time limit.
      setTimeout(() => {
        this.#isOverTime = true;
        this.#callsEnded.abort();
        this.#killAfterGrace('timeout');
      }, run.timeoutMs),
    );
  }

  #interrupt(): void {
    const { id, python } = this.#options;
    this.#stopReason ??= 'cancelled';
    this.#callsEnded.abort();
    python.send({ type: 'cancel', id });
    this.#killAfterGrace('cancelled');
  }

  /** Ends the process once it has had its grace, by its own time: a busy machine gives it little of that. */
  #killAfterGrace(reason: StopReason): void {
    const { python, limits } = this.#options;
    const stepMs = limits.graceMs / LOOKS;
    const usedBefore = python.processorMs ?? 0;
    let looks = 0;
    const look = () => {
      looks += 1;
      const usedMs = (python.processorMs ?? Number.POSITIVE_INFINITY) - usedBefore;
      if (looks < LOOKS || (usedMs < limits.graceMs && looks < LOOKS * MAX_GRACES)) return;
      this.#stopReason ??= reason;
      python.kill();
    };
    this.#timers.push(setInterval(look, stepMs));
  }

  #toExecution(ran: Ran | undefined): Execution {
    const { python, run } = this.#options;
    const stopped = this.#stopReason;
    if (!ran) return toLostExecution(this.#output, { endReason: python.endReason, stopped, timeoutMs: run.timeoutMs });
    // The call that was ended may come back to the code before the process knows that its time is over.
    const isTimedOut = ran.isTimedOut || (this.#isOverTime && ran.outcome.status === 'error');
    const reason = stopped === 'cancelled' ? stopped : isTimedOut ? 'timeout' : undefined;
    return toReportedExecution(ran, this.#output, { stopped: reason, timeoutMs: run.timeoutMs });
  }
}
