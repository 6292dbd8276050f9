/** One server in the process of an editor, for the other windows of its user too. */
import { connect, type Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { z } from 'zod';
import { ErrorResponse } from '../../contract/index.ts';
import { ApiError, toApiError } from '../call/errors.ts';
import { MAX_MESSAGE_BYTES } from '../http/web-socket.ts';
import type { AcpSdk } from '../protocols/acp/sdk.ts';
import { tellAddress } from '../store/folder-address.ts';
import { listenLocally } from './local-socket.ts';

/** With which agent a window speaks, and its key. */
const Caller = z.object({ agentId: z.string(), apiKey: z.string().optional() });
type Caller = z.output<typeof Caller>;

/** What is said before the protocol begins, and how it is answered. */
const HELLO = { jsonrpc: '2.0', id: 'hello', method: 'hello' } as const;
const Hello = z.object({ method: z.literal(HELLO.method), params: Caller });
const Refusal = z.object({ error: z.object({ data: ErrorResponse }) });
const Welcome = z.object({ id: z.literal(HELLO.id), result: z.object({}) });
const HELLO_MS = 10_000;

type Sdk = Pick<AcpSdk, 'ndJsonStream'>;

interface ShareOptions {
  readonly sdk: Sdk;
  readonly folder: string;
  /** Prepares to serve; throws why a window is refused. What it returns serves its stream, and resolves when that has ended. */
  accept(caller: Caller): (stream: Stream) => Promise<void>;
  onBroken(cause: unknown): void;
}

/** A server that other windows find. */
export interface SharedServer {
  /** Resolves when no other window is connected; from then on none is let in. */
  unused(): Promise<void>;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Lets other windows in, which find the server by its data folder. Throws where no socket can be had. */
export async function shareServer({ folder, onBroken, ...options }: ShareOptions): Promise<SharedServer> {
  const open = new Map<Socket, Promise<void>>();
  const listening = await listenLocally(folder, (socket) => {
    const served = serveWindow(socket, options)
      .catch(onBroken)
      .finally(() => open.delete(socket));
    open.set(socket, served);
  });
  const forget = tellAddress(folder, { socket: listening.path });
  const refuseMore = () => {
    forget();
    return listening.close();
  };
  return {
    async unused() {
      while (open.size) await Promise.all(open.values());
      void refuseMore();
    },
    async close() {
      for (const socket of open.keys()) socket.destroy();
      await Promise.all([...open.values(), refuseMore()]);
    },
  };
}

async function serveWindow(socket: Socket, { sdk, accept }: Pick<ShareOptions, 'sdk' | 'accept'>): Promise<void> {
  const stream = toStream(sdk, socket);
  try {
    const { data: hello } = Hello.safeParse(await readFirst(stream, socket));
    if (!hello) return;
    const serve = accept(hello.params);
    await write(stream, { ...ANSWER, result: {} });
    await serve(stream);
  } catch (cause) {
    const error = toApiError(cause);
    await write(stream, { ...ANSWER, error: { code: 0, message: error.message, data: error.toBody() } });
    if (error.code === 'internal') throw cause;
  } finally {
    socket.destroySoon();
  }
}

const ANSWER = { jsonrpc: '2.0', id: HELLO.id } as const;

/** A way to the server of another window, to its end. */
export interface SharedWay {
  readonly stream: Stream;
  /** Resolves when that server has ended the connection, or is gone. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Connects with the server of another window. Resolves to undefined where it is gone; throws why it lets this one not in. */
export async function joinServer(sdk: Sdk, path: string, caller: Caller): Promise<SharedWay | undefined> {
  const socket = connect(path);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  const stream = toStream(sdk, socket);
  const answer = await write(stream, { ...HELLO, params: caller })
    .then(() => readFirst(stream, socket))
    .catch(() => undefined);
  if (Welcome.safeParse(answer).success) return { stream, closed, close: () => void socket.destroySoon() };
  socket.destroy();
  const { data: refusal } = Refusal.safeParse(answer);
  if (!refusal) return undefined;
  const { code, detail } = refusal.error.data;
  throw new ApiError(code, detail);
}

/** A socket as messages, one a line. */
function toStream({ ndJsonStream }: Sdk, socket: Socket): Stream {
  // Its end is what is waited for.
  socket.on('error', () => socket.destroy());
  return ndJsonStream(Writable.toWeb(socket), Readable.toWeb(socket), { maxMessageBytes: MAX_MESSAGE_BYTES });
}

/** The first message; undefined where none comes in time. */
async function readFirst({ readable }: Stream, socket: Socket): Promise<AnyMessage | undefined> {
  const timer = setTimeout(() => socket.destroy(), HELLO_MS);
  const reader = readable.getReader();
  try {
    return (await reader.read()).value;
  } finally {
    reader.releaseLock();
    clearTimeout(timer);
  }
}

async function write({ writable }: Stream, message: AnyMessage): Promise<void> {
  const writer = writable.getWriter();
  try {
    await writer.write(message);
  } finally {
    writer.releaseLock();
  }
}
