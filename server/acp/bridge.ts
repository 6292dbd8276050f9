/** Speaks with an agent of a server that runs, for an editor that only starts programs. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Stream } from '@agentclientprotocol/sdk';
import { ErrorResponse } from '../../contract/index.ts';
import { ApiError } from '../call/errors.ts';
import { CommandError } from '../command-error.ts';
import { MAX_MESSAGE_BYTES, type TextSocket, toTextSocket } from '../http/web-socket.ts';
import { ACP_SOCKET_PATH } from '../protocols/acp/handlers.ts';
import { toMessageStream } from '../protocols/acp/message-stream.ts';
import type { AcpOptions } from './acp-options.ts';

const HANDSHAKE_MS = 60_000;
const MAX_ANSWER_CHARS = 65_536;

/** Carries messages both ways. Resolves when the editor is gone, or a signal came; throws when there is no server, or it ends the connection. */
export async function bridge(
  { url, agentId, apiKey }: Pick<AcpOptions, 'agentId' | 'apiKey'> & { readonly url: string },
  editor: Stream,
  signalled: Promise<void>,
): Promise<void> {
  const socket = await connect(url, agentId, apiKey);
  const who = await relay(editor, toMessageStream(socket), signalled);
  socket.close(1000, '');
  const { code, reason } = await socket.closed;
  if (who === 'server')
    throw new CommandError(`The server at ${originOf(url)} has ended the connection: ${reason || `code ${code}`}`);
}

/** Carries messages both ways until one side ends; says which, or nothing when a signal came. */
async function relay(
  editor: Stream,
  server: Stream,
  signalled: Promise<void>,
): Promise<'editor' | 'server' | undefined> {
  const gone = () => 'editor' as const;
  const left = editor.readable.pipeTo(server.writable, { preventClose: true, preventAbort: true }).then(gone, gone);
  const closed = server.readable.pipeTo(editor.writable, { preventClose: true }).then(() => 'server' as const, gone);
  return (await Promise.race([left, closed, signalled])) ?? undefined;
}

async function connect(url: string, agentId: string, apiKey: string | undefined): Promise<TextSocket> {
  const { WebSocket } = await import('ws');
  const { promise, resolve, reject } = Promise.withResolvers<TextSocket>();
  const target = `${url.replace(/^http/i, 'ws').replace(/\/+$/, '')}${ACP_SOCKET_PATH}${encodeURIComponent(agentId)}`;
  const socket = new WebSocket(target, ['acp'], {
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  });
  let tcp: Socket | undefined;
  socket.once('upgrade', (response) => {
    tcp = response.socket;
  });
  socket.once('open', () => tcp && resolve(toTextSocket(socket, tcp)));
  socket.once('unexpected-response', (_request, response) => void readRefusal(url, response).then(reject, reject));
  socket.on('error', (cause) => {
    const reason = 'code' in cause ? cause.code : cause.message;
    reject(new CommandError(`Cannot connect to the server at ${originOf(url)}: ${reason}`, { cause }));
  });
  return promise;
}

/** Why a server does not let this in, in its own words. */
async function readRefusal(url: string, response: IncomingMessage): Promise<Error> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_ANSWER_CHARS) break;
  }
  const body = ErrorResponse.safeParse(parse(text));
  if (!body.success)
    return new CommandError(`${originOf(url)} answers ${response.statusCode}, and speaks no ACP there`);
  const { code, detail } = body.data;
  return new ApiError(code, code === 'unauthorized' ? `${detail}; give it as AGENT_RUNTIMES_API_KEY` : detail);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What may be shown of a URL. */
const originOf = (url: string): string => new URL(url).origin;
