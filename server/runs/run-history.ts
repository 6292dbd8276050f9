import type { Message } from '../store/messages.ts';
import type { ReplacedMessages } from '../store/stored-runs.ts';
import { answerOpenCalls } from './model-prompt.ts';

interface HistoryOptions {
  /** What the store holds of the conversation. */
  readonly stored: readonly Message[];
  /** What of it the run stands in the place of, which counts as not stored. */
  readonly replaces?: ReplacedMessages | undefined;
  /** What the caller sent. */
  readonly sent: readonly Message[];
  /**
   * What the caller relies on. `stored`: it sent only what is new. `given`: it sent the whole conversation as it knows it, unless that is
   * empty or without a call whose result this run brings: then what is stored is meant.
   */
  readonly history: 'stored' | 'given';
  /** The ids of calls whose results this run itself will bring. */
  readonly awaited?: ReadonlySet<string> | undefined;
}

/** The conversation as the model is to see it, with a result for each tool call, and those of its messages that the store lacks. */
export function joinHistory({ stored: all, replaces, sent, history, awaited = NONE }: HistoryOptions): {
  messages: Message[];
  unstored: Message[];
} {
  const stored = keepOf(all, replaces);
  const newIds = findNew(sent, stored);
  const isNew = ({ id }: Message) => newIds.has(id);
  const isWhole = history === 'given' && sent.length > 0 && hasCalls(sent, awaited);
  const joined = isWhole ? sent.map(preferStored(stored)) : [...stored, ...sent.filter(isNew)];
  const unstored = new Set((isWhole ? joined : sent).filter(isNew));
  const isAwaited = (message: Message) => message.role === 'tool' && awaited.has(message.callId);
  const settled = awaited.size > 0 ? joined.filter((message) => !isAwaited(message)) : joined;
  const messages = answerOpenCalls(settled, { awaited, made: unstored });
  return { messages, unstored: messages.filter((message) => unstored.has(message)) };
}

/** With more than these, looking each up costs less than comparing it. */
const FEW = 8;

/** The ids of what was sent that are not stored. To look up a text that was only just read costs much more than to compare it, and mostly one is sent. */
function findNew(sent: readonly Message[], stored: readonly Message[]): ReadonlySet<string> {
  const ids = new Set(sent.map(({ id }) => id));
  if (ids.size > FEW) for (const { id } of stored) ids.delete(id);
  else for (const known of ids) if (stored.some(({ id }) => id === known)) ids.delete(known);
  return ids;
}

function keepOf(messages: readonly Message[], replaced: ReplacedMessages | undefined): readonly Message[] {
  if (!replaced) return messages;
  const isAfter = 'after' in replaced;
  const id = isAfter ? replaced.after : replaced.from;
  const index = messages.findIndex((message) => message.id === id);
  return index < 0 ? messages : messages.slice(0, index + (isAfter ? 1 : 0));
}

const NONE: ReadonlySet<string> = new Set();

// A model is told no result without its call.
function hasCalls(messages: readonly Message[], callIds: ReadonlySet<string>): boolean {
  if (!callIds.size) return true;
  const parts = messages.flatMap((message) => (message.role === 'assistant' ? message.content : []));
  const known = new Set(parts.flatMap((part) => (part.type === 'tool-call' ? part.callId : [])));
  return [...callIds].every((id) => known.has(id));
}

// What a model said comes back from a caller without what only its provider can read, such as reasoning signatures.
function preferStored(stored: readonly Message[]): (message: Message) => Message {
  const storedAnswers = new Map(
    stored.filter(({ role }) => role === 'assistant').map((message) => [message.id, message]),
  );
  return (message) => {
    const found = message.role === 'assistant' && storedAnswers.get(message.id);
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
