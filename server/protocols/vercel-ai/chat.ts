/** What a request means in a conversation as it is stored. */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { RunStatus } from '../../../contract/runs.ts';
import type { VercelAiChunk } from '../../../contract/vercel-ai.ts';
import type { Principal } from '../../call/principal.ts';
import { invalidField } from '../../call/validation-error.ts';
import type { ApprovalDecision, RunEvent } from '../../runs/run-events.ts';
import type { ToolDefinition } from '../../runs/toolset.ts';
import type { Message } from '../../store/messages.ts';
import { answerIdOf, toAnswerEvents } from './answers.ts';
import type { AskedApproval } from './approvals.ts';
import type { ChatRequest } from './input.ts';

/** A run to start in a conversation. It goes on when its reader leaves. */
export interface ChatRunRequest {
  readonly principal: Principal;
  readonly conversationId: string;
  /** What is new. */
  readonly messages: readonly Message[];
  /** The end of the conversation that it stands in the place of. */
  readonly replaces?: { readonly from: string } | { readonly after: string };
  readonly callerTools: readonly ToolDefinition[];
  /** What people said to calls that wait for them. */
  readonly decisions?: readonly ApprovalDecision[];
  /** What happens with a run that is on the conversation; absent: this one is refused. */
  readonly whenBusy?: 'interrupt';
  /** Aborts when the caller leaves before the run has begun. */
  readonly signal: AbortSignal;
}

/** A run, while it goes on or after. */
export interface ChatRun {
  readonly storedId: string;
  events(signal: AbortSignal): AsyncIterable<{ readonly event: RunEvent }>;
}

/** A conversation as it is stored, with what goes on there. */
export interface StoredChat {
  readonly messages: readonly Message[];
  /** What its calls wait for; some of it may be answered. */
  readonly approvals: readonly AskedApproval[];
  /** Its newest run. */
  readonly latest: (ChatRun & LatestRun) | undefined;
}

interface LatestRun {
  readonly status: z.output<typeof RunStatus>;
  /** How many of the messages were there when it began. */
  readonly historyCount: number;
}

/** A run that gives an answer, with what was said of the answer before. */
export interface Opened {
  readonly run: ChatRun;
  readonly before?: readonly RunEvent[];
  /** What ends parts that stand for approvals, by the calls whose result it comes before. */
  readonly ends?: Map<string, VercelAiChunk[]>;
}

/** Whether a request was sent before, and its answer is there or on its way. */
export function isSentAgain(
  said: NonNullable<ChatRequest['said']>,
  { isAgain }: ChatRequest,
  { messages, latest }: StoredChat,
): boolean {
  const last = messages.findLast((message) => message.role === 'user');
  const isSame = last?.id === said.id && isDeepStrictEqual(last.content, said.content);
  if (!isSame || isAgain) return false;
  // An answer that was forgotten is given anew.
  return latest?.status === 'running' || (latest?.status === 'finished' && messages.at(-1) !== last);
}

/** The newest answer from its beginning: what is stored of it, then what its run says beyond that. */
export function takeUp({ messages, latest }: StoredChat): Opened | undefined {
  if (!latest) return undefined;
  const { status, historyCount } = latest;
  if (status === 'running') return { run: latest, before: toAnswerEvents(messages.slice(0, historyCount)) };
  const { storedId } = latest;
  return { run: { storedId, events: (signal) => endOf(latest.events(signal)) }, before: toAnswerEvents(messages) };
}

async function* endOf(events: ReturnType<ChatRun['events']>) {
  for await (const logged of events) if (logged.event.type === 'run-ended') yield logged;
}

/** Where a message of the user stands in a conversation: what is new, and what it stands in the place of. */
export function placeOf(
  said: NonNullable<ChatRequest['said']>,
  { history }: ChatRequest,
  { messages }: StoredChat,
): Pick<ChatRunRequest, 'messages' | 'replaces'> {
  const known = messages.find(({ id }) => id === said.id);
  if (!known) return { messages: messages.length ? [said] : [...history, said] };
  const isSame = known.role === 'user' && isDeepStrictEqual(known.content, said.content);
  if (isSame) return { messages: [], replaces: { after: said.id } };
  return { messages: [said], replaces: { from: said.id } };
}

/** The id of the message of the user behind which an answer stands; null names the last one. Throws a 422 where there is none. */
export function findAnswered({ messages }: StoredChat, messageId: string | null): string {
  const isMeant = ({ id, role }: Message) =>
    role === 'user' && (messageId === null || messageId === id || messageId === answerIdOf(id));
  const found = messages.findLast(isMeant);
  if (!found) throw invalidField('messageId', 'is of no answer that is stored here: send the messages');
  return found.id;
}

/** The ids of the calls that have no result. */
export function openCallsOf(messages: readonly Message[]): Set<string> {
  const open = new Set<string>();
  for (const message of messages) {
    if (message.role === 'tool') open.delete(message.callId);
    if (message.role !== 'assistant') continue;
    for (const part of message.content) if (part.type === 'tool-call') open.add(part.callId);
  }
  return open;
}
