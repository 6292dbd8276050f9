/** A chat completion, in pieces or whole. */
import type { OpenAiChatChunk, OpenAiChatCompletion } from '../../../contract/openai-chat.ts';
import { translateEvents } from '../../call/ready-events.ts';
import { toRunFailure } from '../../runs/run-events.ts';
import type { PlacedEvent } from '../text-runs.ts';
import { type ChatDelta, type ChatEnd, ChatTranslation } from './chat-chunks.ts';

/** What an answer says of itself. */
export interface ChatView {
  readonly id: string;
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly showsTools: boolean;
  /** Whether it is JSON of a schema that the client has given. */
  readonly isJson: boolean;
  /** Whether the last piece says what was used. */
  readonly includesUsage: boolean;
}

type Events = AsyncIterable<Pick<PlacedEvent, 'event'>>;

/** The pieces of an answer. Throws before the first where the run fails before it has said anything. */
export function streamChat(events: Events, view: ChatView): AsyncIterable<OpenAiChatChunk> {
  const { id, created, model, includesUsage } = view;
  const head = { id, object: 'chat.completion.chunk' as const, created, model };
  const usage = includesUsage && { usage: null };
  const translation = new ChatTranslation(view);
  const toChunk = (delta: ChatDelta, finish_reason: ChatEnd['finishReason'] | null = null): OpenAiChatChunk => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...usage,
  });
  const toLast = (end: ChatEnd): OpenAiChatChunk[] => [
    { ...toChunk({}, end.finishReason), ...toNotes(end) },
    ...(includesUsage ? [{ ...head, choices: [], usage: end.usage }] : []),
  ];
  let hasBegun = false;
  return translateEvents(events, {
    next({ event }) {
      const chunks = translation.next(event).map((delta) => toChunk(delta));
      const { end } = translation;
      if (end) chunks.push(...toLast(end));
      if (hasBegun || !chunks.length) return chunks;
      hasBegun = true;
      return [toChunk({ ...BEGINNING }), ...chunks];
    },
    isOver: () => translation.end !== undefined,
    atEnd() {
      throw cutOff();
    },
  });
}

const BEGINNING = { role: 'assistant', content: '' } as const;

/** The whole of an answer. Throws where the run fails. */
export async function collectChat(events: Events, view: ChatView): Promise<OpenAiChatCompletion> {
  const { id, created, model } = view;
  const translation = new ChatTranslation(view);
  let told: { readonly messageId: string | undefined; readonly delta: ChatDelta }[] = [];
  for await (const { event } of events) {
    if (event.type === 'answer-withdrawn') {
      const gone = new Set<string | undefined>(event.messageIds);
      told = told.filter(({ messageId }) => !gone.has(messageId));
      translation.withdraw(event);
    }
    const messageId = 'messageId' in event ? event.messageId : undefined;
    told.push(...translation.next(event).map((delta) => ({ messageId, delta })));
    const { end } = translation;
    if (!end) continue;
    const message = toMessage(told.map(({ delta }) => delta));
    return {
      id,
      object: 'chat.completion',
      created,
      model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: end.finishReason }],
      usage: end.usage,
      ...toNotes(end),
    };
  }
  throw cutOff();
}

function toMessage(deltas: readonly ChatDelta[]): OpenAiChatCompletion['choices'][number]['message'] {
  const content = deltas.map((delta) => delta.content ?? '').join('');
  const reasoning = deltas.map((delta) => delta.reasoning_content ?? '').join('');
  const images = deltas.flatMap((delta) => delta.images ?? []).map((image, index) => ({ ...image, index }));
  const calls = deltas.flatMap((delta) => delta.tool_calls ?? []).map(({ index: _, ...call }) => call);
  return {
    role: 'assistant',
    content: content === '' && calls.length ? null : content,
    refusal: null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(images.length > 0 && { images }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

const toNotes = ({ approvals }: ChatEnd) =>
  approvals.length > 0 && {
    agent_runtimes: { approvals: approvals.map(({ id, tool, args }) => ({ id, tool, args })) },
  };

const cutOff = () => toRunFailure({ status: 'cancelled', reason: 'the caller left' });
