/**
 * The process that runs an agent's Python: Pyodide on the main thread of a Node that may do next to nothing.
 * Started by `child-process.ts`, which denies it files, programs and code generation from strings; `bare-shell.ts` takes the rest away
 * before the first line of the agent's code runs.
 */
import type { CommandFrame } from '../frames.ts';
import { createBridge, forgetCalls, settleCall } from './bridge.ts';
import { takeConfig } from './config.ts';
import { createInterruptBuffer, limit } from './interrupts.ts';
import { droppedOutput, flushOutput, isObject, resetOutput } from './output.ts';
import { die, listenForCommands, pollCommands, report } from './pipes.ts';
import { startInterpreter } from './start-interpreter.ts';
import { dropScheduled, endOverdueWait, forgetWait, limitWait, nodeTimers } from './timers.ts';

/** The functions of `runner.py`. */
interface Runner {
  run(code: string): Promise<string>;
  cancel(): boolean;
  flush(): void;
  set_modules(modules: string): void;
  set_environment(variables: string): void;
}

const MAX_OUTCOME = 6_000_000;
const FLUSH_MS = 50;
const SETUP_MS = 60_000;
const INTERRUPT_DELAY_MS = 30;
const UNAVAILABLE =
  'local-eval has the Python standard library and no network; for other packages use the variant local-jupyter.';
const node = process;

const config = takeConfig();
node.on('uncaughtException', (error) => die(error.message, 70));
node.on('unhandledRejection', () => {});
const pyodide = await startInterpreter(config);
const interruptBuffer = createInterruptBuffer(() => {
  pollCommands(take);
  flushOutput();
});
pyodide.registerJsModule('_sandbox_bridge', createBridge(interruptBuffer));
// The interpreter's own interface could switch the interrupts off.
pyodide.unregisterJsModule('pyodide_js');
// Nothing is read from the disk from here on.
node.permission?.drop?.('fs.read');
limit.deadline = Number.POSITIVE_INFINITY;
pyodide.setInterruptBuffer(interruptBuffer as unknown as Int32Array);
const internals: { on_fatal?: (error: unknown) => void } = Reflect.get(pyodide, '_api');
internals.on_fatal = (error) => die(`the interpreter crashed: ${error instanceof Error ? error.message : error}`, 71);
// Nobody finds the functions afterwards: `install` leaves no trace of the module.
const { run, cancel, flush, set_modules, set_environment } = pyodide.pyimport('sandbox_runner');
const python: Runner = { run, cancel, flush, set_modules, set_environment };
pyodide.runPython(
  `import random, sys, sandbox_runner, _sandbox_bridge\nrandom.seed()\nsandbox_runner.adapt_to_webassembly()\n` +
    `for name in ('pyodide_js', 'pyodide_js._api'): sys.modules.pop(name, None)\n` +
    `sandbox_runner.install(_sandbox_bridge, ${JSON.stringify(UNAVAILABLE)})\ndel sandbox_runner`,
);
limit.deadline = Number.NEGATIVE_INFINITY;
let last: Promise<unknown> = Promise.resolve();
listenForCommands(take);
report('{"type":"ready"}');

/** Does what the server asks for: at once what is about the execution that runs, all else one after another. */
function take(frame: CommandFrame): void {
  if (frame.type === 'reply') {
    if (!limit.isPolling) endOverdueWait();
    settleCall(frame.id, frame.json);
  } else if (frame.type === 'ping') report('{"type":"pong"}');
  else if (frame.type === 'cancel') {
    // It may not have begun yet; or Python runs now, so it must be interrupted; or it waits, and its task can be cancelled.
    limit.cancelledId = frame.id;
    if (limit.isPolling) limit.isCancelled = true;
    else python.cancel();
  } else last = last.then(() => perform(frame)).catch((error: unknown) => die(error, 72));
}

async function perform(frame: Exclude<CommandFrame, { type: 'reply' | 'cancel' | 'ping' }>): Promise<void> {
  if (frame.type === 'run') return runCode(frame.id, frame.code, frame.timeoutMs);
  limit.deadline = performance.now() + SETUP_MS;
  let failure: string | undefined;
  try {
    if (frame.type === 'modules') python.set_modules(JSON.stringify(frame.modules));
    else python.set_environment(JSON.stringify(frame.variables));
  } catch (error) {
    failure = String(error).trim().split('\n').at(-1)?.slice(0, 500);
  }
  limit.deadline = Number.NEGATIVE_INFINITY;
  report(JSON.stringify({ type: 'done', id: frame.id, failure }));
}

async function runCode(id: number, code: string, timeoutMs: number): Promise<void> {
  resetOutput(config.maxOutput);
  // Later than the end of the wait below, so that code that waits is cancelled: an interrupt could hit the event loop instead of the code.
  const deadline = performance.now() + timeoutMs + INTERRUPT_DELAY_MS;
  const isCancelled = limit.cancelledId === id;
  Object.assign(limit, { isCancelled, isTimedOut: false, againAt: Number.POSITIVE_INFINITY, deadline });
  const flushing = setInterval(flushAll, FLUSH_MS);
  // While the code waits no bytecode runs and nothing reads the interrupt buffer.
  limitWait(timeoutMs, () => {
    limit.isTimedOut = true;
    // Code that has not begun cannot be cancelled: the interrupt at the deadline ends it.
    if (python.cancel()) limit.deadline = Number.POSITIVE_INFINITY;
  });
  const outcome = await toOutcome(code);
  limit.deadline = Number.NEGATIVE_INFINITY;
  forgetWait();
  clearInterval(flushing);
  dropScheduled();
  forgetCalls();
  // Not from here: promises that resolve each other for ever would go on unwatched after the report.
  await new Promise((resolve) => nodeTimers.setImmediate(resolve));
  flushOutput();
  const { dropped, droppedDisplays } = droppedOutput();
  report(
    `{"type":"ran","id":${id},"isTimedOut":${limit.isTimedOut},"dropped":${dropped},"droppedDisplays":${droppedDisplays},"outcome":${outcome}}`,
  );
}

/** Runs the code and returns the JSON of its outcome. */
async function toOutcome(code: string): Promise<string> {
  try {
    const outcome = await python.run(code);
    // Who looks for it can change what makes the outcome; it is one of a bounded length all the same.
    if (outcome.length <= MAX_OUTCOME && isOutcome(JSON.parse(outcome))) return outcome.replaceAll('\n', ' ');
    return toFailure('RuntimeError', 'the code has changed what tells its outcome');
  } catch (error) {
    return toFailure(limit.isTimedOut ? 'KeyboardInterrupt' : 'RuntimeError', String(error).slice(0, 2000));
  }
}

function isOutcome(value: unknown): boolean {
  const { status, result, error, exit_code: exitCode } = Object(value);
  return (
    ['ok', 'error', 'exit'].includes(status) &&
    (result === null || isObject(result)) &&
    (error === null || [error?.name, error?.message, error?.traceback].every((text) => typeof text === 'string')) &&
    (exitCode === null || Number.isSafeInteger(exitCode))
  );
}

const toFailure = (name: string, traceback: string): string =>
  JSON.stringify({ status: 'error', result: null, error: { name, message: '', traceback }, exit_code: null });

function flushAll(): void {
  python.flush();
  flushOutput();
}
