/** An editor that goes on with a conversation, by the client side of ACP's own SDK. */
import { client } from '@agentclientprotocol/sdk';
import { createWebSocketStream } from '@agentclientprotocol/sdk/experimental/ws-client';
import WebSocket from 'ws';

/** Loads the conversation as a session and says something there. What was replayed, and what was answered. */
export async function askFromEditor(
  url: string,
  { agent, conversation, text }: { readonly agent: string; readonly conversation: string; readonly text: string },
): Promise<{ readonly replayed: readonly string[]; readonly answer: string }> {
  const told: { readonly kind: string; readonly text: string }[] = [];
  const stream = createWebSocketStream(`${url.replace('http', 'ws')}/api/v1/acp/ws/${agent}`, {
    WebSocket: WebSocket as never,
  });
  const connection = client({ name: 'editor' })
    .onNotification('session/update', ({ params: { update } }) => {
      const said = 'content' in update ? Object(update.content).text : undefined;
      told.push({ kind: update.sessionUpdate, text: typeof said === 'string' ? said : '' });
    })
    .connect(stream);
  try {
    await connection.agent.request('initialize', { protocolVersion: 1, clientCapabilities: {} });
    await connection.agent.request('session/load', { sessionId: conversation, cwd: '/', mcpServers: [] });
    const replayed = told.splice(0).map(({ kind }) => kind);
    const prompt = [{ type: 'text' as const, text }];
    await connection.agent.request('session/prompt', { sessionId: conversation, prompt });
    // The SDK may hand over the last updates a moment after the answer that stands behind them.
    await new Promise(setImmediate);
    const answer = told.filter(({ kind }) => kind === 'agent_message_chunk').map((update) => update.text);
    return { replayed, answer: answer.join('') };
  } finally {
    connection.close();
    await connection.closed;
  }
}
