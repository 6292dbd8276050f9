/**
 * Turns the process into a bare JavaScript shell, which knows neither files nor programs nor sockets: the interpreter then takes the
 * code paths for one, and no object of Node is within reach of what it runs.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ShellMessageChannel, setShellTimeout } from './timers.ts';

/** The names of the global object that the interpreter needs at run time: those of ECMAScript, and a few more. */
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

interface ShellFiles {
  /** The binary of the interpreter. It is compiled from here on, beside all else that a start takes. */
  readonly binary: Uint8Array;
  /** For every other file. */
  readonly readBytes: (path: string) => Uint8Array;
}

/** The parts of `WebAssembly` that are used here. */
interface WasmEngine {
  compile(binary: Uint8Array): Promise<object>;
  instantiate(source: object, imports: object): Promise<object>;
}

/** The interpreter asked for something that a bare shell does not have. */
export class NotAvailableError extends Error {
  override readonly name = 'NotAvailableError';
}

/** Removes every trace of Node, before the interpreter loads. */
export function hideNode({ binary, readBytes }: ShellFiles): void {
  for (const name of ['process', 'navigator', 'Buffer', 'MessageChannel']) Reflect.deleteProperty(globalThis, name);
  const engine: WasmEngine = Reflect.get(globalThis, 'WebAssembly');
  // Without stack switching, JavaScript runs only while Python waits: a timer then knows that there is a task to cancel.
  for (const name of ['Suspending', 'promising']) Reflect.deleteProperty(engine, name);
  compileNow(engine, binary);
  const shell = {
    MessageChannel: ShellMessageChannel,
    setTimeout: setShellTimeout,
    read: (path: string) => readFileSync(path, 'utf8'),
    // An empty array stands for the binary, which is known already.
    readbuffer: (path: string) => (path.endsWith('.wasm') ? new Uint8Array() : readBytes(path)),
    load: () => {
      throw new NotAvailableError('not available');
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

/** Begins to compile the binary, and answers with it when the interpreter instantiates the empty array that stands for it. */
function compileNow(engine: WasmEngine, binary: Uint8Array): void {
  const compiling = engine.compile(binary);
  const { instantiate } = engine;
  engine.instantiate = async (source, imports) => {
    if (!('byteLength' in source) || source.byteLength) return instantiate(source, imports);
    engine.instantiate = instantiate;
    const module = await compiling;
    return { module, instance: await instantiate(module, imports) };
  };
}

/** Removes from the global object all that a loaded interpreter does not need, before the first line of the agent's code runs. */
export function stripGlobals(): void {
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
