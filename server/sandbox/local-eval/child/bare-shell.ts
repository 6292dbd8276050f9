/**
 * Turns the process into a bare JavaScript shell, which knows neither files nor programs nor sockets: the interpreter then takes the
 * code paths for one, and no object of Node is within reach of what it runs.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

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

let generation = 0;
/** The timers of the process itself, for what must happen whatever the code does. */
export const nodeTimers = { setTimeout, setImmediate };
/** What an execution has scheduled is dropped at its end, so that none of its code runs unwatched. */
const inThisGeneration = (callback: () => void) => {
  const born = generation;
  return () => {
    if (born === generation) callback();
  };
};

/** Ends what the execution so far has scheduled. */
export function endGeneration(): void {
  generation += 1;
}

interface ShellFiles {
  /** The binary of the interpreter. It is compiled from here on, beside all else that a start takes. */
  readonly binary: Uint8Array;
  /** For every other file. */
  readonly readBytes: (path: string) => Uint8Array;
}

/** What of WebAssembly is used here. */
interface Engine {
  compile(binary: Uint8Array): Promise<object>;
  instantiate(source: object, imports: object): Promise<object>;
}

/** Removes every trace of Node, before the interpreter loads. */
export function hideNode({ binary, readBytes }: ShellFiles): void {
  for (const name of ['process', 'navigator', 'Buffer', 'MessageChannel']) Reflect.deleteProperty(globalThis, name);
  // Without stack switching, JavaScript runs only while Python waits: a timer then knows that there is a task to cancel.
  const engine: Engine = Reflect.get(globalThis, 'WebAssembly');
  for (const name of ['Suspending', 'promising']) Reflect.deleteProperty(engine, name);
  const compiling = engine.compile(binary);
  const { instantiate } = engine;
  engine.instantiate = async (source, imports) => {
    if (!('byteLength' in source) || source.byteLength) return instantiate(source, imports);
    engine.instantiate = instantiate;
    const module = await compiling;
    return { module, instance: await instantiate(module, imports) };
  };
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
    // Nothing stands for the binary, which is known already.
    readbuffer: (path: string) => (path.endsWith('.wasm') ? new Uint8Array() : readBytes(path)),
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

/** Leaves of the global object what a loaded interpreter needs, before the first line of the agent's code runs. */
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
