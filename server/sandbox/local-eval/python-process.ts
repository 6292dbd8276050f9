import { processorMsOf } from '../../async/processor-time.ts';
import { SilenceTimer } from '../../async/silence-timer.ts';
import type { SandboxLimits } from '../limits.ts';
import { lowerPriority, type PipedProcess } from './child-process.ts';
import type { CommandFrame, ReportFrame } from './frames.ts';
import { readResidentMb } from './process-memory.ts';
import { readReports } from './report-reader.ts';

/** A report on the work of a process, not on the process itself. */
export type WorkReport = Exclude<ReportFrame, { type: 'ready' | 'pong' | 'fatal' }>;

interface PythonProcessOptions {
  readonly piped: PipedProcess;
  readonly limits: Pick<SandboxLimits, 'startMs' | 'startTotalMs' | 'idleCheckMs' | 'maxResidentMb'>;
  /** Whether the process has something to do; while it has not, it is asked now and then whether it really does nothing. */
  readonly isBusy: () => boolean;
  readonly onReport: (report: WorkReport) => void;
  readonly onExit: () => void;
}

/** Why a process did not come up. */
export interface StartFailure {
  readonly reason: string;
  /** Whether it failed by itself, and not because it was ended by the system or for its silence. */
  readonly hasCrashed: boolean;
}

/** How many pings may stay without an answer of a process that computes meanwhile, and of one that may stand in line for a processor. */
const MAX_UNANSWERED = { busy: 2, quiet: 20 };
/** A process computes when it has used so much of the time between two pings. */
const BUSY_SHARE = 1 / 3;

/** A process that runs Python: started, watched, and ended for a reason that is kept. */
export class PythonProcess {
  readonly #options: PythonProcessOptions;
  readonly #piped: PipedProcess;
  readonly #started = Promise.withResolvers<StartFailure | undefined>();
  #isReady = false;
  #unanswered = 0;
  /** The processor time it had used when it last had answered every ping. */
  #workMs = 0;
  #endReason: string | undefined;
  #hasEnded = false;

  constructor(options: PythonProcessOptions) {
    this.#options = options;
    this.#piped = options.piped;
    const { process: child, reports, errorText } = this.#piped;
    child.once('error', ({ message }) => this.#onExit({ reason: message, hasCrashed: false }));
    child.once('exit', (code, signal) => {
      const reason = this.#endReason ?? `it ended with ${signal ?? code} ${errorText().split('\n')[0]}`.trim();
      this.#onExit({ reason, hasCrashed: code !== null || this.#endReason !== undefined });
    });
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

  /** The processor time it has used; undefined when that is not known. */
  get processorMs(): number | undefined {
    return processorMsOf(this.#piped.process.pid);
  }

  /** Waits until code can run; resolves with the reason when the process does not come up. */
  async start(): Promise<StartFailure | undefined> {
    const { startMs: allowedMs, startTotalMs: totalMs } = this.#options.limits;
    using _silence = new SilenceTimer({
      allowedMs,
      totalMs,
      workMs: () => this.processorMs,
      onSilence: (ms, which) => {
        const what = which === 'total' ? 'was not ready within' : 'gave no sign of life for';
        this.#started.resolve({ reason: `it ${what} ${ms / 1000} s`, hasCrashed: false });
        this.kill();
      },
    });
    return await this.#started.promise;
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
      if (this.#unanswered > (this.#isBusy() ? MAX_UNANSWERED.busy : MAX_UNANSWERED.quiet)) {
        return this.end('it went on after its execution had ended');
      }
      if (this.#unanswered === 0) this.#workMs = this.processorMs ?? 0;
      this.#unanswered += 1;
      this.send({ type: 'ping' });
      void this.checkMemory();
    }, this.#options.limits.idleCheckMs);
    watch.unref();
    this.#piped.process.once('exit', () => clearInterval(watch));
  }

  /** Whether it has computed since it last had answered every ping. */
  #isBusy(): boolean {
    const workMs = this.processorMs ?? Number.POSITIVE_INFINITY;
    return workMs - this.#workMs >= this.#options.limits.idleCheckMs * BUSY_SHARE;
  }

  #onExit(failure: StartFailure): void {
    this.#hasEnded = true;
    this.#options.onExit();
    this.#started.resolve(failure);
  }
}
