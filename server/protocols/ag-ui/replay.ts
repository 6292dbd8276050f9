/** Replays the AG-UI events of a run, from its start or from where a reader's connection broke. */
import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import { ApiError } from '../../call/errors.ts';
import { type Numbered, type NumberedEvents, numberAfterGap, withNumbers } from '../../call/numbered-events.ts';
import type { Principal } from '../../call/principal.ts';
import type { RunEvent } from '../../runs/run-events.ts';
import type { Message } from '../../store/messages.ts';
import type { AgUiRunView } from './run-view.ts';
import { toMessagesSnapshot } from './snapshot.ts';
import { createAgUiTranslator } from './translator.ts';

/** A run that goes on or has ended. */
interface AgUiFoundRun {
  readonly agentId: string;
  /** The id its caller gave it. */
  readonly runId: string;
  /** When it began, RFC 3339. */
  readonly startedAt: string;
  /** Whether it has ended. */
  readonly isOver: boolean;
  /** How many messages the thread had when it began, the ones it began with included. */
  readonly historyCount: number;
  /** The messages of its thread as they are stored now. */
  messages(): Promise<readonly Message[]>;
  /** The messages of its thread as they were when an event of it had happened, by its number. */
  messagesAt(id: number): Promise<readonly Message[]>;
  /** Its events from the first to `run-ended`; a gap in their numbers means that events were lost. */
  events(signal: AbortSignal): AsyncIterable<{
    readonly id: number;
    readonly at?: number | undefined;
    readonly event: RunEvent;
  }>;
}

/** Where runs are found. */
export interface AgUiRunArchive {
  /** The run of a thread that its caller called so, or its newest run. */
  findRun(
    threadId: string,
    query: { readonly givenId: string | undefined; readonly principal: Principal },
  ): Promise<AgUiFoundRun | undefined>;
}

interface ReplayRequest {
  readonly agentId: string;
  readonly principal: Principal;
  /** Without the id of a run: the newest of the thread. */
  readonly view: Omit<AgUiRunView, 'runId'> & { readonly runId: string | undefined };
  /** The number of the last event the reader has; undefined for one that has none. */
  readonly after: number | undefined;
  readonly signal: AbortSignal;
}

/** The events behind number `after`, each with the number it had the first time. Throws a 404 when there is no such run of the agent. */
export async function replayAgUiRun(
  { agentId, principal, view, after, signal }: ReplayRequest,
  { findRun }: AgUiRunArchive,
): Promise<NumberedEvents<AgUiEvent>> {
  const { threadId, runId } = view;
  const run = await findRun(threadId, { givenId: runId, principal });
  if (run?.agentId !== agentId) {
    const detail = runId === undefined ? `No run on thread ${threadId}` : `Run not found: ${runId}`;
    throw new ApiError('run-not-found', detail);
  }
  const runView = { ...view, runId: run.runId, startedAt: Date.parse(run.startedAt) };
  return withNumbers(numberEvents({ run, view: runView, after, signal }));
}

interface Replay extends Pick<ReplayRequest, 'after' | 'signal'> {
  readonly run: AgUiFoundRun;
  readonly view: AgUiRunView;
}

async function* numberEvents({ run, view, after: last, signal }: Replay): AsyncGenerator<Numbered<AgUiEvent>> {
  const after = last ?? 0;
  const translator = createAgUiTranslator(view);
  const snapshot = async (count?: number) => toMessagesSnapshot((await run.messages()).slice(0, count), view.casing);
  let number = 0;
  for (const event of translator.start()) {
    number++;
    if (number > after) yield { number, event };
  }
  if (last === undefined) yield { number, event: await snapshot(run.historyCount) };
  const isForgotten = last === undefined && run.isOver && (await run.messages()).length <= run.historyCount;
  let lastId = 0;
  for await (const { id, at, event: happened } of run.events(signal)) {
    const event = isForgotten ? withoutSaid(happened) : happened;
    if (!event) {
      lastId = id;
      continue;
    }
    const isWithdrawn = event.type === 'answer-withdrawn';
    const messages = isWithdrawn ? await (isForgotten ? run.messages() : run.messagesAt(id)) : [];
    const translated = translator.next(event, at, messages);
    if (id !== lastId + 1) {
      const known = number;
      number = numberAfterGap(number) - 1;
      // These close the blocks that the log left open; a reader who had read beyond the log may have them already.
      const closing = translated.splice(0, translated.length - 1);
      for (const one of [...closing, await snapshot()]) {
        number++;
        const isKnown = closing.includes(one) && after > known;
        if (number > after && !isKnown) yield { number, event: one };
      }
    }
    lastId = id;
    for (const one of translated) {
      number++;
      if (number > after) yield { number, event: one };
    }
  }
}

/** What is left of an event once its conversation has forgotten what the run said, and what it waited for. */
function withoutSaid(event: RunEvent): RunEvent | undefined {
  if (/^(text|reasoning|tool|file|subagent)/.test(event.type)) return undefined;
  if (event.type !== 'run-ended' || event.outcome.status !== 'finished') return event;
  const { approvals: _approvals, ...outcome } = event.outcome;
  return { ...event, outcome: { ...outcome, pending: [] } };
}
