/**
 * The process that runs an agent's Python: Pyodide on the main thread of a Node that may do next to nothing.
 * Started by `child-process.ts`, which denies it files, programs and code generation from strings; this file takes the rest away
 * before the first line of the agent's code runs. Descriptors: 3 commands in, 4 reports out, 5 replies to blocking calls in.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { CommandFrame } from './frames.ts';
import { capMemory } from './memory-cap.ts';

/** What the server tells the process at its start. */
export interface ChildConfig {
  readonly pyodideDir: string;
  /** The source of `runner.py`. */
  readonly runner: string;
  readonly memoryMb: number;
  readonly maxOutput: number;
  /** The snapshot to start from. */
  readonly snapshot?: string;
  /** Set to make a snapshot at this path and end. */
  readonly makeSnapshot?: string;
}

const COMMANDS = 3;
const REPORTS = 4;
const REPLIES = 5;
const RUNNER_DIR = '/opt/runner';
const MODULES_DIR = '/opt/modules';
const MAX_CALL = 1_000_000;
/** More than the server keeps, so that what it says of the rest is true. */
const MAX_DISPLAYS = 1000;
const MAX_DISPLAYED = 25_000_000;
const MAX_OUTCOME = 6_000_000;
const POLL_MS = 20;
const FLUSH_BURST = 100;
const INTERRUPT_DELAY_MS = 30;
const UNAVAILABLE =
  'local-eval has the Python standard library and no network; for other packages use the variant local-jupyter.';
/** Modules that the snapshot holds loaded, so that importing them costs nothing. */
const PRELOADED =
  'argparse ast asyncio base64 bisect calendar collections concurrent.futures contextlib copy csv dataclasses datetime decimal difflib email.utils enum fractions functools gzip hashlib heapq html inspect io itertools json linecache logging math operator os pathlib pprint random re secrets shutil sqlite3 statistics string struct tempfile textwrap time traceback types typing unicodedata urllib.parse uuid warnings xml.etree.ElementTree zipfile zlib';
/** What of the global object the interpreter needs at run time: ECMAScript, and what is named here. */
const KEPT = new Set(
  (
    'Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp Error AggregateError ' +
    'EvalError RangeError ReferenceError SyntaxError TypeError URIError globalThis JSON Math Intl ArrayBuffer Atomics Uint8Array Int8Array ' +
    'Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt ' +
    'Set WeakMap WeakSet WeakRef FinalizationRegistry Proxy Reflect decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape ' +
    'isFinite isNaN SharedArrayBuffer WebAssembly Iterator setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate ' +
    'queueMicrotask TextDecoder TextEncoder AbortController AbortSignal Event EventTarget performance MessageChannel console os DOMException URL ' +
    'URLSearchParams'
  ).split(' '),
);

const node = process;
const config: ChildConfig = JSON.parse(node.env.SANDBOX_CONFIG ?? '');
for (const name of Object.keys(node.env)) delete node.env[name];

const encoder = new TextEncoder();
const nap = new Int32Array(new SharedArrayBuffer(4));
const isAgain = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EAGAIN';

/** A plain view of a file's bytes: the interpreter does not know Node's Buffer. */
function readBytes(path: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function report(json: string): void {
  const bytes = encoder.encode(`${json}\n`);
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(REPORTS, bytes, sent);
    } catch (error) {
      if (!isAgain(error)) throw error;
      Atomics.wait(nap, 0, 0, 1);
    }
  }
}

function die(reason: unknown, code: number): never {
  try {
    report(JSON.stringify({ type: 'fatal', reason: String(reason).slice(0, 500) }));
  } catch {
    // The server has gone: there is nobody to tell.
  }
  return node.exit(code);
}

node.on('uncaughtException', (error) => die(error.message, 70));
node.on('unhandledRejection', () => {});
// Opening the socket also makes the descriptor non-blocking, which the poll below needs.
const commands = new Socket({ fd: COMMANDS, readable: true, writable: false });
commands.on('error', () => node.exit(0));
commands.on('end', () => node.exit(0));

// --- Before the interpreter loads: no trace of Node, so that it takes the code paths of a bare JavaScript shell, which know neither
// files nor programs nor sockets.
let generation = 0;
const nodeTimers = { setTimeout, setImmediate };
/** What an execution has scheduled is dropped at its end, so that none of its code runs unwatched. */
const inThisGeneration = (callback: () => void) => {
  const born = generation;
  return () => {
    if (born === generation) callback();
  };
};
function hideNode(): void {
  for (const name of ['process', 'navigator', 'Buffer', 'MessageChannel']) Reflect.deleteProperty(globalThis, name);
  // Without stack switching, JavaScript runs only while Python waits: a timer then knows that there is a task to cancel.
  for (const name of ['Suspending', 'promising']) Reflect.deleteProperty(Reflect.get(globalThis, 'WebAssembly'), name);
  class ShellMessageChannel {
    readonly port1: { onmessage?: () => void; start(): void } = { start: () => {} };
    readonly port2 = {
      postMessage: () => {
        nodeTimers.setImmediate(inThisGeneration(() => this.port1.onmessage?.()));
      },
    };
  }
  const setTimer = (callback: () => void, ms: number) => nodeTimers.setTimeout(inThisGeneration(callback), ms);
  const shell = {
    MessageChannel: ShellMessageChannel,
    setTimeout: setTimer,
    read: (path: string) => readFileSync(path, 'utf8'),
    readbuffer: (path: string) => {
      const bytes = readBytes(path);
      return path.endsWith('.wasm') ? capMemory(bytes, minimumMemory, config.memoryMb * 1_048_576) : bytes;
    },
    load: () => {
      throw new Error('not available');
    },
    // How the shell build asks for random bytes: `head -c32 /dev/urandom | base64`.
    os: Object.freeze({
      system: (_shell: string, args: readonly string[]) =>
        randomBytes(Math.min(65_536, Number(/-c(\d+)/.exec(args[1] ?? '')?.[1] ?? 0))).toString('base64'),
    }),
  };
  for (const [name, value] of Object.entries(shell)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}
function stripGlobals(): void {
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!KEPT.has(name)) Reflect.deleteProperty(globalThis, name);
  }
  const silent = () => {};
  Reflect.set(
    globalThis,
    'console',
    Object.freeze({ log: silent, warn: silent, error: silent, info: silent, debug: silent }),
  );
}

