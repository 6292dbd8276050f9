import type { Message } from '../store/messages.ts';
import type { ConversationName, Store } from '../store/store.ts';
import type { CallerTrace, RunOpened, RunOpening } from '../store/stored-runs.ts';
import type { TraceHeaders } from './call-watch.ts';
import { joinHistory } from './run-history.ts';
import type { RunRecords } from './run-records.ts';
import type { RunRequest } from './run-request.ts';

interface Place {
  readonly conversation: ConversationName;
  readonly agentId: string;
}

interface Sources {
  readonly conversations: Pick<Store['conversations'], 'messages'>;
  readonly records: Pick<RunRecords, 'awaitedCalls' | 'awaitedOutput'>;
}

/** What a run begins with, and what is stored of that. */
interface PreparedOpening {
  /** What is asked of it, with what the conversation waits for. */
  readonly asked: RunRequest;
  /** The conversation before it, as it is stored. */
  readonly stored: readonly Message[];
  /** What the model is told of the conversation. */
  readonly messages: readonly Message[];
  readonly opening: Omit<RunOpening, 'id'>;
}

/** Reads what a run begins with. Throws what is wrong with its history or its decisions. */
export async function prepareOpening(
  request: RunRequest,
  { conversation, agentId, conversations, records }: Place & Sources,
): Promise<PreparedOpening> {
  const { key } = conversation;
  const { decisions = [], whenBusy, messages: sent, history, replaces } = request;
  const cancelsApprovals = whenBusy === 'interrupt' && !decisions.length;
  const isNew = request.conversationId === undefined && request.conversationKey === undefined;
  const stored = isNew ? [] : await conversations.messages(key);
  // Calls that were answered without a run to act on that are for this one, too. A conversation that is new has none, whatever is answered.
  const hasAwaited = (!isNew || decisions.length > 0) && !cancelsApprovals;
  const awaited = hasAwaited ? await records.awaitedCalls(key, decisions) : undefined;
  const { outputSchema = await records.awaitedOutput(key, request) } = request;
  const asked = { ...request, outputSchema };
  const { messages, unstored } = joinHistory({ stored, replaces, sent, history, awaited });
  const opening = { ...toOpening(asked, { conversation, agentId, unstored }), cancelsApprovals };
  return { asked, stored, messages, opening };
}

/** What was found as a run was opened. */
export interface HowItOpened extends Pick<RunOpened, 'hasWaitingTask'> {
  /** Whether it acts on the answers to open approvals. */
  readonly isResumed: boolean;
}

function toOpening(
  { runId, folder, parent, unlisted, replaces, decisions = [], principal }: RunRequest,
  { conversation, agentId, unstored }: Place & { readonly unstored: readonly Message[] },
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
