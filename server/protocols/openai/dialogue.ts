/** What requests say, and where it stands in what is stored of their conversations. */
import { isDeepStrictEqual } from 'node:util';
import { invalidField } from '../../call/validation-error.ts';
import { newId } from '../../runs/ids.ts';
import type { AssistantPart, Message, UserPart } from '../../store/messages.ts';
import type { ModelRunRequest, StoredTalk } from './ports.ts';

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

/** Where what a request says stands in its conversation; `heard` is the last answer that the client has of it. */
export function placeOf(
  messages: readonly Message[],
  { messages: stored, latest }: StoredTalk,
  heard = '',
): Pick<ModelRunRequest, 'messages' | 'replaces'> {
  const cut = latest && isCutOff(latest) ? findAnswer(stored, latest.historyCount) : stored.length;
  const asked = stored.slice(0, cut);
  const last = asked.at(-1);
  // Its answer broke off, and it is asked for again, unless the client has what came of it and goes on from there.
  const isAgain = cut < stored.length && isEnd(messages, asked) && !isPartOf(heard, stored.slice(cut));
  if (last && isAgain) return { messages: [], replaces: { after: last.id } };
  return { messages: withoutSent(messages, stored) };
}

/** Whether a text is of these answers, however a client has put their parts together. */
function isPartOf(text: string, answers: readonly Message[]): boolean {
  const said = answers.flatMap((message) => (message.role === 'assistant' ? message.content : []));
  const whole = said.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const [inner, outer] = [text, whole].map((each) => each.replaceAll(/\s+/g, ''));
  return Boolean(inner) && (outer ?? '').includes(inner ?? '');
}

const isCutOff = ({ status }: NonNullable<StoredTalk['latest']>) => status !== 'running' && status !== 'finished';

/** Where begins what a run has said, which came behind so many messages. */
function findAnswer(stored: readonly Message[], historyCount: number): number {
  const place = stored.findIndex(({ role }, index) => index >= historyCount && role === 'assistant');
  return place < 0 ? stored.length : place;
}

const isEnd = (messages: readonly Message[], of: readonly Message[]): boolean =>
  messages.length > 0 &&
  messages.length <= of.length &&
  isDeepStrictEqual(of.slice(-messages.length).map(contentOf), messages.map(contentOf));

/** What is new of `messages`, where the last of those that are stored may have been sent before, for an answer that did not come. */
function withoutSent(messages: readonly Message[], stored: readonly Message[]): readonly Message[] {
  const unanswered = stored.slice(endOfAnswers(stored));
  for (let count = Math.min(unanswered.length, messages.length); count > 0; count--) {
    if (isEnd(messages.slice(0, count), unanswered)) return messages.slice(count);
  }
  return messages;
}

const contentOf = (message: Message): unknown =>
  message.role === 'tool' ? [message.callId, message.result] : [message.role, message.content];

const callsOf = (message: Message) =>
  message.role === 'assistant' ? message.content.filter((part) => part.type === 'tool-call') : [];
