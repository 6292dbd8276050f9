/** Turns the messages of an AG-UI request into a conversation as models are prompted from it. */
import { isDeepStrictEqual } from 'node:util';
import type { Message as AgUiMessage, ContentPart, ToolCall } from '@ag-ui/core';
import { invalidField } from '../../call/validation-error.ts';
import type { AssistantPart, Message, UserPart } from '../../store/messages.ts';
import { readArguments } from '../caller-tools.ts';

type AssistantMessage = Extract<Message, { readonly role: 'assistant' }>;

/**
 * The conversation, in order, each id once. Reasoning and activities are left out: they are for people, and reasoning without its
 * provider's signature is refused by the provider. So is what subagents said: their conversations are their own. The messages of one assistant turn that share an id become one message again.
 */
export function toMessages(messages: readonly AgUiMessage[]): Message[] {
  const byId = new Map<string, Message>();
  const toolNames = new Map<string, string>();
  for (const [index, message] of messages.entries()) {
    if (message.subagentRunId !== undefined) continue;
    const converted = toMessage(message, index, toolNames);
    if (!converted) continue;
    if (converted.id === '') throw invalidField(`messages.${index}.id`, 'must not be empty');
    const known = byId.get(converted.id);
    if (!known) byId.set(converted.id, converted);
    else if (known.role === 'assistant' && converted.role === 'assistant') byId.set(known.id, merge(known, converted));
    else if (!isDeepStrictEqual(known, converted)) {
      throw invalidField(`messages.${index}.id`, 'is the id of another message too');
    }
  }
  return [...byId.values()];
}

function toMessage(message: AgUiMessage, index: number, toolNames: Map<string, string>): Message | undefined {
  const { id } = message;
  switch (message.role) {
    case 'developer':
    case 'system':
      return { id, role: 'system', content: message.content };
    case 'user':
      return { id, role: 'user', content: toUserParts(message.content, index) };
    case 'assistant': {
      const calls = message.toolCalls ?? [];
      for (const call of calls) toolNames.set(call.id, call.function.name);
      const text: AssistantPart[] = message.content ? [{ type: 'text', text: message.content }] : [];
      const content = [...text, ...calls.map(toCallPart)];
      return content.length > 0 ? { id, role: 'assistant', content } : undefined;
    }
    case 'tool': {
      const { toolCallId: callId, error } = message;
      const result = toResultText(message.content);
      const name = toolNames.get(callId) ?? 'unknown';
      if (error === undefined) return { id, role: 'tool', callId, name, result, status: 'done' };
      return { id, role: 'tool', callId, name, result: result || error, status: 'error' };
    }
    case 'reasoning':
    case 'activity':
      return undefined;
  }
}

// Clients before 1.0 split a turn whose calls and results alternate into several messages with the id of the turn.
function merge(first: AssistantMessage, second: AssistantMessage): AssistantMessage {
  const known = new Set(first.content.map(keyOf));
  return { ...first, content: [...first.content, ...second.content.filter((part) => !known.has(keyOf(part)))] };
}

function keyOf(part: AssistantPart): string {
  if (part.type === 'tool-call') return `call ${part.callId}`;
  return `${part.type} ${part.type === 'file' ? part.data : part.text}`;
}

function toCallPart({ id, function: { name, arguments: text } }: ToolCall): AssistantPart {
  return { type: 'tool-call', callId: id, name, args: readArguments(text) };
}

function toUserParts(content: string | readonly ContentPart[], index: number): UserPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.map((part, partIndex): UserPart => {
    if (part.type === 'text') return { type: 'text', text: part.text };
    const { source, metadata } = part;
    if (source.type === 'file') {
      throw invalidField(
        `messages.${index}.content.${partIndex}.source`,
        'is a file at a provider; send its data or a URL',
      );
    }
    const mediaType = source.mimeType ?? (part.type === 'document' ? 'application/octet-stream' : `${part.type}/*`);
    const filename: unknown = metadata?.filename;
    return { type: 'file', mediaType, data: source.value, ...(typeof filename === 'string' ? { filename } : {}) };
  });
}

// Models take text as the result of a tool, so what cannot be shown is named.
function toResultText(content: string | readonly ContentPart[]): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : `[${part.type} not shown]`)).join('\n');
}
