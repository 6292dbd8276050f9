import { ApiError } from '../../call/errors.ts';
import type { SandboxLimits } from '../limits.ts';
import { OutputLog } from '../output-log.ts';
import type { Execution, PythonModules, RunOptions, Sandbox } from '../sandbox.ts';
import type { StopReason } from '../stop-error.ts';
import { answerWhenAborted, EXECUTION_ENDED } from '../tool-calls.ts';
import { parseBoundedJson } from './bounded-json.ts';
import {
  type EngineProcess,
  findPyodide,
  type LocalEvalEngine,
  lowerPriority,
  readRunner,
  spawnPyodide,
  spawnPython,
} from './child-process.ts';
import { callTool } from './code-calls.ts';
import { type CommandFrame, LineSplitter, ReportFrame } from './frames.ts';
import { readResidentMb } from './process-memory.ts';
import { type Ran, toExecution, toLoss } from './process-outcome.ts';
import type { SnapshotCache } from './snapshot-cache.ts';

const MAX_FRAME_BYTES = 16 * 1_048_576;
/** Far more than the tool calls that are let through: who makes so many wants to keep the server busy. */
const MAX_CALLS_MADE = 10_000;
const MAX_CALLED_CHARACTERS = 300_000_000;
const MAX_UNREAD_BYTES = 128 * 1_048_576;
/** Reports in one piece after which others get their turn. */
const MANY_LINES = 50;
/** Pings that may stay without an answer; a busy machine answers late. */
const MAX_UNANSWERED = 2;
const WATCH_MS = 100;
const SETUP_MS = 15_000;
const LONG_MS = 300;

/** The execution that goes on. */
interface Running {
  readonly id: number;
  readonly output: OutputLog;
  readonly options: RunOptions;
  readonly ended: AbortController;
  /** What a tool call comes to when the execution ends first: one promise, as code may make many calls. */
  readonly cutOff: Promise<unknown>;
  /** Tool calls made, let through or not, and what they were written with. */
  readonly calls: { count: number; characters: number };
  readonly settle: (ran: Ran | undefined) => void;
}

interface LocalEvalOptions {
  readonly limits: SandboxLimits;
  readonly snapshots: SnapshotCache;
  readonly engine?: LocalEvalEngine;
}

/**
 * Python in a locked-down process of its own: no files, no network, no programs, bounded time, memory and output.
 * With the engine `python` it is the machine's python3 instead, which isolates nothing.
 */
export class LocalEval implements Sandbox {
  readonly variant = 'local-eval';
  readonly #limits: SandboxLimits;
  readonly #snapshots: SnapshotCache;
  readonly #engineName: LocalEvalEngine;
  readonly #setups = new Map<number, (failure: string | undefined) => void>();
  #starting: Promise<void> | undefined;
  #engine: EngineProcess | undefined;
  #ready: (() => void) | undefined;
  #running: Running | undefined;
  #lastId = 0;
  #unanswered = 0;
  #isClosed = false;
  /** Why the process has ended, when that is known. */
  #endReason: string | undefined;

  constructor({ limits, snapshots, engine = 'pyodide' }: LocalEvalOptions) {
    this.#limits = limits;
    this.#engineName = engine;
    this.#snapshots = snapshots;
  }

