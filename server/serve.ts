import { bannerOf } from './banner.ts';
import { isTemporary } from './home-folder.ts';
import { createLog, type Log, toLogFormat } from './http/log.ts';
import { startHttpServer } from './http/server.ts';
import { helpText, type Options, readOptions } from './options.ts';
import { shrinkHeap } from './shrink-heap.ts';
import { tellAddress } from './store/folder-address.ts';
import { untilSignal } from './until-signal.ts';
import { version } from './version.ts';
import { checkOptions } from './wiring/check-options.ts';
import { createRuntime } from './wiring/runtime.ts';

/** How long a last answer may take to be written and read, when nothing is left of the grace. */
const LAST_ANSWER_MS = 5000;

/** Runs the command until a signal ends it; resolves to the exit code. Nothing is written before `onStarted`, or before all checks have passed. */
export async function serve(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  onStarted: () => void,
): Promise<number> {
  let options: Options;
  try {
    const read = readOptions(args, environment);
    if ('print' in read) {
      process.stdout.write(read.print === 'help' ? helpText() : `${version}\n`);
      return 0;
    }
    options = read;
    await checkOptions(options, environment);
    await serveUntilSignal(options, environment, onStarted);
    return 0;
  } catch (cause) {
    process.stderr.write(`agent-runtimes: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    return 1;
  }
}

async function serveUntilSignal(
  options: Options,
  environment: NodeJS.ProcessEnv,
  onStarted: () => void,
): Promise<void> {
  const log = createLog({
    level: options.debug ? 'debug' : options['log-level'],
    ...toLogFormat(options, process.stdout, environment),
  });
  process.on('unhandledRejection', (cause) => log.error({ err: cause }, 'unhandled rejection'));
  process.on('uncaughtException', (cause) => log.fatal({ err: cause }, 'uncaught exception'));
  const runtime = await createRuntime({ options, environment, log });
  // Listened to before anybody can know that the server is there: until then a signal would end the process by itself.
  const signalled = untilSignal(() => runtime.kill());
  try {
    const server = await startHttpServer(runtime.http);
    process.stdout.write(bannerOf(server.url, options));
    const folder = options['data-dir'];
    const forget = tellWhere(server.url, { folder, log });
    if (isTemporary(folder))
      log.warn(
        { folder },
        'there is no home folder: data is kept among temporary files; choose a folder with --data-dir',
      );
    onStarted();
    void runtime.start(server.url).then(shrinkHeap);
    const graceMs = options['shutdown-grace'] * 1000;
    await signalled;
    log.info({ grace_ms: graceMs }, 'draining');
    const graceEnds = performance.now() + graceMs;
    forget();
    await runtime.drain(graceMs);
    // Executions and calls outside of runs have what the runs have left of the grace, and always time for their last answer to be read.
    await server.close({ graceMs: Math.max(LAST_ANSWER_MS, graceEnds - performance.now()) });
  } finally {
    await runtime.close();
  }
}

/** Lets editors find the server by its data folder. Returns what takes that back. */
function tellWhere(url: string, { folder, log }: { readonly folder: string; readonly log: Log }): () => void {
  try {
    return tellAddress(folder, { url });
  } catch (err) {
    log.warn({ err }, 'editors cannot find this server by its data folder: they need --url');
    return () => undefined;
  }
}
