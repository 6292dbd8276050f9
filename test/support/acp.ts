/** An editor, by the client side of the protocol's own SDK. */
import { setImmediate as sleep } from 'node:timers/promises';
import {
  type ClientConnection,
  client,
  type PromptRequest,
  type PromptResponse,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionUpdate,
  type Stream,
} from '@agentclientprotocol/sdk';
import { createWebSocketStream } from '@agentclientprotocol/sdk/experimental/ws-client';
import WebSocket from 'ws';

/** An editor that is connected and has initialized the connection. */
export interface Editor extends AsyncDisposable {
  readonly agent: ClientConnection['agent'];
  readonly connection: ClientConnection;
  /** Every update, in order, by session. */
  readonly updates: Map<string, SessionUpdate[]>;
  /** Every permission it was asked for. */
  readonly asked: RequestPermissionRequest[];
  /** Opens a session; returns its id. */
  open(request?: object): Promise<string>;
  /** Says a text. */
  say(sessionId: string, text: string): Promise<PromptResponse>;
}

/** Answers what an editor asks its user for. */
export type Decide = (
  request: RequestPermissionRequest,
  signal: AbortSignal,
) => RequestPermissionResponse | Promise<RequestPermissionResponse>;

/** The answer that chooses an option. */
export const choose = (optionId: string): RequestPermissionResponse => ({ outcome: { outcome: 'selected', optionId } });

/** Where an editor works when its test says nothing else. */
export const CWD = '/home/ada/project';

/** Connects an editor. `decide` stands for its user, who allows everything when absent; after `cutAfter` updates its connection breaks. */
export async function connectEditor(
  stream: Stream,
  {
    decide = () => choose('allow'),
    capabilities = {},
    cutAfter = Number.POSITIVE_INFINITY,
  }: { decide?: Decide; capabilities?: object; cutAfter?: number } = {},
): Promise<Editor> {
  const updates = new Map<string, SessionUpdate[]>();
  const asked: RequestPermissionRequest[] = [];
  let told = 0;
  const connection = client({ name: 'test' })
    .onNotification('session/update', ({ params: { sessionId, update } }) => {
      const known = updates.get(sessionId) ?? [];
      updates.set(sessionId, [...known, update]);
      if (++told >= cutAfter) connection.close();
    })
    .onRequest('session/request_permission', ({ params, signal }) => {
      asked.push(params);
      return decide(params, signal);
    })
    .connect(stream);
  const { agent } = connection;
  await agent.request('initialize', { protocolVersion: 1, clientCapabilities: capabilities });
  return {
    agent,
    connection,
    updates,
    asked,
    async open(request = {}) {
      const { sessionId } = await agent.request('session/new', { cwd: CWD, mcpServers: [], ...request });
      return sessionId;
    },
    async say(sessionId, text) {
      const request: PromptRequest = { sessionId, prompt: [{ type: 'text', text }] };
      // The SDK may hand over the last updates a moment after the answer that stands behind them.
      return agent.request('session/prompt', request).finally(() => sleep());
    },
    async [Symbol.asyncDispose]() {
      connection.close();
      await connection.closed;
    },
  };
}

/** The stream of a WebSocket to an agent. */
export const socketTo = (
  { url }: { readonly url: string },
  { agent = 'tester', key }: { agent?: string; key?: string } = {},
) =>
  createWebSocketStream(`${url.replace('http', 'ws')}/api/v1/acp/ws/${agent}`, {
    WebSocket: WebSocket as never,
    ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
  });

/** What updates of one kind said, joined. */
export const textOf = (updates: readonly SessionUpdate[] = [], kind = 'agent_message_chunk'): string =>
  updates
    .map((update) =>
      update.sessionUpdate === kind && 'content' in update && update.content && 'text' in update.content
        ? update.content.text
        : '',
    )
    .join('');

/** The calls as an editor shows them in the end: each with all that was told of it. */
export function callsOf(updates: readonly SessionUpdate[] = []): Record<string, unknown>[] {
  const calls = new Map<string, Record<string, unknown>>();
  for (const { sessionUpdate, ...update } of updates) {
    if (sessionUpdate !== 'tool_call' && sessionUpdate !== 'tool_call_update') continue;
    const { toolCallId } = update as { toolCallId: string };
    calls.set(toolCallId, { ...calls.get(toolCallId), ...update });
  }
  return [...calls.values()];
}
