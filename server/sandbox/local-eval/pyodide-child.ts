/**
 * The process that runs an agent's Python: Pyodide on the main thread of a Node that may do next to nothing.
 * Started by `child-process.ts`, which denies it files, programs and code generation from strings; `bare-shell.ts` takes the rest away
 * before the first line of the agent's code runs.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { endGeneration, hideNode, nodeTimers, stripGlobals } from './bare-shell.ts';
import { displayOutput, droppedOutput, flushOutput, resetOutput, writeOutput } from './child-output.ts';
import { die, listenForCommands, pollCommands, readReply, report } from './child-pipes.ts';
import type { CommandFrame } from './frames.ts';
import { capMemory } from './memory-cap.ts';

/** What the server tells the process at its start. */
export interface ChildConfig {
  readonly pyodideDir: string;
  /** The source of `runner.py`. */
  readonly runner: string;
  readonly memoryMb: number;
  readonly maxOutput: number;
  /** The folder to start from, made by `prepare`. */
  readonly prepared?: string;
  /** Set to make such a folder and end: a snapshot of the interpreter, and these files as JavaScript. */
  readonly prepare?: { readonly folder: string; readonly program: readonly string[] };
}

const SNAPSHOT = 'memory.snapshot';
const RUNNER_DIR = '/opt/runner';
const MODULES_DIR = '/opt/modules';
const MAX_CALL = 1_000_000;
const MAX_OUTCOME = 6_000_000;
const POLL_MS = 20;
const INTERRUPT_DELAY_MS = 30;
const UNAVAILABLE =
  'local-eval has the Python standard library and no network; for other packages use the variant local-jupyter.';
/** Modules that the snapshot holds loaded, so that importing them costs nothing. */
const PRELOADED =
  'argparse ast asyncio base64 bisect calendar collections concurrent.futures contextlib copy csv dataclasses datetime decimal difflib email.utils enum fractions functools gzip hashlib heapq html inspect io itertools json linecache logging math operator os pathlib pprint random re secrets shutil sqlite3 statistics string struct tempfile textwrap time traceback types typing unicodedata urllib.parse uuid warnings xml.etree.ElementTree zipfile zlib';
const node = process;
const config: ChildConfig = JSON.parse(node.env.SANDBOX_CONFIG ?? '');
for (const name of Object.keys(node.env)) delete node.env[name];
node.on('uncaughtException', (error) => die(error.message, 70));
node.on('unhandledRejection', () => {});

