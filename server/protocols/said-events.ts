/** What is stored of answers as the events that have made it, for protocols that show either in one way. */
import type { RunEvent } from '../runs/run-events.ts';
import type { Message } from '../store/messages.ts';

/** The events of what an agent has said, or of the result of a call; none of what others have said. */
export function toSaidEvents(message: Message): RunEvent[] {
  if (message.role === 'tool') {
    const { id: messageId, callId, name, result, status } = message;
    return [{ type: 'tool-result', callId, messageId, name, result, isError: status !== 'done', bytes: 0 }];
  }
  if (message.role !== 'assistant') return [];
  const { id: messageId } = message;
  return message.content.flatMap((part): RunEvent[] => {
    if (part.type === 'tool-call') {
      const { callId, name, args } = part;
      return [{ type: 'tool-call-ended', callId, name, args }];
    }
    if (part.type === 'file') return [{ type: 'file', messageId, mediaType: part.mediaType, data: part.data }];
    if (part.text === '') return [];
    const kind = part.type;
    return [
      { type: `${kind}-started`, messageId },
      { type: `${kind}-delta`, messageId, delta: part.text },
      { type: `${kind}-ended`, messageId },
    ];
  });
}
