/** What a kernel says of an execution, as an execution of ours. */
import type { KernelMessage } from '@jupyterlab/services';
import type { OutputLog } from '../output-log.ts';
import type { Execution, MimeBundle, PythonError } from '../sandbox.ts';
import { type StopReason, stopError } from '../stop-error.ts';
import { COROUTINE } from './kernel-setup.ts';

const MAX_TRACEBACK = 20_000;

/** How an execution ended, and why its kernel is gone, if it is. */
export interface Outcome {
  readonly output: OutputLog;
  readonly error: PythonError | null;
  readonly stopped: StopReason | 'output' | undefined;
  readonly lossReason: string | undefined;
  readonly timeoutMs: number;
}

/** Whether the code raised an exception. */
export const isError = (message: KernelMessage.IIOPubMessage): message is KernelMessage.IErrorMsg =>
  message.header.msg_type === 'error';
const isStream = (message: KernelMessage.IIOPubMessage): message is KernelMessage.IStreamMsg =>
  message.header.msg_type === 'stream';
const isResult = (message: KernelMessage.IIOPubMessage): message is KernelMessage.IExecuteResultMsg =>
  message.header.msg_type === 'execute_result';
const isDisplay = (message: KernelMessage.IIOPubMessage): message is KernelMessage.IDisplayDataMsg =>
  message.header.msg_type === 'display_data';

/** Whether the code came to a coroutine. */
export const isCoroutine = (message: KernelMessage.IIOPubMessage): boolean =>
  isResult(message) && COROUTINE in message.content.data;

/** Takes what the code shows; quiet code, which ends with a semicolon, shows no result. */
export function takeOutput(message: KernelMessage.IIOPubMessage, output: OutputLog, isQuiet: boolean): void {
  if (isStream(message)) output.write(message.content.name === 'stderr' ? 'stderr' : 'stdout', message.content.text);
  else if (isResult(message) && !isQuiet) output.setResult(toBundle(message.content.data));
  else if (isDisplay(message)) output.display(toBundle(message.content.data));
}

/** Kernels end the base64 of an image with the end of a line. */
const toBundle = (data: object): MimeBundle =>
  Object.fromEntries(
    Object.entries(data).map(([kind, value]) => {
      const isImage = kind.startsWith('image/') && typeof value === 'string';
      return [kind, isImage ? value.trimEnd() : value];
    }),
  );

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters.
const withoutColours = (text: string) => text.replaceAll(/\u001b\[[0-9;]*m/g, '');
/** The exception, as plain text. */
export const toPythonError = ({ ename, evalue, traceback }: KernelMessage.IErrorMsg['content']) => ({
  name: ename,
  message: withoutColours(String(evalue)).slice(0, MAX_TRACEBACK),
  traceback: withoutColours(traceback.join('\n')).slice(0, MAX_TRACEBACK),
});

/** The execution, from how it ended. */
export function toExecution({ output, error, stopped, lossReason, timeoutMs }: Outcome): Execution {
  const isLimited = /IOPub (data|message) rate exceeded/.test(output.stderr);
  const isExit = error?.name === 'SystemExit' && !stopped && lossReason === undefined;
  if (isExit && !/^(-?\d+|None|True|False|)$/.test(error.message)) output.write('stderr', `${error.message}\n`);
  const stoppedError =
    stopped === 'timeout' || stopped === 'cancelled' ? stopError(stopped, timeoutMs, error?.traceback) : undefined;
  const flooded = {
    name: 'OutputLimitError',
    message: 'The code wrote far more output than is kept and was stopped',
    traceback: error?.traceback ?? '',
  };
  const killed = { name: 'SandboxKilled', message: `The kernel was lost: ${lossReason}`, traceback: '' };
  const notices = [
    ...output.notices,
    ...(isLimited ? ['The Jupyter server dropped output: its rate limit was exceeded.'] : []),
    ...(lossReason === undefined ? [] : [`The kernel was lost (${lossReason}): all variables are lost.`]),
  ];
  const common = {
    stdout: output.stdout,
    stderr: isExit ? withoutExitWarning(output.stderr) : output.stderr,
    displays: output.displays,
    result: output.result,
    isTruncated: isLimited || output.notices.length > 0,
    variablesLost: lossReason !== undefined,
    notices,
    exitCode: null,
  };
  if (stoppedError) return { ...common, status: stopped === 'timeout' ? 'timeout' : 'cancelled', error: stoppedError };
  if (stopped === 'output') return { ...common, status: 'killed', error: flooded };
  if (lossReason !== undefined) return { ...common, status: 'killed', error: killed };
  if (isExit) return { ...common, status: 'exit', error: null, exitCode: toExitCode(error?.message ?? '') };
  return { ...common, status: error ? 'error' : 'ok', error };
}

const toExitCode = (value: string) => {
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  return ['', 'None', 'False'].includes(value) ? 0 : 1;
};
const withoutExitWarning = (text: string) => text.replace(/.*UserWarning: To exit: use.*\n.*\n?/, '');
