import type { SandboxLimits } from '../limits.ts';
import { lowerPriority, type PipedProcess } from './child-process.ts';
import type { CommandFrame, ReportFrame } from './frames.ts';
import { readResidentMb } from './process-memory.ts';
import { readReports } from './report-reader.ts';

/** A report on the work of a process, not on the process itself. */
export type WorkReport = Exclude<ReportFrame, { type: 'ready' | 'pong' | 'fatal' }>;

interface PythonProcessOptions {
  readonly piped: PipedProcess;
  readonly limits: Pick<SandboxLimits, 'startMs' | 'idleCheckMs' | 'maxResidentMb'>;
  /** Whether the process has something to do; while it has not, it is asked now and then whether it really does nothing. */
  readonly isBusy: () => boolean;
  readonly onReport: (report: WorkReport) => void;
  readonly onExit: () => void;
}

/** Pings that may stay without an answer; a busy machine answers late. */
const MAX_UNANSWERED = 2;

/** A process that runs Python: started, watched, and ended for a reason that is kept. */
export class PythonProcess {
  readonly #options: PythonProcessOptions;
  readonly #piped: PipedProcess;
  readonly #started = Promise.withResolvers<string | undefined>();
  #isReady = false;
  #unanswered = 0;
  #endReason: string | undefined;
  #hasEnded = false;

  constructor(options: PythonProcessOptions) {
    this.#options = options;
    this.#piped = options.piped;
    const { process: child, reports, errorText } = this.#piped;
    child.once('error', ({ message }) => this.#onExit(message));
    child.once('exit', (code, signal) =>
      this.#onExit(this.#endReason ?? `it ended with ${signal ?? code} ${errorText().split('\n')[0]}`.trim()),
    );
    readReports(
      reports,
      (report) => this.#take(report),
      () => this.end('the Python process sent what is no report'),
    );
  }

  /** Why the process was ended, when this server ended it or it said so itself. */
  get endReason(): string | undefined {
    return this.#endReason;
  }

  /** How much was sent that the process has not taken yet. */
  get unreadBytes(): number {
    return this.#piped.commands.writableLength;
  }

  /** Waits until code can run; resolves with the reason when the process does not come up. */
  async start(): Promise<string | undefined> {
    const { startMs } = this.#options.limits;
    const timer = setTimeout(() => {
      this.#started.resolve(`it was not ready within ${startMs} ms`);
      this.kill();
    }, startMs);
    return this.#started.promise.finally(() => clearTimeout(timer));
  }

  send(frame: CommandFrame): void {
    if (!this.#hasEnded) this.#piped.commands.write(`${JSON.stringify(frame)}\n`);
  }

  /** Answers a call for which the process waits and does nothing else. */
  answerBlocked(id: number, json: string): void {
    if (!this.#hasEnded) this.#piped.replies.write(`${JSON.stringify({ id, json })}\n`);
  }

  /** Notes that the process reacts. */
  markResponsive(): void {
    this.#unanswered = 0;
  }

  /** Lets every other process of the machine go first. */
  lowerPriority(): void {
    lowerPriority(this.#piped);
  }

  /** Ends the process when it holds more memory than it may. */
  async checkMemory(): Promise<void> {
    const { maxResidentMb } = this.#options.limits;
    const { pid } = this.#piped.process;
    if (pid === undefined || (await readResidentMb(pid)) <= maxResidentMb) return;
    this.end(`it used more than ${maxResidentMb} MB of memory`);
  }

  /** Ends the process for a reason; the first one counts. */
  end(reason: string): void {
    this.#endReason ??= reason;
    this.kill();
  }

  /** Ends the process at once, and leaves the reason to the caller. */
  kill(): void {
    if (!this.#hasEnded) this.#piped.process.kill('SIGKILL');
  }

  /** Ends the process and waits until it has ended. */
  async close(reason: string): Promise<void> {
    const { process: child } = this.#piped;
    if (this.#hasEnded || child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    this.end(reason);
    await promise;
  }

  #take(report: ReportFrame): void {
    switch (report.type) {
      case 'ready':
        if (!this.#isReady) this.#watchIdle();
        this.#isReady = true;
        this.#started.resolve(undefined);
        return;
      case 'pong':
        this.markResponsive();
        return;
      case 'fatal':
        this.end(report.reason);
        return;
      default:
        this.#options.onReport(report);
    }
  }

  /** Ends a process that is busy though it has nothing to do: code may leave something behind that goes on where no time limit is. */
  #watchIdle(): void {
    const watch = setInterval(() => {
      if (this.#options.isBusy()) return;
      if (this.#unanswered > MAX_UNANSWERED) return this.end('it went on after its execution had ended');
      this.#unanswered += 1;
      this.send({ type: 'ping' });
      void this.checkMemory();
    }, this.#options.limits.idleCheckMs);
    watch.unref();
    this.#piped.process.once('exit', () => clearInterval(watch));
  }

  #onExit(failure: string): void {
    this.#hasEnded = true;
    this.#options.onExit();
    this.#started.resolve(failure);
  }
}
