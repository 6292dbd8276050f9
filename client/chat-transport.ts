/** The side of a server that `useChat` of the Vercel AI SDK talks to. */
import type { VercelAiChunk, VercelAiMessage } from '../contract/vercel-ai.ts';
import { type ConnectionOptions, headersOf, rootOf } from './connection.ts';
import { readEvents } from './read-events.ts';

/** What `useChat` sends: that of `ChatTransport` in the package `ai`, as far as it is read here. */
export interface ChatRequest {
  readonly chatId: string;
  readonly messages: readonly object[];
  readonly trigger: 'submit-message' | 'regenerate-message';
  readonly messageId: string | undefined;
  readonly abortSignal: AbortSignal | undefined;
  readonly headers?: Record<string, string> | Headers;
  /** Further fields of the body, such as `tools`. */
  readonly body?: object;
}

/** A transport for `useChat({ transport })`, with what a page needs beside it. */
export interface ChatTransport {
  /** What is taken up begins at the first chunk of the answer. */
  readonly resumeStreamIsReplay: true;
  /** Sends the chat. Rejects with a {@link ChatError} when the server refuses it. Leaving the stream does not end the run. */
  sendMessages(request: ChatRequest): Promise<ReadableStream<VercelAiChunk>>;
  /** The answer that is being given, from its first chunk on; null when none is. What `useChat({ resume: true })` calls. */
  reconnectToStream(
    request: Pick<ChatRequest, 'chatId' | 'headers'> & { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<ReadableStream<VercelAiChunk> | null>;
  /** What is stored of the chat, for `useChat({ messages })`, as the type of messages that it has: `messages<UIMessage>(id)`. */
  messages<Message = VercelAiMessage>(chatId: string): Promise<Message[]>;
  /** Ends the run that is answering the chat, also after a reload. Whether one was. */
  stop(chatId: string): Promise<boolean>;
}

/** Where the server is. */
export interface ChatTransportOptions extends ConnectionOptions {
  /** The root of the server, `http://localhost:8765`; absent: the page's own. */
  readonly url?: string | URL;
}

/** The server refused a request. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  /** The HTTP status. */
  readonly status: number;
  /** The code of the error, as `errors.ts` of the contract lists them; undefined when something else than this server answered. */
  readonly code: string | undefined;

  constructor(status: number, { detail, code }: { readonly detail?: unknown; readonly code?: unknown }) {
    super(typeof detail === 'string' ? detail : `HTTP ${status}`);
    this.status = status;
    this.code = typeof code === 'string' ? code : undefined;
  }
}

/**
 * A transport that gives `useChat` an agent, with approvals, and with answers that survive a reload:
 *
 *     const transport = chatTransport('demo', { url: 'http://localhost:8765' });
 *     const chat = useChat({ id, transport, resume: true, sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses });
 *
 * The conversation has the id of the chat. Source: https://ai-sdk.dev/docs/ai-sdk-ui/transport
 */
export function chatTransport(agentId: string, { url = '', ...connection }: ChatTransportOptions = {}): ChatTransport {
  const base = `${rootOf(url)}/api/v1`;
  const chats = `/vercel-ai/${encodeURIComponent(agentId)}`;

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...headersOf(connection), ...Object.fromEntries(new Headers(init.headers)) };
    // Read anew each time: other libraries may have put theirs in the place of the global one.
    const response = await (connection.fetch ?? globalThis.fetch)(base + path, { ...init, headers });
    if (response.ok) return response;
    throw new ChatError(response.status, Object(await response.json().catch(() => undefined)));
  }

  return {
    resumeStreamIsReplay: true,
    async sendMessages({ chatId: id, messages, trigger, messageId, abortSignal, headers, body }) {
      const response = await request(chats, {
        method: 'POST',
        headers: { ...Object.fromEntries(new Headers(headers)), 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, id, messages, trigger, messageId }),
        signal: abortSignal ?? null,
      });
      return toChunks(response);
    },
    async reconnectToStream({ chatId, headers, abortSignal }) {
      const path = `${chats}/${encodeURIComponent(chatId)}/stream`;
      const response = await request(path, { headers: new Headers(headers), signal: abortSignal ?? null });
      return response.status === 204 ? null : toChunks(response);
    },
    async messages<Message>(chatId: string) {
      const response = await request(`${chats}/${encodeURIComponent(chatId)}/messages`);
      return ((await response.json()) as { messages: Message[] }).messages;
    },
    async stop(chatId) {
      const query = new URLSearchParams({ conversation_id: chatId, status: 'running', limit: '1' });
      const { runs } = (await (await request(`/runs?${query}`)).json()) as { runs: { id: string }[] };
      const [running] = runs;
      if (!running) return false;
      await request(`/runs/${encodeURIComponent(running.id)}/cancel`, { method: 'POST' });
      return true;
    },
  };
}

/** The chunks of an answer. The server has checked each of them against the contract. */
function toChunks({ body }: Response): ReadableStream<VercelAiChunk> {
  const events = body ? readEvents(body) : undefined;
  return new ReadableStream({
    async pull(controller) {
      const next = await events?.next();
      if (!next || next.done || next.value.data === '[DONE]') return controller.close();
      controller.enqueue(JSON.parse(next.value.data));
    },
    async cancel() {
      await events?.return();
    },
  });
}
