/** A chat as the AI SDK has it, without a page. */
import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';

/** A message of the user. */
export const user = (words: string, id = 'u1'): UIMessage => ({
  id,
  role: 'user',
  parts: [{ type: 'text', text: words }],
});
/** The transport of `useChat`, for the agent `tester`. */
export const transportOf = (url: string) => new DefaultChatTransport({ api: `${url}/api/v1/vercel-ai/tester` });

interface Send {
  readonly messages: UIMessage[];
  readonly chatId?: string;
  readonly trigger?: 'submit-message' | 'regenerate-message';
  readonly messageId?: string;
  readonly body?: object;
  readonly abortSignal?: AbortSignal;
}

/** Sends as `useChat` does. */
export function begin({ url }: { readonly url: string }, { messages, chatId = 'chat', ...rest }: Send) {
  const options = { trigger: 'submit-message' as const, messageId: undefined, abortSignal: undefined, ...rest };
  return transportOf(url).sendMessages({ chatId, messages, ...options });
}

/** Sends, and reads every chunk. */
export const send = async (server: { readonly url: string }, request: Send): Promise<UIMessageChunk[]> =>
  Array.fromAsync(await begin(server, request));

/** What `resume: true` does; null when nothing is running. */
export const resume = ({ url }: { readonly url: string }, chatId = 'chat') =>
  transportOf(url).reconnectToStream({ chatId });

/** Takes up what is running. */
export async function takeUp(server: { readonly url: string }): Promise<ReadableStream<UIMessageChunk>> {
  const stream = await resume(server);
  if (!stream) throw new Error('nothing is running');
  return stream;
}

/** The message that the chunks make, by the SDK. */
export async function toMessage(chunks: readonly UIMessageChunk[], message?: UIMessage): Promise<UIMessage> {
  const stream = ReadableStream.from(chunks) as ReadableStream<UIMessageChunk>;
  const states = await Array.fromAsync(readUIMessageStream({ stream, ...(message && { message }) }));
  return states.at(-1) as UIMessage;
}

/** The types of chunks. */
export const typesOf = (chunks: readonly UIMessageChunk[]) => chunks.map(({ type }) => type);
/** All that a message says. */
export const textOf = ({ parts }: UIMessage) => parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
