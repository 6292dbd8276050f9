/** What is stored of a conversation, as a chat shows it: an answer is one UI message, of however many runs and steps it was made. */

import type { VercelAiMessage } from '../../../contract/vercel-ai.ts';
import { toText } from '../../call/fields.ts';
import { NO_USAGE, type RunEvent } from '../../runs/run-events.ts';
import type { AssistantPart, Message, UserPart } from '../../store/messages.ts';

/** The messages of a chat. `asked` are the ids of the approvals that its calls wait for, by the ids of the calls. */
export function toUiMessages(messages: readonly Message[], asked: ReadonlyMap<string, string>): VercelAiMessage[] {
  const results = resultsOf(messages);
  const shown: VercelAiMessage[] = [];
  for (const message of messages) {
    const { id, role } = message;
    if (role === 'system') shown.push({ id, role, parts: [{ type: 'text', text: message.content }] });
    if (role === 'user') shown.push({ id, role, parts: message.content.map(toUserPart) });
    if (role !== 'assistant') continue;
    const parts = [{ type: 'step-start' }, ...message.content.flatMap((part) => toPart(part, results, asked))];
    const before = shown.at(-1);
    if (before?.role === 'assistant') before.parts.push(...parts);
    else shown.push({ id: answerIdOf(before?.id), role, parts });
  }
  return shown;
}

/** The id of the UI message that answers a message. */
export const answerIdOf = (messageId: string | undefined): string =>
  messageId === undefined ? 'answer' : `${messageId}-answer`;

/** What is stored of the last answer, as the events that have made it. */
export function toAnswerEvents(messages: readonly Message[]): RunEvent[] {
  const said = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);
  const results = resultsOf(said);
  let step = 0;
  return said.flatMap((message): RunEvent[] => {
    if (message.role !== 'assistant') return [];
    step++;
    return [
      { type: 'step-started', step, model: '' },
      ...message.content.flatMap((part) => toEvents(part, message.id)),
      ...message.content.flatMap((part) => (part.type === 'tool-call' ? toResultEvent(results.get(part.callId)) : [])),
      { type: 'step-ended', step, usage: NO_USAGE },
    ];
  });
}

type ToolMessage = Extract<Message, { readonly role: 'tool' }>;

const resultsOf = (messages: readonly Message[]): ReadonlyMap<string, ToolMessage> =>
  new Map(messages.flatMap((message) => (message.role === 'tool' ? [[message.callId, message] as const] : [])));

function toUserPart(part: UserPart): VercelAiMessage['parts'][number] {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const { mediaType, data, filename } = part;
  const url = /^https?:/i.test(data) ? data : `data:${mediaType};base64,${data}`;
  return { type: 'file', mediaType, url, ...(filename !== undefined && { filename }) };
}

function toPart(
  part: AssistantPart,
  results: ReadonlyMap<string, ToolMessage>,
  asked: ReadonlyMap<string, string>,
): VercelAiMessage['parts'] {
  if (part.type !== 'tool-call') return part.text === '' ? [] : [{ type: part.type, text: part.text, state: 'done' }];
  const { callId: toolCallId, name: toolName, args: input } = part;
  const call = { type: 'dynamic-tool', toolName, toolCallId, input };
  const result = results.get(toolCallId);
  if (result?.status === 'done') return [{ ...call, state: 'output-available', output: result.result }];
  if (result) return [{ ...call, state: 'output-error', errorText: toText(result.result) }];
  const id = asked.get(toolCallId);
  return [
    id === undefined
      ? { ...call, state: 'input-available' }
      : { ...call, state: 'approval-requested', approval: { id } },
  ];
}

function toEvents(part: AssistantPart, messageId: string): RunEvent[] {
  switch (part.type) {
    case 'text':
      return [
        { type: 'text-started', messageId },
        { type: 'text-delta', messageId, delta: part.text },
        { type: 'text-ended', messageId },
      ];
    case 'reasoning':
      if (part.text === '') return [];
      return [
        { type: 'reasoning-started', messageId },
        { type: 'reasoning-delta', messageId, delta: part.text },
        { type: 'reasoning-ended', messageId },
      ];
    case 'tool-call': {
      const { callId, name, args } = part;
      return [{ type: 'tool-call-ended', callId, name, args }];
    }
  }
}

function toResultEvent(message: ToolMessage | undefined): RunEvent[] {
  if (!message) return [];
  const { id: messageId, callId, name, result, status } = message;
  return [{ type: 'tool-result', callId, messageId, name, result, isError: status !== 'done', bytes: 0 }];
}
