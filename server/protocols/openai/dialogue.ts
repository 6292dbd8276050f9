import { isDeepStrictEqual } from 'node:util';
import { invalidField } from '../../call/validation-error.ts';
import { newId } from '../../runs/ids.ts';
import type { AssistantPart, Message, UserPart } from '../../store/messages.ts';

/** What a request says, message by message, behind what is stored of its conversation. */
export class Dialogue {
  readonly #messages: Message[] = [];
  readonly #instructions: string[] = [];
  /** The calls that are stored, and those that the request brings, by their ids. */
  readonly #stored = new Set<string>();
  readonly #names = new Map<string, string>();

  constructor(stored: readonly Message[]) {
    for (const { callId, name } of stored.flatMap(callsOf)) {
      this.#stored.add(callId);
      this.#names.set(callId, name);
    }
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** What is to be added to the instructions of the agent; may be empty. */
  get instructions(): string {
    return this.#instructions.join('\n\n');
  }

  instruct(text: string): void {
    if (text !== '') this.#instructions.push(text);
  }

  /** Adds what the user says; nothing is left out. */
  user(content: readonly UserPart[]): void {
    if (content.length) this.#messages.push({ id: newId('msg'), role: 'user', content });
  }

  /** Adds what the assistant said, to what it said directly before. A call that is stored is left out. */
  assistant(parts: readonly AssistantPart[]): void {
    const content = parts.filter((part) => part.type !== 'tool-call' || !this.#stored.has(part.callId));
    for (const part of content) if (part.type === 'tool-call') this.#names.set(part.callId, part.name);
    if (!content.length) return;
    const last = this.#messages.at(-1);
    if (last?.role !== 'assistant') this.#messages.push({ id: newId('msg'), role: 'assistant', content });
    else this.#messages.splice(-1, 1, { ...last, content: [...last.content, ...content] });
  }

  /** Adds the result of a call; `place` is where its id stands. Throws a 422 where no such call was made. */
  result(callId: unknown, result: unknown, { place, isError = false }: { place: string; isError?: boolean }): void {
    const name = typeof callId === 'string' ? this.#names.get(callId) : undefined;
    if (typeof callId !== 'string' || name === undefined) {
      throw invalidField(place, `is the id of no call of a tool that was made before: ${String(callId).slice(0, 100)}`);
    }
    const id = newId('msg');
    this.#messages.push({ id, role: 'tool', callId, name, result, status: isError ? 'error' : 'done' });
  }
}

/** Where the last answer ends; 0 without one. */
export const endOfAnswers = (messages: readonly { readonly role?: unknown }[]): number =>
  messages.findLastIndex(({ role }) => role === 'assistant') + 1;

/** What is new of `messages`, where the last of those that are stored may have been sent before, for an answer that did not come. */
export function withoutSent(messages: readonly Message[], stored: readonly Message[]): readonly Message[] {
  const unanswered = stored.slice(endOfAnswers(stored)).map(contentOf);
  for (let count = Math.min(unanswered.length, messages.length); count > 0; count--) {
    const isSent = isDeepStrictEqual(unanswered.slice(-count), messages.slice(0, count).map(contentOf));
    if (isSent) return messages.slice(count);
  }
  return messages;
}

const contentOf = (message: Message): unknown =>
  message.role === 'tool' ? [message.callId, message.result] : [message.role, message.content];

const callsOf = (message: Message) =>
  message.role === 'assistant' ? message.content.filter((part) => part.type === 'tool-call') : [];

/** The arguments of a call: what a text says as JSON, or the text itself. */
export function parseArguments(text: unknown): unknown {
  if (typeof text !== 'string') return text ?? {};
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return text;
  }
}
