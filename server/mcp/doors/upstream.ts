import { untilAborted } from '../../async/until-aborted.ts';
import { ApiError } from '../../call/errors.ts';
import { createRedactor } from '../definitions/secrets.ts';
import { LAST_LINES, lastWords } from '../processes/last-words.ts';
import { resolveNpx } from '../processes/npx-cache.ts';
import { ProcessGroup } from '../processes/process-group.ts';
import { describeFailure } from '../servers/describe-failure.ts';
import { createStartDeadline } from '../servers/start-deadline.ts';
import type { SupervisedServer } from '../servers/supervised-server.ts';
import type { JSONRPCMessage, Transport } from '../wire/mcp-sdk.ts';
import { connectRemote, endRemoteSession } from '../wire/remote-transports.ts';
import { isRecord } from '../wire/without-nulls.ts';

/** How a server has answered `initialize`. */
interface Handshake {
  readonly transport: Transport;
  readonly answer: JSONRPCMessage;
  /** The messages it sent before, in order. */
  readonly early: readonly JSONRPCMessage[];
}

/** A server that one session has to itself: a process of its own, or a connection of its own to a remote one. */
export interface Upstream extends Handshake {
  /** Whether it is a process, whose end is noticed; that of a remote server has to be found out by asking. */
  readonly isProcess: boolean;
  /** Whether it has ended, also before anybody listened for that. */
  hasEnded(): boolean;
  /** Why something failed, to be read after the name of the server; secrets masked. */
  describe(cause: unknown): string;
  close(): Promise<void>;
}

/** A server that has ended the connection. */
export class UpstreamClosedError extends Error {
  override readonly name = 'UpstreamClosedError';

  constructor() {
    super('closed the connection');
  }
}

/** A server that does not answer a ping. */
export class UpstreamSilentError extends Error {
  override readonly name = 'UpstreamSilentError';
}

const MAX_EARLY = 100;
/** The requests of a session count from 1. */
const INITIALIZE_ID = 0;

/** Starts a server or connects to it, and sends it `initialize`. Throws why not, and leaves nothing behind. */
export async function openUpstream(
  server: SupervisedServer,
  initialize: object,
  signal: AbortSignal,
): Promise<Upstream> {
  const { resolved, limits, records, turns } = server.prepareConnection();
  const { launch } = resolved;
  const redact = createRedactor(resolved.secrets);
  let group: ProcessGroup | undefined;
  using deadline = createStartDeadline(limits, () => group?.pid);
  const stop = AbortSignal.any([signal, deadline.signal]);
  let transport: Transport | undefined;
  let hasEnded = false;
  const connect = async (next: Transport) => {
    transport = next;
    const handshake = await shakeHands(next, initialize, stop);
    next.onclose = () => {
      hasEnded = true;
    };
    return handshake;
  };
  const describe = (cause: unknown) => {
    const reason = group?.end ?? describeFailure(cause, redact);
    return reason + lastWords(group?.stderrLines(LAST_LINES) ?? []);
  };
  const close = async () => {
    await endRemoteSession(transport);
    await transport?.close();
  };
  const open = async (): Promise<Handshake> => {
    if (launch.type !== 'stdio') return untilAborted(connectRemote(launch, connect), stop);
    const onHeard = () => deadline.heard();
    group = new ProcessGroup(await resolveNpx(launch), { redact, records, turns, graceMs: limits.graceMs, onHeard });
    return connect(group);
  };
  try {
    const handshake = await open();
    const answer = server.tools.length > 0 ? withTools(handshake.answer) : handshake.answer;
    return { ...handshake, answer, isProcess: launch.type === 'stdio', hasEnded: () => hasEnded, describe, close };
  } catch (cause) {
    const why = deadline.error?.message ?? describe(cause);
    await close();
    signal.throwIfAborted();
    throw new ApiError('mcp-server-failed', `MCP server '${server.definition.id}' ${why}`, { cause });
  }
}

/** The answer of a server that has tools, and may have forgotten to say so: clients would not ask for them. */
function withTools(answer: JSONRPCMessage): JSONRPCMessage {
  if (!('result' in answer)) return answer;
  const capabilities = isRecord(answer.result.capabilities) ? answer.result.capabilities : {};
  return { ...answer, result: { ...answer.result, capabilities: { tools: {}, ...capabilities } } };
}

async function shakeHands(transport: Transport, initialize: object, signal: AbortSignal): Promise<Handshake> {
  const early: JSONRPCMessage[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<JSONRPCMessage>();
  promise.catch(() => undefined);
  transport.onmessage = (message) => {
    // Some servers answer with the id as text.
    if (!('method' in message) && Number(message.id) === INITIALIZE_ID) resolve(message);
    else if (early.length < MAX_EARLY) early.push(message);
  };
  transport.onclose = () => reject(new UpstreamClosedError());
  await untilAborted(transport.start(), signal);
  await untilAborted(transport.send({ ...initialize, id: INITIALIZE_ID } as JSONRPCMessage), signal);
  const answer = await untilAborted(promise, signal);
  const version = 'result' in answer ? answer.result.protocolVersion : undefined;
  if (typeof version === 'string') transport.setProtocolVersion?.(version);
  return { transport, answer, early };
}
