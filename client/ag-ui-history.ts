/** Puts the messages of a conversation together from the events of its runs. */
import type { AgUiEvent } from '../contract/ag-ui-events.ts';

/** A call of a tool; `arguments` is JSON text, complete once the call has ended. */
export interface AGUIToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A part of what a user says: text, or a file by its data (base64) or its URL. */
export type AGUIContentPart =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'image' | 'audio' | 'video' | 'document';
      readonly source:
        | { readonly type: 'data'; readonly value: string; readonly mimeType: string }
        | { readonly type: 'url'; readonly value: string; readonly mimeType?: string };
    };

/** What a user says: a text, or parts in their order. */
export type AGUIContent = string | readonly AGUIContentPart[];

/** A message of AG-UI (https://docs.ag-ui.com). Its id is the one that the server stores it under. */
export type AGUIMessage =
  | { readonly id: string; readonly role: 'user'; readonly content: AGUIContent }
  | { readonly id: string; readonly role: 'system' | 'developer'; readonly content: string }
  | AGUIAssistantMessage
  | AGUIToolMessage;

/** What a tool returned; `error` when it failed. */
export interface AGUIToolMessage {
  readonly id: string;
  readonly role: 'tool';
  readonly toolCallId: string;
  readonly content: string;
  readonly error?: string;
}

/** What the agent said in one step: text, calls of tools, or both. */
export interface AGUIAssistantMessage {
  readonly id: string;
  readonly role: 'assistant';
  readonly content: string;
  readonly toolCalls?: readonly AGUIToolCall[];
}

/** The messages so far with what one event adds to them; the same array when it adds nothing. */
export function applyEvent(messages: readonly AGUIMessage[], event: AgUiEvent): readonly AGUIMessage[] {
  switch (event.type) {
    case 'TEXT_MESSAGE_START':
      return changeAssistant(messages, event.messageId, (message) => message);
    case 'TEXT_MESSAGE_CONTENT':
      return changeAssistant(messages, event.messageId, (message) => ({
        ...message,
        content: message.content + event.delta,
      }));
    case 'TOOL_CALL_START': {
      const { toolCallId: id = '', toolCallName: name = '' } = event;
      const call: AGUIToolCall = { id, type: 'function', function: { name, arguments: '' } };
      return changeAssistant(messages, event.parentMessageId ?? id, (message) => ({
        ...message,
        toolCalls: [...(message.toolCalls ?? []), call],
      }));
    }
    case 'TOOL_CALL_ARGS':
      return changeCall(messages, event.toolCallId, event.delta);
    case 'TOOL_CALL_RESULT': {
      const { messageId: id = '', toolCallId = '', content } = event;
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      return addResult(messages, { id, role: 'tool', toolCallId, content: text });
    }
    case 'MESSAGES_SNAPSHOT':
      return event.messages.filter(isMessage).map(withContent);
    default:
      return messages;
  }
}

// An assistant that only calls tools has no content on the wire.
const withContent = (message: AGUIMessage): AGUIMessage =>
  message.role === 'assistant' ? { ...message, content: message.content ?? '' } : message;

// Reasoning and activities are not kept: they are no part of what a run is asked with.
const isMessage = (value: unknown): value is AGUIMessage =>
  typeof value === 'object' && value !== null && 'role' in value && ROLES.has(value.role);
const ROLES: ReadonlySet<unknown> = new Set(['user', 'system', 'developer', 'assistant', 'tool']);

/** The call with this id, and its arguments as JSON says them; those of a call that was cut off stay text. Undefined when no message has it. */
export function readCall(
  messages: readonly AGUIMessage[],
  callId: string | undefined,
): { id: string; name: string; args: unknown } | undefined {
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []) : []));
  const call = calls.find(({ id }) => id === callId);
  return call && { id: call.id, name: call.function.name, args: parseArguments(call.function.arguments) };
}

function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The messages with the result of a tool behind the message that called it and the results that are there already: models take no other order. */
export function addResult(messages: readonly AGUIMessage[], result: AGUIToolMessage): readonly AGUIMessage[] {
  const caller = messages.findIndex(
    (message) => message.role === 'assistant' && message.toolCalls?.some(({ id }) => id === result.toolCallId),
  );
  if (caller < 0) return [...messages, result];
  let at = caller + 1;
  while (messages[at]?.role === 'tool') at++;
  return messages.toSpliced(at, 0, result);
}

function changeAssistant(
  messages: readonly AGUIMessage[],
  id = '',
  change: (message: AGUIAssistantMessage) => AGUIAssistantMessage,
): readonly AGUIMessage[] {
  const at = messages.findLastIndex((message) => message.id === id);
  const message = messages[at];
  if (message?.role === 'assistant') return messages.with(at, change(message));
  return [...messages, change({ id, role: 'assistant', content: '' })];
}

function changeCall(messages: readonly AGUIMessage[], callId: string | undefined, delta: string) {
  return messages.map((message): AGUIMessage => {
    if (message.role !== 'assistant' || !message.toolCalls?.some(({ id }) => id === callId)) return message;
    const toolCalls = message.toolCalls.map((call) =>
      call.id === callId
        ? { ...call, function: { ...call.function, arguments: call.function.arguments + delta } }
        : call,
    );
    return { ...message, toolCalls };
  });
}
