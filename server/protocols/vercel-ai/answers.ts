/** What is stored of a conversation, as a chat shows it: an answer is one UI message, of however many runs and steps it was made. */

import type { VercelAiMessage } from '../../../contract/vercel-ai.ts';
import { toFileUrl } from '../../call/data-url.ts';
import { toText } from '../../call/fields.ts';
import { NO_USAGE, type RunEvent } from '../../runs/run-events.ts';
import type { AssistantPart, Message, ToolMessage, UserPart } from '../../store/messages.ts';
import { toSaidEvents } from '../said-events.ts';
import { type AskedApproval, toApprovalParts } from './approvals.ts';

/** The messages of a chat. `asked` are the approvals that its calls wait for. */
export function toUiMessages(messages: readonly Message[], asked: readonly AskedApproval[]): VercelAiMessage[] {
  const results = resultsOf(messages);
  const shown: VercelAiMessage[] = [];
  for (const message of messages) {
    const { id, role } = message;
    if (role === 'system') shown.push({ id, role, parts: [{ type: 'text', text: message.content }] });
    if (role === 'user') shown.push({ id, role, parts: message.content.map(toUserPart) });
    if (role !== 'assistant') continue;
    const told = message.content.map((part) => toParts(part, results, asked));
    const parts = [
      { type: 'step-start' },
      ...told.flatMap(({ part }) => part ?? []),
      ...told.flatMap(({ apart = [] }) => apart),
    ];
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
      ...toSaidEvents(message),
      ...message.content.flatMap((part) => {
        const result = part.type === 'tool-call' && results.get(part.callId);
        return result ? toSaidEvents(result) : [];
      }),
      { type: 'step-ended', step, usage: NO_USAGE },
    ];
  });
}

const resultsOf = (messages: readonly Message[]): ReadonlyMap<string, ToolMessage> =>
  new Map(messages.flatMap((message) => (message.role === 'tool' ? [[message.callId, message] as const] : [])));

function toUserPart(part: UserPart): VercelAiMessage['parts'][number] {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const { mediaType, filename } = part;
  return { type: 'file', mediaType, url: toFileUrl(part), ...(filename !== undefined && { filename }) };
}

interface ToldParts {
  readonly part?: VercelAiMessage['parts'][number];
  /** Those that stand for approvals, and come last. */
  readonly apart?: VercelAiMessage['parts'];
}

function toParts(
  part: AssistantPart,
  results: ReadonlyMap<string, ToolMessage>,
  asked: readonly AskedApproval[],
): ToldParts {
  if (part.type === 'file') return { part: { type: 'file', mediaType: part.mediaType, url: toFileUrl(part) } };
  if (part.type !== 'tool-call') {
    return part.text === '' ? {} : { part: { type: part.type, text: part.text, state: 'done' } };
  }
  const { callId: toolCallId, name: toolName, args: input } = part;
  const call = { type: 'dynamic-tool', toolName, toolCallId, input };
  const result = results.get(toolCallId);
  if (result?.status === 'done') return { part: { ...call, state: 'output-available', output: result.result } };
  if (result) return { part: { ...call, state: 'output-error', errorText: toText(result.result) } };
  return toApprovalParts(
    call,
    asked.filter(({ callId }) => callId === toolCallId),
  );
}
