/** Reads what a chat of the AI SDK sends. */

import type { VercelAiChat } from '../../../contract/vercel-ai.ts';
import { readDataUrl } from '../../call/data-url.ts';
import { type Fields, isFields } from '../../call/fields.ts';
import { invalidField } from '../../call/validation-error.ts';
import { toSaidFile } from '../../runs/answer-files.ts';
import { newId } from '../../runs/ids.ts';
import type { ApprovalDecision } from '../../runs/run-events.ts';
import type { ToolDefinition } from '../../runs/toolset.ts';
import type { AssistantPart, Message, ToolMessage, UserPart } from '../../store/messages.ts';
import { toDecision } from '../approval-answers.ts';
import { readCallerTools } from '../caller-tools.ts';
import { type ShownApproval, shownApprovalOf } from './approvals.ts';
import { toolPartOf } from './parts.ts';

type UserMessage = Extract<Message, { readonly role: 'user' }>;

/** What a chat asks for. */
export interface ChatRequest {
  /** The message of the user that is to be answered; undefined where the chat goes on with an answer that waits. */
  readonly said: UserMessage | undefined;
  /** What stands before it, for a conversation that is new here. */
  readonly history: readonly Message[];
  /** What people said to calls that wait for them. */
  readonly decisions: readonly ApprovalDecision[];
  /** The approvals that the last message shows. */
  readonly shown: readonly ShownApproval[];
  /** What tools of the app gave. */
  readonly results: readonly ToolMessage[];
  readonly callerTools: readonly ToolDefinition[];
  /** Whether an answer is asked for again, or a message was changed. */
  readonly isAgain: boolean;
  /** Set where no message was sent, and a stored answer is asked for again: by its id, or null for the last. */
  readonly again?: { readonly messageId: string | null };
}

const REGENERATE = 'regenerate-message';

/** Reads a request. Throws a 422 where the last message says nothing, and for a tool that no model could be shown. */
export function readChat({ messages, message, trigger, messageId, tools }: Omit<VercelAiChat, 'id'>): ChatRequest {
  const all = (messages?.length ? messages : message ? [message] : []).filter(({ parts }) => parts?.length);
  const last = all.at(-1);
  const shared = {
    callerTools: toCallerTools(tools ?? []),
    isAgain: trigger === REGENERATE || (messageId ?? null) !== null,
  };
  const history = () => all.slice(0, -1).flatMap(toMessages);
  if (last?.role === 'user') {
    const said: UserMessage = { id: last.id ?? newId('msg'), role: 'user', content: toUserParts(last.parts) };
    if (said.content.length) return { ...shared, said, history: history(), decisions: [], shown: [], results: [] };
  }
  if (!all.length && trigger === REGENERATE) {
    const again = { messageId: messageId ?? null };
    return { ...shared, said: undefined, history: [], decisions: [], shown: [], results: [], again };
  }
  const parts = last?.role === 'assistant' ? (last.parts ?? []).filter(isFields) : [];
  const decisions = parts.flatMap(readDecision);
  const results = parts.flatMap(toResult);
  const shown = parts.flatMap(shownApprovalOf);
  if (decisions.length || results.length) return { ...shared, said: undefined, history: [], decisions, shown, results };
  throw invalidField('messages', 'the last one must say something: a text, a file, or the answer to a tool call');
}

/** Tools without a name are left out. */
const toCallerTools = (tools: readonly Fields[] | Readonly<Record<string, Fields>>): ToolDefinition[] =>
  readCallerTools(
    listTools(tools)
      .filter(({ name }) => typeof name === 'string' && name !== '')
      .map(({ parameters, inputSchema, ...tool }) => ({
        ...tool,
        parameters: [parameters, inputSchema].find(isFields),
      })),
  );

const listTools = (tools: readonly Fields[] | Readonly<Record<string, Fields>>): readonly Fields[] =>
  isList(tools) ? tools : Object.entries(tools).map(([name, tool]) => ({ ...tool, name }));

const isList = (tools: object): tools is readonly Fields[] => Array.isArray(tools);

function readDecision({ state, approval }: Fields): ApprovalDecision[] {
  if (state !== 'approval-responded' || !isFields(approval)) return [];
  const { id, approved, reason } = approval;
  if (typeof id !== 'string' || typeof approved !== 'boolean') return [];
  return [toDecision(id, approved, reason)];
}

function toResult(part: Fields): ToolMessage[] {
  const tool = toolPartOf(part);
  if (!tool || !('result' in tool)) return [];
  const { callId, name, result, isError } = tool;
  return [{ id: `${callId}-result`, role: 'tool', callId, name, result, status: isError ? 'error' : 'done' }];
}

/** A UI message as those it stands for: an answer is one there and several here, one for each step. */
function toMessages({ id = newId('msg'), role, parts }: NonNullable<VercelAiChat['message']>): Message[] {
  const fields = (parts ?? []).filter(isFields);
  if (role === 'user') return [{ id, role, content: toUserParts(fields) }];
  if (role === 'system') return [{ id, role, content: fields.map(textOf).join('\n') }];
  if (role !== 'assistant') return [];
  const steps: Fields[][] = [[]];
  for (const part of fields) {
    if (part.type === 'step-start') steps.push([]);
    else steps.at(-1)?.push(part);
  }
  return steps.flatMap((step, index) => toStep(index === 0 ? id : `${id}-${index}`, step));
}

function toStep(id: string, parts: readonly Fields[]): Message[] {
  const content = parts.flatMap((part): AssistantPart[] => {
    const tool = toolPartOf(part);
    if (tool) return [{ type: 'tool-call', callId: tool.callId, name: tool.name, args: tool.args }];
    if (part.type === 'file') return toSaidFile(part.url, part.mediaType);
    const text = part.type === 'text' ? textOf(part) : '';
    return text === '' ? [] : [{ type: 'text', text }];
  });
  if (!content.length) return [];
  return [{ id, role: 'assistant', content }, ...parts.flatMap(toResult)];
}

const textOf = ({ text }: Fields): string => (typeof text === 'string' ? text : '');

/** What a user says. Parts of other kinds are left out; a file that cannot be reached is a 422. */
function toUserParts(parts: readonly unknown[] | null | undefined): UserPart[] {
  return (parts ?? []).filter(isFields).flatMap((part, index): UserPart[] => {
    if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: textOf(part) }];
    if (part.type !== 'file') return [];
    const { mediaType, url, filename } = part;
    return [
      {
        type: 'file',
        ...toData(url, typeof mediaType === 'string' ? mediaType : undefined, index),
        ...(typeof filename === 'string' && { filename }),
      },
    ];
  });
}

function toData(url: unknown, mediaType: string | undefined, index: number): { mediaType: string; data: string } {
  const place = `messages.parts.${index}.url`;
  const held = readDataUrl(String(url), place);
  if (held) return { mediaType: mediaType ?? (held.mediaType || 'text/plain'), data: held.data };
  if (/^https?:/i.test(String(url))) return { mediaType: mediaType ?? 'application/octet-stream', data: String(url) };
  throw invalidField(place, 'must be a data: or an https: URL');
}
