import process from 'node:process';
import { ApiError } from '../call/errors.ts';
import { loadAcpSdk } from '../protocols/acp/sdk.ts';
import { untilSignal } from '../until-signal.ts';
import { version } from '../version.ts';
import { type AcpOptions, acpHelp, readAcpOptions } from './acp-options.ts';
import { openStdio } from './stdio.ts';

/** Runs the command `acp`, whose arguments are `args`; resolves to the exit code: 1 when it cannot do its work, 2 for a wrong use. */
export async function acp(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  onStarted: () => void,
): Promise<number> {
  let options: AcpOptions;
  try {
    const read = readAcpOptions(args, environment);
    if ('print' in read) {
      process.stdout.write(read.print === 'help' ? acpHelp() : `${version}\n`);
      return 0;
    }
    options = read;
  } catch (cause) {
    process.stderr.write(`agent-runtimes acp: ${sentenceOf(cause)}\n`);
    return 2;
  }
  const sdk = await loadAcpSdk();
  const stdio = openStdio(sdk);
  const { url } = options;
  try {
    if (url === undefined) {
      const { serveFolder } = await import('./serve-folder.ts');
      await serveFolder(options, environment, { sdk, stream: stdio.stream, onStarted });
    } else {
      const { bridge } = await import('./bridge.ts');
      const signalled = untilSignal(() => undefined, ['SIGTERM', 'SIGINT', 'SIGHUP']);
      await bridge({ ...options, url }, stdio.stream, signalled);
    }
    return 0;
  } catch (cause) {
    process.stderr.write(`agent-runtimes acp: ${sentenceOf(cause)}\n`);
    await stdio.refuse(cause instanceof ApiError ? cause : new ApiError('not-ready', sentenceOf(cause), { cause }));
    return 1;
  }
}

const sentenceOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
