import { ApiError } from '../call/errors.ts';
import type { Message } from '../store/messages.ts';
import type { RunRecord, Store } from '../store/store.ts';
import { findAwaitedAnswers } from './awaited-answers.ts';
import { countAskedSteps } from './count-steps.ts';
import type { RunBeginning } from './drive-run.ts';
import { findResumePoint } from './resume-point.ts';
import type { RunEvent } from './run-events.ts';
import type { FindRunnable, RunnableAgent } from './start-run.ts';
import { toEvents } from './stored-events.ts';
import { readStoredRequest, type StoredRequest } from './stored-request.ts';
import { needsApproval } from './tool-approvals.ts';

/** A run that goes on in this process, which another one has begun. */
export interface ResumedRun {
  readonly beginning: RunBeginning;
  /** The number of the last event that is stored of it. */
  readonly after: number;
  /** When that happened, in milliseconds since 1970; undefined where that is not known. */
  readonly lastAt: number | undefined;
}

interface ResumeOptions {
  readonly store: Pick<Store, 'runs'> & {
    readonly approvals: Pick<Store['approvals'], 'open'>;
    readonly conversations: Pick<Store['conversations'], 'messages'>;
  };
  /** undefined: agents are not open yet. */
  readonly find: FindRunnable | undefined;
}

/** Reads what a run goes on with; `never` of one that cannot: its agent is gone, or not all that has happened in it is stored. */
export async function readResumed(
  record: RunRecord,
  { store, find }: ResumeOptions,
): Promise<ResumedRun | 'never' | 'later'> {
  const resumable = await store.runs.resumable(record);
  const request = readStoredRequest(resumable?.request);
  if (!resumable || !request) return 'never';
  if (!find) return 'later';
  const { events: logged, isCut } = toEvents(await store.runs.events(record.key));
  const after = logged.at(-1)?.id ?? 0;
  // Behind a gap a tool may have been called of which nothing is known here.
  if (isCut || resumable.lastBatch > after) return 'never';
  const runnable = findRunnable(record.agentId, request, find);
  if (!runnable) return 'never';
  const stored = await store.conversations.messages(record.conversationKey);
  const events = logged.map(({ event }) => event);
  const { principal, history: told, ...asked } = request;
  const resumed = findResumePoint(events, {
    callerTools: new Set(request.callerTools?.map(({ name }) => name)),
    isHeld: (tool) => isHeld(tool, runnable),
    awaited: await findAwaitedAnswers(events, { store, principal }),
    answeredIds: new Set(resumable.answered.map(({ id }) => id)),
    state: request.state,
  });
  if (countWithdrawn(events) > MAX_WITHDRAWN) return 'never';
  const hasSteps = events.some(({ type }) => type === 'step-started');
  return {
    beginning: {
      request: { ...runnable, ...asked, principal, messages: [], history: 'stored' },
      history: told ? pick(stored, told) : stored,
      stored,
      answered: hasSteps ? [] : resumable.answered.filter(({ callId }) => !resumed.begun.has(callId)),
      resumed,
      steps: await store.runs.steps(record.key),
      askedSteps: await countAskedSteps(record.id, { store: store.runs, principal }),
    },
    after,
    lastAt: logged.findLast(({ at }) => at !== undefined)?.at,
  };
}

/** So often a step is taken again by another process: one that ends each process that takes it must not end all of them in turn. */
const MAX_WITHDRAWN = 5;

/** How often the step was given up that comes next. */
function countWithdrawn(events: readonly RunEvent[]): number {
  const lastEnd = events.findLastIndex(({ type }) => type === 'step-ended');
  return events.slice(lastEnd + 1).filter(({ type }) => type === 'answer-withdrawn').length;
}

function findRunnable(agentId: string, { principal }: StoredRequest, find: FindRunnable) {
  try {
    const runnable = find(agentId, principal);
    runnable.agent();
    return runnable;
  } catch (cause) {
    if (cause instanceof ApiError && cause.code === 'agent-not-found') return undefined;
    throw cause;
  }
}

/** Whether calls of a tool wait for a person. */
const isHeld = (tool: string, { agent, toolset }: RunnableAgent): boolean =>
  needsApproval(tool, agent().approvals?.tools ?? []) &&
  !toolset.list().some(({ name, isDisplay }) => name === tool && isDisplay);

function pick(messages: readonly Message[], ids: readonly string[]): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
