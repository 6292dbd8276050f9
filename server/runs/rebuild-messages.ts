/** Tells from the events of a run that was cut off what it had said by then. */
import type { AssistantPart, Message } from '../store/messages.ts';
import type { RunEvent } from './run-events.ts';

/** A part that is still being put together. */
type Written<T> = { -readonly [Key in keyof T]: T[Key] };
type TextPart = Written<Extract<AssistantPart, { type: 'text' | 'reasoning' }>>;

/** The messages of a run, as far as its events tell; a call that was still being written never was one. */
export function rebuildMessages(events: readonly RunEvent[]): Message[] {
  const messages = new Map<string, Message>();
  const open = new Map<string, TextPart>();
  const owners = new Map<string, string>();
  const partsOf = (id: string): AssistantPart[] => {
    const known = messages.get(id);
    if (known?.role === 'assistant') return known.content as AssistantPart[];
    const content: AssistantPart[] = [];
    messages.set(id, { id, role: 'assistant', content });
    return content;
  };
  const begin = (type: TextPart['type'], messageId: string) => {
    const part: TextPart = { type, text: '' };
    open.set(`${type} ${messageId}`, part);
    partsOf(messageId).push(part);
  };
  const extend = (type: TextPart['type'], messageId: string, delta: string) => {
    const part = open.get(`${type} ${messageId}`);
    if (part) part.text += delta;
  };
  for (const event of events) {
    switch (event.type) {
      case 'text-started':
      case 'reasoning-started':
        begin(event.type === 'text-started' ? 'text' : 'reasoning', event.messageId);
        break;
      case 'text-delta':
      case 'reasoning-delta':
        extend(event.type === 'text-delta' ? 'text' : 'reasoning', event.messageId, event.delta);
        break;
      case 'file': {
        const { messageId, mediaType, data } = event;
        partsOf(messageId).push({ type: 'file', mediaType, data });
        break;
      }
      case 'model-answered':
        // As it was said, with what only its provider can read.
        if (event.message) messages.set(event.message.id, { ...event.message, role: 'assistant' });
        break;
      case 'answer-withdrawn':
        for (const id of event.messageIds) messages.delete(id);
        break;
      case 'tool-call-started':
        owners.set(event.callId, event.messageId);
        break;
      case 'tool-call-ended': {
        const { callId, name, args } = event;
        partsOf(owners.get(callId) ?? callId).push({ type: 'tool-call', callId, name, args });
        break;
      }
      case 'tool-result': {
        const { messageId: id, callId, name, result, isError, page, files } = event;
        const status = isError ? 'error' : 'done';
        messages.set(id, {
          id,
          role: 'tool',
          callId,
          name,
          result,
          status,
          ...(page && { page }),
          ...(files && { files }),
        });
        break;
      }
      default:
    }
  }
  return [...messages.values()].filter((message) => message.role !== 'assistant' || message.content.length > 0);
}
