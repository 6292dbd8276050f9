import { SilenceTimer } from '../../async/silence-timer.ts';
import { ApiError } from '../../call/errors.ts';
import type { SandboxLimits } from '../limits.ts';
import type { Execution, PythonModules, RunOptions, Sandbox } from '../sandbox.ts';
import {
  findPyodide,
  type LocalEvalEngine,
  type PipedProcess,
  readRunner,
  spawnPyodide,
  spawnPython,
} from './child-process.ts';
import type { CommandFrame } from './frames.ts';
import { ProcessExecution } from './process-execution.ts';
import { PythonProcess, type StartFailure, type WorkReport } from './python-process.ts';
import type { SnapshotCache } from './snapshot-cache.ts';

interface LocalEvalOptions {
  readonly limits: SandboxLimits;
  readonly snapshots: SnapshotCache;
  readonly engine?: LocalEvalEngine;
}

const SETUP_MS = 15_000;
const SETUP_TOTAL_MS = 120_000;
const PROCESS_ENDED = 'the Python process has ended';

/**
 * Python in a locked-down process of its own: no files, no network, no programs, bounded time, memory and output.
 * With the engine `python` it is the machine's python3 instead, which isolates nothing.
 */
export class LocalEval implements Sandbox {
  readonly variant = 'local-eval';
  readonly #limits: SandboxLimits;
  readonly #snapshots: SnapshotCache;
  readonly #engine: LocalEvalEngine;
  readonly #setups = new Map<number, (failure: string | undefined) => void>();
  #starting: Promise<void> | undefined;
  #isStarting = false;
  /** The process, as long as it is alive. */
  #python: PythonProcess | undefined;
  #running: ProcessExecution | undefined;
  #lastId = 0;
  #isClosed = false;

  constructor({ limits, snapshots, engine = 'pyodide' }: LocalEvalOptions) {
    this.#limits = limits;
    this.#snapshots = snapshots;
    this.#engine = engine;
  }

  get isRunning(): boolean {
    return this.#isStarting || this.#python !== undefined;
  }

  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#isStarting = false;
    });
    return this.#starting;
  }

  async run(code: string, options: RunOptions): Promise<Execution> {
    await this.start();
    const python = this.#python;
    if (!python) throw new ApiError('sandbox-unavailable', 'The Python process has ended');
    this.#lastId += 1;
    const running = new ProcessExecution({ id: this.#lastId, python, limits: this.#limits, run: options });
    this.#running = running;
    try {
      return await running.run(code);
    } finally {
      this.#running = undefined;
      python.markResponsive();
    }
  }

  async setModules(modules: PythonModules): Promise<void> {
    await this.#setUp((id) => ({ type: 'modules', id, modules }));
  }

  async setEnvironment(variables: Readonly<Record<string, string>>): Promise<void> {
    await this.#setUp((id) => ({ type: 'environment', id, variables }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#python?.close('the sandbox was closed');
  }

  kill(): void {
    this.#isClosed = true;
    this.#python?.end('the server was stopped');
  }

  /** Starts from the snapshot, and without it when that fails. */
  async #start(): Promise<void> {
    this.#isStarting = true;
    const prepared = this.#engine === 'pyodide' ? await this.#snapshots.find() : undefined;
    const failure = await this.#launch(prepared);
    if (!failure) return;
    if (!prepared || this.#isClosed) throw toStartError(failure);
    const secondFailure = await this.#launch(undefined);
    if (secondFailure) throw toStartError(secondFailure);
    // Slowness is no fault of the snapshot, and neither is what fails without it too.
    if (failure.hasCrashed) await this.#snapshots.discard(prepared);
  }

  /** Starts a process; returns why it did not come up. */
  async #launch(prepared: string | undefined): Promise<StartFailure | undefined> {
    if (this.#isClosed) return { reason: 'it was closed while it started', hasCrashed: false };
    const python = new PythonProcess({
      piped: this.#spawn(prepared),
      limits: this.#limits,
      isBusy: () => this.#running !== undefined || this.#setups.size > 0,
      onReport: (report) => this.#take(report),
      onExit: () => this.#onExit(python),
    });
    this.#python = python;
    return python.start();
  }

  #spawn(prepared: string | undefined): PipedProcess {
    const { memoryMb, maxOutput, maxResidentMb } = this.#limits;
    if (this.#engine === 'python') return spawnPython({ maxOutput, maxResidentMb });
    return spawnPyodide({
      pyodideDir: findPyodide(),
      runner: readRunner(),
      memoryMb,
      maxOutput,
      ...(prepared ? { prepared } : {}),
    });
  }

  #take(report: WorkReport): void {
    if (report.type === 'done') this.#setups.get(report.id)?.(report.failure);
    else this.#running?.take(report);
  }

  async #setUp(toFrame: (id: number) => CommandFrame): Promise<void> {
    await this.start();
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#setups.set(id, resolve);
    using _silence = new SilenceTimer({
      allowedMs: SETUP_MS,
      totalMs: SETUP_TOTAL_MS,
      workMs: () => this.#python?.processorMs,
      onSilence: () => this.#python?.end('it did not take its modules in time'),
    });
    if (this.#python) this.#python.send(toFrame(id));
    else resolve(PROCESS_ENDED);
    const failure = await promise.finally(() => this.#setups.delete(id));
    if (failure !== undefined) throw new ApiError('sandbox-unavailable', `The sandbox could not be set up: ${failure}`);
  }

  #onExit(python: PythonProcess): void {
    if (this.#python === python) this.#python = undefined;
    this.#running?.lose();
    for (const settle of this.#setups.values()) settle(PROCESS_ENDED);
  }
}

const toStartError = ({ reason }: StartFailure) =>
  new ApiError('sandbox-unavailable', `The Python process did not start: ${reason}`);
