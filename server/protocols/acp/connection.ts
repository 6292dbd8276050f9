/** One connection of an editor. */
import type { Stream } from '@agentclientprotocol/sdk';
import { toRequestError } from './errors.ts';
import type { AcpCaller, AcpPorts } from './ports.ts';
import { EditorRequests } from './requests.ts';
import type { AcpSdk } from './sdk.ts';

/** A connection that is open. */
export interface AcpConnection {
  /** Resolves when it is closed, and all that went on for it has ended. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Serves a connection until it closes. */
export function serveConnection(sdk: AcpSdk, stream: Stream, caller: AcpCaller, ports: AcpPorts): AcpConnection {
  const requests = new EditorRequests(ports, caller);
  /** The answer to a request; its failure in the words of this product. */
  const tell = async <Result>(params: object, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (cause) {
      const sessionId = 'sessionId' in params ? String(params.sessionId) : undefined;
      throw toRequestError(sdk, cause, { log: ports.log, sessionId });
    }
  };
  const answer = <Result>(params: object, work: () => Result | Promise<Result>): Promise<Result> =>
    tell(params, async () => {
      await caller.admit?.();
      return work();
    });
  const connection = sdk
    .agent({ name: 'agent-runtimes' })
    .onRequest('initialize', ({ params }) => answer(params, () => requests.initialize(params)))
    .onRequest('authenticate', ({ params }) => answer(params, () => requests.authenticate(params.methodId)))
    .onRequest('session/new', ({ params }) => answer(params, () => requests.create(params)))
    .onRequest('session/load', ({ params, client }) => answer(params, () => requests.load(params, client)))
    .onRequest('session/resume', ({ params, client }) => answer(params, () => requests.resume(params, client)))
    .onRequest('session/list', ({ params }) => answer(params, () => requests.list(params)))
    .onRequest('session/delete', ({ params }) => answer(params, () => requests.delete(params.sessionId)))
    .onRequest('session/set_mode', ({ params, client }) => answer(params, () => requests.setMode(params, client)))
    .onRequest('session/set_config_option', ({ params, client }) =>
      answer(params, () => requests.setConfigOption(params, client)),
    )
    .onRequest('session/close', ({ params }) => answer(params, () => requests.close(params.sessionId)))
    // It is counted once it can be cancelled: that may be asked for in the next message.
    .onRequest('session/prompt', ({ params, client, signal }) =>
      tell(params, () => requests.prompt(params, client, signal)),
    )
    .onNotification('session/cancel', ({ params }) => requests.cancel(params.sessionId))
    .connect(stream);
  return { ended: connection.closed.then(() => requests.end()), close: () => connection.close() };
}
