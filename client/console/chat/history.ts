/** Reads the messages of a conversation as the server sends them whole. */
import type { AGUIContent } from '../../index.ts';
import { type ActivityItem, type CallItem, type Item, keyOf, type TextItem, type UserItem } from './items.ts';
import { isFields } from './json-patch.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What messages show, in their order. What is no message, or has none of the known roles, is left out. */
export function toItems(messages: readonly unknown[]): Item[] {
  const items: Item[] = [];
  const placeOf = new Map<string, number>();
  for (const message of messages) {
    if (!isFields(message) || typeof message.id !== 'string') continue;
    if (message.role === 'tool') {
      const place = placeOf.get(String(message.toolCallId));
      const call = place === undefined ? undefined : items[place];
      if (place !== undefined && call?.kind === 'call') items[place] = answered(call, message);
      continue;
    }
    for (const item of toShown(message, message.id)) {
      if (item.kind === 'call') placeOf.set(item.id, items.length);
      items.push(item);
    }
  }
  return items;
}

function toShown(message: Fields, id: string): Item[] {
  const { role, content } = message;
  switch (role) {
    case 'user':
      return [toUserItem(id, isContent(content) ? content : '')];
    case 'reasoning':
      return content ? [toTextItem('reasoning', id, String(content))] : [];
    case 'activity':
      return [toActivityItem(id, String(message.activityType), isFields(content) ? content : {})];
    case 'assistant':
      return [
        ...(typeof content === 'string' && content ? [toTextItem('text', id, content)] : []),
        ...(Array.isArray(message.toolCalls) ? message.toolCalls.flatMap((call) => toCallItem(call, id)) : []),
      ];
    default:
      return [];
  }
}

const isContent = (value: unknown): value is AGUIContent =>
  typeof value === 'string' || (Array.isArray(value) && value.every(isFields));

/** What a person said. */
export const toUserItem = (id: string, content: AGUIContent): UserItem => ({
  kind: 'user',
  key: keyOf('user', id),
  id,
  content,
});

const toTextItem = (kind: TextItem['kind'], id: string, text: string): TextItem => ({
  kind,
  key: keyOf(kind, id),
  id,
  text,
  isOpen: false,
});

/** An activity. */
export const toActivityItem = (id: string, type: string, content: Fields): ActivityItem => ({
  kind: 'activity',
  key: keyOf('activity', id),
  type,
  content,
});

function toCallItem(call: unknown, messageId: string): CallItem[] {
  if (!isFields(call) || typeof call.id !== 'string' || !isFields(call.function)) return [];
  const { name, arguments: args } = call.function;
  return [
    {
      kind: 'call',
      key: keyOf('call', call.id, messageId),
      id: call.id,
      name: String(name),
      args: String(args ?? ''),
      phase: 'made',
      result: '',
      isError: undefined,
      inner: [],
    },
  ];
}

const answered = (call: CallItem, { content, error }: Fields): CallItem => ({
  ...call,
  phase: 'answered',
  result: typeof content === 'string' ? content : JSON.stringify(content ?? ''),
  isError: error !== undefined,
});
