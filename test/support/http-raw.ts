/** What goes over a socket byte by byte, for requests that no HTTP client would send. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Opens a connection to loopback. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes and reads one answer. */
export async function sendRaw(port: number, bytes: string | Buffer): Promise<RawAnswer> {
  const socket = await openSocket(port);
  socket.write(bytes);
  try {
    return await readAnswer(socket);
  } finally {
    socket.destroy();
  }
}

/** Reads one answer. */
export function readAnswer(socket: Socket): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (chunk: Buffer) => {
      text += chunk.toString();
      const answer = parse(text);
      if (answer) finish(answer);
    };
    const finish = (answer: RawAnswer | undefined) => {
      socket.off('data', take).off('close', end);
      if (answer) resolve(answer);
      else reject(new Error(`The server closed the connection after: ${text.slice(0, 200) || 'nothing'}`));
    };
    const end = () => finish(parse(text, true));
    socket.on('data', take).once('close', end);
  });
}

function parse(text: string, isClosed = false): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  if (/transfer-encoding: chunked/i.test(head)) {
    if (!body.endsWith('0\r\n\r\n')) return undefined;
    return { status: Number(head.slice(9, 12)), head, body: joinChunks(body) };
  }
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  // The answer to a HEAD has a length but no body.
  if (Buffer.byteLength(body) < length && !(isClosed && body === '')) return undefined;
  return { status: Number(head.slice(9, 12)), head, body };
}

function joinChunks(body: string): string {
  const bytes = Buffer.from(body);
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    const length = Number.parseInt(bytes.subarray(at, end).toString(), 16);
    if (!length) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}