  get isRunning(): boolean {
    return this.#engine !== undefined;
  }

  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async run(code: string, options: RunOptions): Promise<Execution> {
    await this.start();
    const engine = this.#engine;
    if (!engine) throw new ApiError('sandbox-unavailable', 'The Python process has ended');
    const { graceMs } = this.#limits;
    const output = new OutputLog(this.#limits, options.onOutput);
    const ended = new AbortController();
    const { promise, resolve } = Promise.withResolvers<Ran | undefined>();
    this.#lastId += 1;
    const running: Running = {
      id: this.#lastId,
      output,
      options,
      ended,
      cutOff: answerWhenAborted(ended.signal, EXECUTION_ENDED),
      calls: { count: 0, characters: 0 },
      settle: resolve,
    };
    this.#running = running;

    let stopped: StopReason | undefined;
    const timers = new Set<NodeJS.Timeout>();
    const killAfter = (ms: number, reason: StopReason) => {
      timers.add(
        setTimeout(() => {
          stopped ??= reason;
          engine.process.kill('SIGKILL');
        }, ms),
      );
    };
    const interrupt = () => {
      stopped ??= 'cancelled';
      ended.abort();
      this.#send({ type: 'cancel' });
      killAfter(graceMs, 'cancelled');
    };
    const watch = setInterval(() => this.#checkMemory(engine), WATCH_MS);
    killAfter(options.timeoutMs + graceMs, 'timeout');
    // Code that computes for long must not slow the server's own answers down.
    timers.add(setTimeout(() => lowerPriority(engine), LONG_MS));
    // A tool call that is waited for holds the interpreter; it ends with the time limit.
    let isOverTime = false;
    timers.add(
      setTimeout(() => {
        isOverTime = true;
        ended.abort();
      }, options.timeoutMs),
    );
    options.signal.addEventListener('abort', interrupt, { once: true });
    this.#send({ type: 'run', id: running.id, code, timeoutMs: options.timeoutMs });
    if (options.signal.aborted) interrupt();
    try {
      const ran = await promise;
      if (!ran) return toLoss(output, { endReason: this.#endReason, stopped, timeoutMs: options.timeoutMs });
      // The call that was ended may come back to the code before the process knows that its time is over.
      const isEnded = ran.isTimedOut || (isOverTime && ran.outcome.status === 'error');
      const reason = stopped === 'cancelled' ? stopped : isEnded ? 'timeout' : undefined;
      return toExecution(ran, output, reason, options.timeoutMs);
    } finally {
      this.#running = undefined;
      this.#unanswered = 0;
      ended.abort();
      for (const timer of timers) clearTimeout(timer);
      clearInterval(watch);
      options.signal.removeEventListener('abort', interrupt);
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
    this.#endReason ??= 'the sandbox was closed';
    const engine = this.#engine;
    if (!engine) return;
    const { process: child } = engine;
    const gone = child.exitCode !== null || child.signalCode !== null;
    if (gone) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
    await promise;
  }

  kill(): void {
    this.#isClosed = true;
    this.#end('the server was stopped');
  }

  async #start(): Promise<void> {
    const prepared = this.#engineName === 'pyodide' ? await this.#snapshots.find() : undefined;
    const failure = await this.#launch(prepared);
    if (failure === undefined) return;
    if (!prepared || this.#isClosed) throw startError(failure);
    await this.#snapshots.discard();
    const secondFailure = await this.#launch(undefined);
    if (secondFailure !== undefined) throw startError(secondFailure);
  }

  /** Starts a process; returns why it did not come up. */
  async #launch(prepared: string | undefined): Promise<string | undefined> {
    if (this.#isClosed) return 'it was closed while it started';
    const { startMs } = this.#limits;
    const engine = this.#spawn(prepared);
    this.#engine = engine;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#ready = () => {
      this.#watchIdle(engine);
      resolve(undefined);
    };
    const timer = setTimeout(() => {
      resolve(`it was not ready within ${startMs} ms`);
      engine.process.kill('SIGKILL');
    }, startMs);
    engine.process.once('error', (error) => {
      this.#onExit(engine);
      resolve(error.message);
    });
    engine.process.once('exit', (code, signal) => {
      this.#onExit(engine);
      resolve(this.#endReason ?? `it ended with ${signal ?? code} ${engine.errorText().split('\n')[0]}`.trim());
    });
    const lines = new LineSplitter(MAX_FRAME_BYTES);
    engine.reports.on('data', (chunk: Buffer) => {
      try {
        let count = 0;
        for (const line of lines.push(chunk)) {
          this.#take(line);
          count += 1;
        }
        if (count < MANY_LINES) return;
        // A flood must not keep everybody else waiting.
        engine.reports.pause();
        setImmediate(() => engine.reports.resume());
      } catch {
        this.#end('the Python process sent what is no report');
      }
    });
    return promise.finally(() => clearTimeout(timer));
  }

  #spawn(prepared: string | undefined): EngineProcess {
    const { memoryMb, maxOutput, maxResidentMb } = this.#limits;
    if (this.#engineName === 'python') return spawnPython({ maxOutput, maxResidentMb });
    return spawnPyodide({
      pyodideDir: findPyodide(),
      runner: readRunner(),
      memoryMb,
      maxOutput,
      ...(prepared ? { prepared } : {}),
    });
  }

  #take(line: string): void {
    const frame = ReportFrame.parse(parseBoundedJson(line));
    const running = this.#running;
    switch (frame.type) {
      case 'ready':
        this.#ready?.();
        this.#ready = undefined;
        return;
      case 'pong':
        this.#unanswered = 0;
        return;
      case 'output':
        running?.output.write(frame.stream, frame.text);
        return;
      case 'display':
        running?.output.display(frame.data);
        return;
      case 'call':
        if (running) this.#call(frame, running);
        return;
      case 'done':
        this.#setups.get(frame.id)?.(frame.failure);
        return;
      case 'fatal':
        this.#end(frame.reason);
        return;
      case 'ran':
        if (frame.id === running?.id) running.settle(frame);
    }
  }

  #call(frame: Extract<ReportFrame, { type: 'call' }>, running: Running): void {
    const { calls } = running;
    calls.count += 1;
    calls.characters += frame.json.length;
    if (calls.count > MAX_CALLS_MADE || calls.characters > MAX_CALLED_CHARACTERS) {
      this.#end('it called tools far more often than code may');
    } else void this.#answer(frame, running);
  }

  async #answer(frame: Extract<ReportFrame, { type: 'call' }>, running: Running): Promise<void> {
    const json = JSON.stringify(await callTool(frame.json, running));
    if (this.#running !== running) return;
    if (frame.blocking) this.#engine?.replies.write(`${JSON.stringify({ id: frame.id, json })}\n`);
    else this.#send({ type: 'reply', id: frame.id, json });
    if ((this.#engine?.commands.writableLength ?? 0) > MAX_UNREAD_BYTES) {
      this.#end('it did not take the answers of its tools');
    }
  }

  #send(frame: CommandFrame): void {
    this.#engine?.commands.write(`${JSON.stringify(frame)}\n`);
  }

  async #setUp(toFrame: (id: number) => CommandFrame): Promise<void> {
    await this.start();
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#setups.set(id, resolve);
    const timer = setTimeout(() => this.#end('it did not take its modules in time'), SETUP_MS);
    if (this.#engine) this.#send(toFrame(id));
    else resolve('the Python process has ended');
    const failure = await promise.finally(() => {
      clearTimeout(timer);
      this.#setups.delete(id);
    });
    if (failure !== undefined) throw new ApiError('sandbox-unavailable', `The sandbox could not be set up: ${failure}`);
  }

  async #checkMemory(engine: EngineProcess): Promise<void> {
    const { maxResidentMb } = this.#limits;
    if (engine.process.pid === undefined || (await readResidentMb(engine.process.pid)) <= maxResidentMb) return;
    this.#end(`it used more than ${maxResidentMb} MB of memory`);
  }

  /** Code may have left something behind that goes on after its end, where no time limit is. */
  #watchIdle(engine: EngineProcess): void {
    const watch = setInterval(() => {
      if (this.#running || this.#setups.size) return;
      if (this.#unanswered > MAX_UNANSWERED) return this.#end('it went on after its execution had ended');
      this.#unanswered += 1;
      this.#send({ type: 'ping' });
      void this.#checkMemory(engine);
    }, this.#limits.idleCheckMs);
    watch.unref();
    engine.process.once('exit', () => clearInterval(watch));
  }

  #end(reason: string): void {
    this.#endReason ??= reason;
    this.#engine?.process.kill('SIGKILL');
  }

  #onExit(engine: EngineProcess): void {
    if (this.#engine === engine) this.#engine = undefined;
    this.#running?.settle(undefined);
    for (const settle of this.#setups.values()) settle('the Python process has ended');
  }
}

const startError = (failure: string) =>
  new ApiError('sandbox-unavailable', `The Python process did not start: ${failure}`);
