import type { Message } from '../store/messages.ts';
import type { ConversationName } from '../store/store.ts';
import type { CallerTrace, RunOpening } from '../store/stored-runs.ts';
import type { TraceHeaders } from './call-watch.ts';
import type { RunRequest } from './run-request.ts';

interface Place {
  readonly conversation: ConversationName;
  readonly agentId: string;
  /** Those of its messages that the conversation does not have yet. */
  readonly unstored: readonly Message[];
}

/** What is stored of a request as its run begins. */
export function toOpening(
  { runId, folder, parent, unlisted, replaces, decisions = [], principal }: RunRequest,
  { conversation, agentId, unstored }: Place,
): Omit<RunOpening, 'id'> {
  const { key: conversationKey, id: conversationId, owner } = conversation;
  return {
    givenId: runId,
    conversationId,
    conversationKey,
    owner,
    folder,
    agentId,
    parentRunId: parent?.runId,
    messages: unlisted ? [] : unstored,
    isUnlisted: unlisted !== undefined,
    replaces,
    asker: principal.name ?? null,
    decisions: decisions.map((decision) => ({ resolvedBy: principal.name ?? null, ...decision })),
  };
}

/** The trace that the caller of a run named, if it did. */
export const toCaller = (trace: TraceHeaders | CallerTrace = {}): CallerTrace => ({ ...NO_CALLER, ...trace });

const NO_CALLER: CallerTrace = { traceparent: null, tracestate: null };
