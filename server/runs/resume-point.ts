/** From where a run can go on whose process is gone, as the events tell that are stored of it. */
import type { Message } from '../store/messages.ts';
import type { NewApproval } from '../store/store.ts';
import { NO_USAGE, sumUsage, type Usage } from '../store/usage.ts';
import { applyPatch, isPatchOperation } from './json-patch.ts';
import { findOpenCalls, type SettleOptions, settleOpenCalls } from './open-calls.ts';
import { rebuildMessages } from './rebuild-messages.ts';
import type { RunEvent } from './run-events.ts';
import { TOOL_CHANGED } from './tool-approvals.ts';
import type { ReadyCall } from './tool-calls.ts';

/** The answer of a step that was taken whole. */
export interface WholeAnswer {
  readonly text: string;
  readonly hasCalls: boolean;
  readonly stopReason: string | null;
  /** How many messages the run had said with it. */
  readonly behind: number;
}

/** Where a run stands that goes on. */
export interface ResumePoint {
  /** What it has said, with a result for each call but those that its caller is to answer. */
  readonly messages: readonly Message[];
  readonly usage: Usage;
  /** The number of the step that is to be taken next. */
  readonly step: number;
  readonly answers: readonly WholeAnswer[];
  /** The calls that its caller is to answer. */
  readonly pending: readonly string[];
  /** The calls that wait for a person. */
  readonly held: readonly ReadyCall[];
  /** What calls wait for that have asked other agents. */
  readonly waiting: readonly NewApproval[];
  /** The answered calls of runs before that have begun. */
  readonly begun: ReadonlySet<string>;
  /** The ids of answered approvals whose tool was no longer the one that was shown. */
  readonly voided: readonly string[];
  /** The state shared with the caller, where it has changed. */
  readonly state: { readonly value: unknown } | undefined;
  /** What is to be told before anything else. */
  readonly news: readonly RunEvent[];
}

interface PointOptions extends Omit<SettleOptions, 'isWhole'> {
  /** The ids of the approvals that it acts on. */
  readonly answeredIds: ReadonlySet<string>;
  /** The state shared with the caller at the start. */
  readonly state: unknown;
}

/**
 * Finds it. Steps that were taken whole count. Of one that was not, the answer counts if a tool has begun that it called: it is then
 * closed with results in words, and no tool is called again; else the step is taken again, and what was said of it is withdrawn.
 */
export function findResumePoint(events: readonly RunEvent[], options: PointOptions): ResumePoint {
  const lastEnd = events.findLast((event) => event.type === 'step-ended');
  const half = halfStepOf(events);
  const isKept = half?.events.some(({ type }) => type === 'tool-started') ?? false;
  const isWithdrawn = half !== undefined && !isKept;
  const left = isWithdrawn ? { calls: [], asked: [] } : findOpenCalls(events);
  const { results, ...calls } = settleOpenCalls(left, { ...options, isWhole: !half });
  const usage = countUsage(events);
  const end: RunEvent[] = half && isKept ? [{ type: 'step-ended', step: half.step, usage }] : [];
  const news = [...(isWithdrawn ? withdraw(half.events) : []), ...results, ...end];
  const all = [...events, ...news];
  return {
    messages: rebuildMessages(all),
    usage,
    step: isWithdrawn ? half.step : (half?.step ?? lastEnd?.step ?? 0) + 1,
    answers: findAnswers(all),
    ...calls,
    voided: events.flatMap((event) => voidedBy(event, options.answeredIds)),
    begun: new Set(events.flatMap((event) => (isAnswered(event) ? event.callId : []))),
    state: findState(events, options.state),
    news,
  };
}

/** What answers have used; that of one which was made void was used all the same. */
function countUsage(events: readonly RunEvent[]): Usage {
  const lastEnd = events.findLastIndex(({ type }) => type === 'step-ended');
  const ended = events[lastEnd];
  const since = events.slice(lastEnd + 1);
  const answered = since.flatMap((event) => (event.type === 'model-answered' && event.usage ? event.usage : []));
  return answered.reduce(sumUsage, ended?.type === 'step-ended' ? ended.usage : NO_USAGE);
}

interface HalfStep {
  readonly step: number;
  readonly events: readonly RunEvent[];
}

/** The step that was begun and not ended; as it was begun last, if that was more than once. */
function halfStepOf(events: readonly RunEvent[]): HalfStep | undefined {
  const end = events.findLastIndex(({ type }) => type === 'step-ended');
  const start = events.findLastIndex(({ type }) => type === 'step-started');
  const started = events[start];
  if (start < end || started?.type !== 'step-started') return undefined;
  return { step: started.step, events: events.slice(start + 1) };
}

/** Tells that what was said of a step does not count, unless that was told. */
function withdraw(events: readonly RunEvent[]): RunEvent[] {
  const messageIds = new Set<string>();
  const callIds = new Set<string>();
  let isToTell = true;
  for (const event of events) {
    if (event.type === 'answer-withdrawn') {
      isToTell = false;
      for (const id of event.messageIds) messageIds.delete(id);
      for (const id of event.callIds) callIds.delete(id);
    } else if (event.type === 'tool-call-started') {
      callIds.add(event.callId);
      messageIds.add(event.messageId);
    } else if (event.type === 'tool-result') messageIds.add(event.messageId);
    else if (event.type === 'text-started' || event.type === 'reasoning-started' || event.type === 'file')
      messageIds.add(event.messageId);
  }
  // Also where nothing was said: the step that was begun begins once more.
  if (!messageIds.size && !isToTell) return [];
  return [{ type: 'answer-withdrawn', messageIds: [...messageIds], callIds: [...callIds] }];
}

/** The answers of whole steps. */
function findAnswers(events: readonly RunEvent[]): WholeAnswer[] {
  const answers: WholeAnswer[] = [];
  let text = '';
  let hasCalls = false;
  let stopReason: string | null = null;
  for (const [index, event] of events.entries()) {
    if (event.type === 'step-started') [text, hasCalls, stopReason] = ['', false, null];
    else if (event.type === 'text-delta') text += event.delta;
    else if (event.type === 'tool-call-ended') hasCalls = true;
    else if (event.type === 'model-answered') ({ stopReason } = event);
    else if (event.type === 'step-ended') {
      // Only where it decides something: of most runs that is the last one.
      const decides = !hasCalls || index >= events.findLastIndex(({ type }) => type === 'step-ended');
      const behind = decides ? rebuildMessages(events.slice(0, index)).length : 0;
      if (decides) answers.push({ text, hasCalls, stopReason, behind });
    }
  }
  return answers;
}

const isAnswered = (event: RunEvent): event is Extract<RunEvent, { type: 'tool-started' | 'tool-result' }> =>
  event.type === 'tool-started' || event.type === 'tool-result';

/** The approval that an event tells to be void. Tools say events of the kind too. */
function voidedBy(event: RunEvent, answeredIds: ReadonlySet<string>): string[] {
  if (event.type !== 'custom' || event.name !== TOOL_CHANGED) return [];
  const id: unknown = Object(event.value).approval_id;
  return typeof id === 'string' && answeredIds.has(id) ? [id] : [];
}

function findState(events: readonly RunEvent[], initial: unknown): ResumePoint['state'] {
  let state: { value: unknown } | undefined;
  for (const event of events) {
    if (event.type === 'state-set') state = { value: event.state };
    else if (event.type === 'state-patched')
      state = { value: applyPatch(state ? state.value : initial, event.patch.filter(isPatchOperation)) };
  }
  return state;
}