/** A plain view of a file's bytes: the interpreter does not know Node's Buffer. */
function readBytes(path: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

if (config.prepare) await (await import('./strip-program.ts')).stripProgram(config.prepare);
const snapshotPath = config.prepared === undefined ? undefined : `${config.prepared}/${SNAPSHOT}`;
// A snapshot larger than the initial heap cannot be restored.
const minimumMemory = snapshotPath === undefined ? 0 : statSync(snapshotPath).size;
const binary = readBytes(`${config.pyodideDir}/pyodide.asm.wasm`);
hideNode({ binary: capMemory(binary, minimumMemory, config.memoryMb * 1_048_576), readBytes });
const snapshot = snapshotPath === undefined ? undefined : readBytes(snapshotPath);
const { loadPyodide }: typeof import('pyodide') = await import(`${config.pyodideDir}/pyodide.mjs`);
const pyodide = await loadPyodide({
  indexURL: config.pyodideDir,
  jsglobals: Object.create(null),
  env: { HOME: '/home/sandbox' },
  stdout: () => {},
  stderr: () => {},
  ...(config.prepare ? { _makeSnapshot: true } : {}),
  ...(snapshot ? { _loadSnapshot: snapshot } : {}),
});
if (!snapshot) {
  pyodide.FS.mkdirTree(RUNNER_DIR);
  pyodide.FS.writeFile(`${RUNNER_DIR}/sandbox_runner.py`, config.runner);
  pyodide.runPython(
    `import sys\nsys.path.insert(0, ${JSON.stringify(RUNNER_DIR)})\nimport sandbox_runner, random, ${PRELOADED.split(' ').join(', ')}`,
  );
}
if (config.prepare) {
  writeFileSync(`${config.prepare.folder}/${SNAPSHOT}`, pyodide.makeMemorySnapshot());
  node.exit(0);
}
stripGlobals();

// --- Time limit and cancelling, without threads: the interpreter reads this "buffer" every few bytecodes, to see whether it shall stop.
const INTERRUPT = 2;
const run = {
  deadline: Number.NEGATIVE_INFINITY,
  isCancelled: false,
  isTimedOut: false,
  isPolling: false,
  lastPoll: 0,
};
const interruptBuffer = {
  get 0(): number {
    const now = performance.now();
    if (now - run.lastPoll > POLL_MS) {
      run.lastPoll = now;
      run.isPolling = true;
      try {
        pollCommands(take);
      } finally {
        run.isPolling = false;
      }
      flushOutput();
    }
    if (run.isCancelled) {
      run.isCancelled = false;
      return INTERRUPT;
    }
    if (now <= run.deadline) return 0;
    run.isTimedOut = true;
    run.deadline = now + 500;
    return INTERRUPT;
  },
  set 0(_value: number) {},
};

// --- The functions that the agent's code can reach. Each takes and gives text, so that no object of this realm gets out with them.
const waiting = new Map<number, (json: string) => void>();
let lastCall = 0;
const refuse = (error: string) => JSON.stringify({ success: false, kind: 'invalid_input', error });
function call(blocking: boolean, json: string): number {
  flushOutput();
  lastCall += 1;
  report(JSON.stringify({ type: 'call', id: lastCall, blocking, json }));
  return lastCall;
}
const bridge = {
  __proto__: null,
  write: (stream: unknown, text: unknown) => writeOutput(stream, text),
  display: (json: unknown) => displayOutput(json),
  interrupted: () => interruptBuffer[0] === INTERRUPT,
  call_sync(json: unknown): string {
    const text = String(json);
    if (text.length > MAX_CALL) return refuse('the arguments are larger than 1 MB');
    return readReply(call(true, text));
  },
  call_async(json: unknown): Promise<string> {
    const text = String(json);
    if (text.length > MAX_CALL) return Promise.resolve(refuse('the arguments are larger than 1 MB'));
    const id = call(false, text);
    return new Promise((resolve) => waiting.set(id, resolve));
  },
};

// --- Taking commands.
pyodide.registerJsModule('_sandbox_bridge', bridge);
// The interpreter's own interface could switch the interrupts off.
pyodide.unregisterJsModule('pyodide_js');
// Nothing is read from the disk from here on.
node.permission?.drop?.('fs.read');
run.deadline = Number.POSITIVE_INFINITY;
pyodide.setInterruptBuffer(interruptBuffer as unknown as Int32Array);
const internals: { on_fatal?: (error: unknown) => void } = Reflect.get(pyodide, '_api');
internals.on_fatal = (error) => die(`the interpreter crashed: ${error instanceof Error ? error.message : error}`, 71);
pyodide.runPython(
  `import random, sys, sandbox_runner, _sandbox_bridge\nrandom.seed()\nsandbox_runner.make_sleep_interruptible()\n` +
    `for name in ('pyodide_js', 'pyodide_js._api'): sys.modules.pop(name, None)\n` +
    `sandbox_runner.install(_sandbox_bridge, ${JSON.stringify(MODULES_DIR)}, ${JSON.stringify(UNAVAILABLE)})`,
);
const runner = pyodide.pyimport('sandbox_runner');
const python: {
  run(code: string): Promise<string>;
  cancel(): void;
  flush(): void;
  set_modules(folder: string, modules: string): void;
  set_environment(variables: string): void;
} = {
  run: runner.run,
  cancel: runner.cancel,
  flush: runner.flush,
  set_modules: runner.set_modules,
  set_environment: runner.set_environment,
};

let last: Promise<unknown> = Promise.resolve();
function take(frame: CommandFrame): void {
  if (frame.type === 'reply') {
    waiting.get(frame.id)?.(frame.json);
    waiting.delete(frame.id);
  } else if (frame.type === 'ping') {
    report('{"type":"pong"}');
  } else if (frame.type === 'cancel') {
    // Python runs now, so it must be interrupted; or it waits, and its task can be cancelled.
    if (run.isPolling) run.isCancelled = true;
    else python.cancel();
  } else {
    last = last.then(() => perform(frame)).catch((error: unknown) => die(error, 72));
  }
}

async function perform(frame: Exclude<CommandFrame, { type: 'reply' | 'cancel' | 'ping' }>): Promise<void> {
  if (frame.type === 'run') return runCode(frame.id, frame.code, frame.timeoutMs);
  run.deadline = performance.now() + 10_000;
  let failure: string | undefined;
  try {
    if (frame.type === 'modules') python.set_modules(MODULES_DIR, JSON.stringify(frame.modules));
    else python.set_environment(JSON.stringify(frame.variables));
  } catch (error) {
    failure = String(error).trim().split('\n').at(-1)?.slice(0, 500);
  }
  run.deadline = Number.NEGATIVE_INFINITY;
  report(JSON.stringify({ type: 'done', id: frame.id, failure }));
}

async function runCode(id: number, code: string, timeoutMs: number): Promise<void> {
  resetOutput(config.maxOutput);
  // Later than the timer below, so that code that waits is cancelled by it: an interrupt could hit the event loop instead of the code.
  const deadline = performance.now() + timeoutMs + INTERRUPT_DELAY_MS;
  Object.assign(run, { isCancelled: false, isTimedOut: false, deadline });
  const flushing = setInterval(flushWaiting, 50);
  // While the code waits no bytecode runs and nothing reads the interrupt buffer.
  const timer = nodeTimers.setTimeout(() => {
    run.isTimedOut = true;
    run.deadline = Number.POSITIVE_INFINITY;
    python.cancel();
  }, timeoutMs);
  let outcome: string;
  try {
    outcome = await python.run(code);
    // The code can change what makes the outcome; it is one line of a bounded length all the same.
    if (outcome.length > MAX_OUTCOME || outcome.includes('\n')) outcome = toFailure('RuntimeError', 'no outcome');
  } catch (error) {
    outcome = toFailure(run.isTimedOut ? 'KeyboardInterrupt' : 'RuntimeError', String(error).slice(0, 2000));
  }
  run.deadline = Number.NEGATIVE_INFINITY;
  clearTimeout(timer);
  clearInterval(flushing);
  endGeneration();
  waiting.clear();
  // Not from here: promises that resolve each other for ever would go on unwatched after the report.
  await new Promise((resolve) => nodeTimers.setImmediate(resolve));
  flushOutput();
  const { dropped, droppedDisplays } = droppedOutput();
  report(
    `{"type":"ran","id":${id},"isTimedOut":${run.isTimedOut},"dropped":${dropped},"droppedDisplays":${droppedDisplays},"outcome":${outcome}}`,
  );
}

const toFailure = (name: string, traceback: string): string =>
  JSON.stringify({ status: 'error', result: null, error: { name, message: '', traceback }, exit_code: null });

function flushWaiting(): void {
  python.flush();
  flushOutput();
}

run.deadline = Number.NEGATIVE_INFINITY;
listenForCommands(take);
report('{"type":"ready"}');
