// The console belongs to the process, and so does what was done to it.
const routed = new WeakSet<object>();

/** Sends what the Jupyter client library writes to the console, some of it on standard output, to `log` instead. */
export function routeConsole(log: (message: string) => void): void {
  for (const method of ['debug', 'log', 'warn', 'error'] as const) {
    // biome-ignore lint/suspicious/noConsole: taken from the library, not used.
    const original = console[method];
    if (routed.has(original)) continue;
    const replacement = (...args: unknown[]) => {
      // The frame after the message and this function: who wrote it. What is published has the library in a file `jupyterlab-….js`.
      const caller = new Error().stack?.split('\n')[2] ?? '';
      if (/\/(@jupyterlab|@lumino)\/|\/jupyterlab-/.test(caller)) log(toLine(args));
      else original.apply(console, args);
    };
    routed.add(replacement);
    console[method] = replacement;
  }
}

function toLine(args: readonly unknown[]): string {
  const texts = args.map((arg) => (arg instanceof Error ? arg.message : String(arg)));
  return texts.join(' ').slice(0, 500);
}
