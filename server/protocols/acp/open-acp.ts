import type { Stream } from '@agentclientprotocol/sdk';
import { type AcpConnection, serveConnection } from './connection.ts';
import { type TextPipe, toMessageStream } from './message-stream.ts';
import type { AcpCaller, AcpPorts } from './ports.ts';
import { loadAcpSdk } from './sdk.ts';

/** ACP as the rest of the server holds it. */
export interface Acp {
  /** Throws where the agent is not there. */
  check(agentId: string): void;
  /** Serves a stream of messages. Resolves when it has ended, with all that went on for it. Throws at once where the agent is not there. */
  serve(stream: Stream, caller: AcpCaller): Promise<void>;
  /** Serves texts, one message each. Resolves as {@link Acp.serve} does. */
  serveTexts(texts: TextPipe, caller: AcpCaller): Promise<void>;
  /** Ends all connections, and what goes on for them. */
  close(): Promise<void>;
}

/** Opens ACP. */
export function openAcp(ports: AcpPorts): Acp {
  const open = new Set<AcpConnection>();
  const serve: Acp['serve'] = async (stream, caller) => {
    ports.agents.get(caller.agentId);
    const connection = serveConnection(await loadAcpSdk(), stream, caller, ports);
    open.add(connection);
    await connection.ended;
    open.delete(connection);
  };
  return {
    check: (agentId) => void ports.agents.get(agentId),
    serve,
    serveTexts: (texts, caller) => serve(toMessageStream(texts), caller),
    async close() {
      const connections = [...open];
      for (const connection of connections) connection.close();
      await Promise.all(connections.map(({ ended }) => ended));
    },
  };
}
