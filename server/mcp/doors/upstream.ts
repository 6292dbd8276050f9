/** A server that one session has to itself: a process of its own, or a connection of its own to a remote one. */

import { untilAborted } from '../../async/until-aborted.ts';
import { ApiError } from '../../call/errors.ts';
import { createRedactor } from '../definitions/secrets.ts';
import { LAST_LINES, lastWords } from '../processes/last-words.ts';
import { resolveNpx } from '../processes/npx-cache.ts';
import { ProcessGroup } from '../processes/process-group.ts';
import { describeFailure } from '../servers/describe-failure.ts';
import type { SupervisedServer } from '../servers/supervised-server.ts';
import type { JSONRPCMessage, Transport } from '../wire/mcp-sdk.ts';
import { connectRemote, endRemoteSession } from '../wire/remote-transports.ts';

export interface Upstream {
  readonly transport: Transport;
  /** What it answered to `initialize`. */
  readonly answer: JSONRPCMessage;
  /** What it sent before that, in order. */
  readonly early: readonly JSONRPCMessage[];
  /** Whether its end is noticed by itself: that of a process is, that of a remote server has to be asked for. */
  readonly isProcess: boolean;
  /** Whether it ended before anybody listened for that. */
  hasEnded(): boolean;
  /** Why something failed, to be read after the name of the server; secrets masked. */
  describe(cause: unknown): string;
  close(): Promise<void>;
}

const MAX_EARLY = 100;
/** Ids of a session's requests count from 1. */
const INITIALIZE_ID = 0;

/** Starts or connects, and hands it `initialize`. Throws why not, and leaves nothing behind. */
export async function openUpstream(
  server: SupervisedServer,
  initialize: object,
  signal: AbortSignal,
): Promise<Upstream> {
  const { resolved, limits, records, turns } = server.prepareConnection();
  const { id } = server.definition;
  const redact = createRedactor(resolved.secrets);
  const deadline = AbortSignal.timeout(limits.startTimeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  const { launch } = resolved;
  const message = { ...initialize, id: INITIALIZE_ID } as JSONRPCMessage;
  let group: ProcessGroup | undefined;
  let transport: Transport | undefined;
  let met: Handshake | undefined;
  let isClosed = false;
  const greet = async (next: Transport) => {
    transport = next;
    met = await shakeHands(next, message, stop);
    next.onclose = () => {
      isClosed = true;
    };
  };
  const describe = (cause: unknown) => {
    const reason = group?.end ?? describeFailure(cause, redact);
    return reason + lastWords(group?.stderrLines(LAST_LINES) ?? []);
  };
  const close = async () => {
    await endRemoteSession(transport);
    await transport?.close();
  };
  try {
    if (launch.type === 'stdio') {
      group = new ProcessGroup(await resolveNpx(launch), { redact, records, turns, graceMs: limits.graceMs });
      await greet(group);
    } else {
      await untilAborted(connectRemote(launch, greet), stop);
    }
    if (!transport || !met) throw new Error('not connected');
    return { transport, ...met, isProcess: group !== undefined, hasEnded: () => isClosed, describe, close };
  } catch (cause) {
    const why = deadline.aborted ? `did not answer within ${limits.startTimeoutMs / 1000} s` : describe(cause);
    await close();
    signal.throwIfAborted();
    throw new ApiError('mcp-server-failed', `MCP server '${id}' ${why}`, { cause });
  }
}

type Handshake = Pick<Upstream, 'answer' | 'early'>;

async function shakeHands(transport: Transport, initialize: JSONRPCMessage, signal: AbortSignal): Promise<Handshake> {
  const early: JSONRPCMessage[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<JSONRPCMessage>();
  promise.catch(() => undefined);
  transport.onmessage = (message) => {
    if (!('method' in message) && message.id === INITIALIZE_ID) resolve(message);
    else if (early.length < MAX_EARLY) early.push(message);
  };
  transport.onclose = () => reject(new Error('closed the connection'));
  await untilAborted(transport.start(), signal);
  await untilAborted(transport.send(initialize), signal);
  const answer = await untilAborted(promise, signal);
  const version = 'result' in answer ? answer.result.protocolVersion : undefined;
  if (typeof version === 'string') transport.setProtocolVersion?.(version);
  return { answer, early };
}