const snapshot = config.snapshot === undefined ? undefined : readBytes(config.snapshot);
// A snapshot larger than the initial heap cannot be restored.
const minimumMemory = snapshot?.byteLength ?? 0;
hideNode();
const { loadPyodide }: typeof import('pyodide') = await import(`${config.pyodideDir}/pyodide.mjs`);
const pyodide = await loadPyodide({
  indexURL: config.pyodideDir,
  jsglobals: Object.create(null),
  env: { HOME: '/home/sandbox' },
  stdout: () => {},
  stderr: () => {},
  ...(config.makeSnapshot === undefined ? {} : { _makeSnapshot: true }),
  ...(snapshot ? { _loadSnapshot: snapshot } : {}),
});
if (!snapshot) {
  pyodide.FS.mkdirTree(RUNNER_DIR);
  pyodide.FS.writeFile(`${RUNNER_DIR}/sandbox_runner.py`, config.runner);
  pyodide.runPython(
    `import sys\nsys.path.insert(0, ${JSON.stringify(RUNNER_DIR)})\nimport sandbox_runner, random, ${PRELOADED.split(' ').join(', ')}`,
  );
}
if (config.makeSnapshot !== undefined) {
  writeFileSync(config.makeSnapshot, pyodide.makeMemorySnapshot());
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
      pollCommands();
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

// --- The three functions that the agent's code can reach. Each takes and gives text, so that no object of this realm gets out with them.
const output = {
  stdout: '',
  stderr: '',
  left: 0,
  dropped: 0,
  displays: 0,
  displayed: 0,
  droppedDisplays: 0,
  tokens: FLUSH_BURST,
  lastToken: 0,
};
/** Whether a line may be sent at once: a burst may, and then one a millisecond. The rest waits for the next poll. */
function mayFlush(): boolean {
  const now = performance.now();
  output.tokens = Math.min(FLUSH_BURST, output.tokens + now - output.lastToken);
  output.lastToken = now;
  if (output.tokens < 1) return false;
  output.tokens -= 1;
  return true;
}
function flushOutput(): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const text = output[stream];
    if (!text) continue;
    output[stream] = '';
    report(JSON.stringify({ type: 'output', stream, text }));
  }
}
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
  write(stream: unknown, text: unknown) {
    const name = stream === 'stderr' ? 'stderr' : 'stdout';
    const whole = String(text);
    const kept = whole.slice(0, output.left);
    output.left -= kept.length;
    output.dropped += whole.length - kept.length;
    if (name === 'stderr' ? output.stdout : output.stderr) flushOutput();
    output[name] += kept;
    if (output[name].length > 8192 || mayFlush()) flushOutput();
  },
  display(json: unknown) {
    const text = String(json);
    output.displays += 1;
    output.displayed += text.length;
    if (text.length > MAX_OUTCOME || output.displays > MAX_DISPLAYS || output.displayed > MAX_DISPLAYED) {
      output.droppedDisplays += 1;
      return;
    }
    flushOutput();
    report(`{"type":"display","data":${JSON.stringify(JSON.parse(text))}}`);
  },
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

// --- Reading the pipes.
const buffer = new Uint8Array(65_536);
const lineReader = () => {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  return (chunk: Uint8Array): string[] => {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    if (parts.length > 1) parts[0] = rest.join('') + parts[0];
    if (parts.length > 1) rest = [];
    rest.push(parts.pop() ?? '');
    return parts;
  };
};
const commandLines = lineReader();
const replyLines = lineReader();
function takeCommands(chunk: Uint8Array): void {
  for (const line of commandLines(chunk)) take(JSON.parse(line));
}
function pollCommands(): void {
  run.isPolling = true;
  try {
    for (;;) {
      const size = readSync(COMMANDS, buffer);
      if (size === 0) node.exit(0);
      takeCommands(buffer.slice(0, size));
      if (size < buffer.length) return;
    }
  } catch (error) {
    if (!isAgain(error)) throw error;
  } finally {
    run.isPolling = false;
  }
}
function readReply(id: number): string {
  for (;;) {
    try {
      const size = readSync(REPLIES, buffer);
      if (size === 0) node.exit(0);
      const [reply] = replyLines(buffer.slice(0, size));
      const { id: answered, json } = reply === undefined ? {} : JSON.parse(reply);
      if (answered === id) return json;
    } catch (error) {
      if (!isAgain(error)) throw error;
      Atomics.wait(nap, 0, 0, 0.2);
    }
  }
}

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
  Object.assign(output, { stdout: '', stderr: '', left: config.maxOutput, dropped: 0 });
  Object.assign(output, { displays: 0, displayed: 0, droppedDisplays: 0 });
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
  generation += 1;
  waiting.clear();
  // Not from here: promises that resolve each other for ever would go on unwatched after the report.
  await new Promise((resolve) => nodeTimers.setImmediate(resolve));
  flushOutput();
  const { dropped, droppedDisplays } = output;
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
commands.on('data', takeCommands);
report('{"type":"ready"}');
