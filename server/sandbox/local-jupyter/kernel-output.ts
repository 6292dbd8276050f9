/** The messages of a kernel that tell what its code shows and raises. */
import type { KernelMessage } from '@jupyterlab/services';
import type { OutputLog } from '../output-log.ts';
import type { MimeBundle } from '../sandbox.ts';
import { COROUTINE } from './kernel-setup.ts';

const MAX_TRACEBACK = 20_000;

/** Whether a message tells that the code begins. */
export const isBegin = (message: KernelMessage.IIOPubMessage): boolean => message.header.msg_type === 'execute_input';

/** Whether a message tells of an exception that the code raised. */
export const isError = (message: KernelMessage.IIOPubMessage): message is KernelMessage.IErrorMsg =>
  message.header.msg_type === 'error';
const isStream = (message: KernelMessage.IIOPubMessage): message is KernelMessage.IStreamMsg =>
  message.header.msg_type === 'stream';
const isResult = (message: KernelMessage.IIOPubMessage): message is KernelMessage.IExecuteResultMsg =>
  message.header.msg_type === 'execute_result';
const isDisplay = (message: KernelMessage.IIOPubMessage): message is KernelMessage.IDisplayDataMsg =>
  message.header.msg_type === 'display_data';

/** Whether a message tells of a result that is a coroutine. */
export const isCoroutine = (message: KernelMessage.IIOPubMessage): boolean =>
  isResult(message) && COROUTINE in message.content.data;

/** Writes what the code shows to `output`; quiet code, which ends with a semicolon, shows no result. */
export function takeOutput(message: KernelMessage.IIOPubMessage, output: OutputLog, isQuiet: boolean): void {
  if (isStream(message)) output.write(message.content.name === 'stderr' ? 'stderr' : 'stdout', message.content.text);
  else if (isResult(message) && !isQuiet) output.setResult(toBundle(message.content.data));
  else if (isDisplay(message)) output.display(toBundle(message.content.data));
}

/** A value by mime type, without the end of a line that kernels put after the base64 of an image. */
const toBundle = (data: object): MimeBundle =>
  Object.fromEntries(
    Object.entries(data).map(([kind, value]) => {
      const isImage = kind.startsWith('image/') && typeof value === 'string';
      return [kind, isImage ? value.trimEnd() : value];
    }),
  );

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters.
const withoutColours = (text: string) => text.replaceAll(/\u001b\[[0-9;]*m/g, '');

/** An exception as plain text. */
export const toPythonError = ({ ename, evalue, traceback }: KernelMessage.IErrorMsg['content']) => ({
  name: ename,
  message: withoutColours(String(evalue)).slice(0, MAX_TRACEBACK),
  traceback: withoutColours(traceback.join('\n')).slice(0, MAX_TRACEBACK),
});
