import type { Message } from '../store/messages.ts';
import { answerOpenCalls } from './model-prompt.ts';

interface HistoryOptions {
  /** What the store holds of the conversation. */
  readonly stored: readonly Message[];
  /** What the caller sent. */
  readonly given: readonly Message[];
  /** `stored`: the caller sent only what is new. `given`: it sent the whole conversation as it knows it. */
  readonly history: 'stored' | 'given';
  /** Calls whose results this run itself will say. */
  readonly awaited?: ReadonlySet<string> | undefined;
}

/** What the model is to see of a conversation and which of it the store lacks; each tool call has a result. */
export function joinHistory({ stored, given, history, awaited = NONE }: HistoryOptions): {
  messages: Message[];
  unstored: Message[];
} {
  const storedIds = new Set(stored.map(({ id }) => id));
  const isNew = ({ id }: Message) => !storedIds.has(id);
  const joined = history === 'stored' ? [...stored, ...given.filter(isNew)] : given.map(preferStored(stored));
  const isAwaited = (message: Message) => message.role === 'tool' && awaited.has(message.callId);
  const messages = answerOpenCalls(
    joined.filter((message) => !isAwaited(message)),
    awaited,
  );
  return { messages, unstored: messages.filter(isNew) };
}

const NONE: ReadonlySet<string> = new Set();

// What a model said comes back from a caller without what only its provider can read, such as reasoning signatures.
function preferStored(stored: readonly Message[]): (message: Message) => Message {
  const own = new Map(stored.filter(({ role }) => role === 'assistant').map((message) => [message.id, message]));
  return (message) => {
    const found = message.role === 'assistant' && own.get(message.id);
    return found && sayTheSame(found, message) ? found : message;
  };
}

function sayTheSame(one: Message, other: Message): boolean {
  return JSON.stringify(visibleOf(one)) === JSON.stringify(visibleOf(other));
}

function visibleOf(message: Message): unknown {
  if (message.role !== 'assistant') return message;
  const texts = message.content.flatMap((part) => (part.type === 'text' ? part.text : []));
  const calls = message.content.flatMap((part) => (part.type === 'tool-call' ? part.callId : []));
  return [texts.join(''), calls];
}
