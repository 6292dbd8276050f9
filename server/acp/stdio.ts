import { Console } from 'node:console';
import process from 'node:process';
import { Readable, Writable } from 'node:stream';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import type { ApiError } from '../call/errors.ts';
import { MAX_MESSAGE_BYTES } from '../http/web-socket.ts';
import { toRequestError } from '../protocols/acp/errors.ts';
import type { AcpSdk } from '../protocols/acp/sdk.ts';

/** How long an editor is waited for to ask something, so that it can be told why nothing works. */
const REFUSAL_MS = 5000;

/** The standard input and output as the protocol has them. */
export interface Stdio {
  /** One message a line. */
  readonly stream: Stream;
  /** Answers the first request with why nothing can be done; does nothing where the stream was taken, or nobody asks. */
  refuse(error: ApiError): Promise<void>;
}

/** Opens the standard streams. From here on the standard output has nothing else: what libraries print goes to the standard error. */
export function openStdio(sdk: AcpSdk): Stdio {
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
  const output = Writable.toWeb(process.stdout);
  const input = Readable.toWeb(process.stdin);
  const stream = sdk.ndJsonStream(output, input, { maxMessageBytes: MAX_MESSAGE_BYTES });
  return {
    stream,
    async refuse(error) {
      if (stream.readable.locked || stream.writable.locked || process.stdin.isTTY) return;
      const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), REFUSAL_MS).unref());
      const id = await Promise.race([firstRequest(stream), late]);
      if (id === undefined) return;
      const { code, message, data } = toRequestError(sdk, error, { log: { error() {}, warn() {} } });
      const writer = stream.writable.getWriter();
      await writer.write({ jsonrpc: '2.0', id, error: { code, message, data } }).catch(() => undefined); // it has left
    },
  };
}

type Id = Extract<AnyMessage, { id: unknown }>['id'];

async function firstRequest({ readable }: Stream): Promise<Id | undefined> {
  const reader = readable.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return undefined;
    if ('method' in value && 'id' in value) return value.id;
  }
}
