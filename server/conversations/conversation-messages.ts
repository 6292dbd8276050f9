import { toAnswerFile } from '../call/data-url.ts';
import { toText } from '../call/fields.ts';
import type { StoredMessage } from '../store/store.ts';

/** A stored message as callers see it: its texts as one, without reasoning, signatures and the data of files that were sent. */
export function toConversationMessage(message: StoredMessage) {
  const { id, role, createdAt: created_at } = message;
  switch (message.role) {
    case 'system':
      return { id, role, content: message.content, created_at };
    case 'user':
      return { id, role, content: message.content.map(toUserText).join('\n'), created_at };
    case 'assistant': {
      const calls = message.content.filter((part) => part.type === 'tool-call');
      const content = message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
      const tool_calls = calls.map(({ callId, name, args }) => ({ id: callId, name, args }));
      const files = message.content.filter((part) => part.type === 'file').map(toAnswerFile);
      return {
        id,
        role,
        content,
        ...(files.length && { files }),
        ...(tool_calls.length ? { tool_calls } : {}),
        created_at,
      };
    }
    case 'tool': {
      const { result, callId: tool_call_id, files } = message;
      const made = files?.map(toAnswerFile);
      return { id, role, content: toText(result), ...(made && { files: made }), tool_call_id, created_at };
    }
  }
}

type UserPart = Extract<StoredMessage, { role: 'user' }>['content'][number];

const toUserText = (part: UserPart) => (part.type === 'text' ? part.text : `[${part.filename ?? part.mediaType}]`);
