/** Turns a stored conversation into the messages that an AG-UI client holds. */
import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import { type Fields, toText } from '../../call/fields.ts';
import type { AssistantPart, Message, UserPart } from '../../store/messages.ts';
import { toFileMessage } from './file-activities.ts';
import { mediaKindOf } from './media-kind.ts';
import { toPageMessage } from './page-activities.ts';
import { type Casing, createSpelling, type Spelling } from './spelling.ts';
import { SurfaceMessages } from './surface-messages.ts';
import { reasoningIdOf } from './text-events.ts';

/**
 * The whole conversation as one event. `withdrawn` are the messages whose thoughts do not count any more: clients keep thoughts where the
 * conversation holds none at all, so that those stand in it, empty.
 */
export function toMessagesSnapshot(
  messages: readonly Message[],
  casing: Casing,
  withdrawn: readonly string[] = [],
): AgUiEvent {
  const spelled = createSpelling(casing);
  const surfaces = new SurfaceMessages();
  const told = messages.flatMap((message) => [...toAgUiMessages(message, spelled), ...surfaces.take(message, spelled)]);
  const hasReasoning = told.some(({ role }) => role === 'reasoning');
  const emptied = hasReasoning
    ? []
    : withdrawn.map((id) => ({ id: reasoningIdOf(id), role: 'reasoning', content: '' }));
  return { type: 'MESSAGES_SNAPSHOT', messages: [...told, ...emptied] };
}

function toAgUiMessages(message: Message, spelled: Spelling): Fields[] {
  const { id, role } = message;
  switch (message.role) {
    case 'system':
      return [{ id, role, content: message.content }];
    case 'user':
      return [{ id, role, content: toUserContent(message.content, spelled) }];
    case 'assistant':
      return toAssistantMessages(id, message.content, spelled);
    case 'tool': {
      const { callId, result, status, page, files = [] } = message;
      const content = toText(result);
      const error = status === 'done' ? {} : { error: content || status };
      const answer = { id, role, ...spelled('toolCallId', callId), content, ...error };
      const shown = files.map((file, index) => toFileMessage(id, index, file, spelled));
      return [answer, ...(page ? [toPageMessage(id, page, spelled)] : []), ...shown];
    }
  }
}

function toAssistantMessages(id: string, parts: readonly AssistantPart[], spelled: Spelling): Fields[] {
  const textOf = (type: 'text' | 'reasoning') => parts.map((part) => (part.type === type ? part.text : '')).join('');
  const calls = parts.flatMap((part) => {
    if (part.type !== 'tool-call') return [];
    const text = typeof part.args === 'string' ? part.args : (JSON.stringify(part.args) ?? '{}');
    return [{ id: part.callId, type: 'function', function: { name: part.name, arguments: text } }];
  });
  const files = parts.filter((part) => part.type === 'file');
  const reasoning = textOf('reasoning');
  const content = textOf('text');
  return [
    ...(reasoning ? [{ id: reasoningIdOf(id), role: 'reasoning', content: reasoning }] : []),
    ...(content || calls.length
      ? [{ id, role: 'assistant', ...(content && { content }), ...(calls.length && spelled('toolCalls', calls)) }]
      : []),
    ...files.map((file, index) => toFileMessage(id, index, file, spelled)),
  ];
}

function toUserContent(parts: readonly UserPart[], spelled: Spelling): unknown {
  if (parts.every((part) => part.type === 'text')) return parts.map(({ text }) => text).join('\n');
  return parts.map((part) => {
    if (part.type === 'text') return part;
    const { mediaType, data, filename } = part;
    const isUrl = /^https?:/i.test(data);
    return {
      type: mediaKindOf(mediaType),
      source: { type: isUrl ? 'url' : 'data', value: data, ...spelled('mimeType', mediaType) },
      ...(filename !== undefined && { metadata: { filename } }),
    };
  });
}
