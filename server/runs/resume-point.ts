/** From where a run can go on whose process is gone, as the events tell that are stored of it. */
import { isJsonObject } from '../store/json-object.ts';
import type { Message } from '../store/messages.ts';
import { NO_USAGE, sumUsage, type Usage } from '../store/usage.ts';
import { INTERRUPTED } from './found-run.ts';
import { newId } from './ids.ts';
import { applyPatch, isPatchOperation } from './json-patch.ts';
import { rebuildMessages } from './rebuild-messages.ts';
import type { RunEvent } from './run-events.ts';
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
  /** The answered calls of runs before that have begun. */
  readonly begun: ReadonlySet<string>;
  /** The state shared with the caller, where it has changed. */
  readonly state: { readonly value: unknown } | undefined;
  /** What is to be told before anything else. */
  readonly news: readonly RunEvent[];
}

interface PointOptions {
  /** The names of the tools that the caller runs. */
  readonly callerTools: ReadonlySet<string>;
  /** The state shared with the caller at the start. */
  readonly state: unknown;
}

const MAY_HAVE_RUN =
  'This call may have run: the server that ran it has stopped, and what it came to is not known. Look before you call it again';
const NOT_RUN = 'Not run: the server has stopped before. Call it again if it is still needed';

/**
 * Finds it. Steps that were taken whole count. Of one that was not, the answer counts if a tool has begun that it called: it is then
 * closed with results in words, and no tool is called again; else the step is taken again, and what was said of it is withdrawn.
 */
export function findResumePoint(events: readonly RunEvent[], options: PointOptions): ResumePoint {
  const lastEnd = events.findLast((event) => event.type === 'step-ended');
  const half = halfStepOf(events);
  const isKept = half?.events.some(({ type }) => type === 'tool-started') ?? false;
  const isWithdrawn = half !== undefined && !isKept;
  const left = isWithdrawn ? { calls: [], asked: [] } : findOpen(events);
  const { results, pending, held } = settle(left, { callerTools: options.callerTools, isWhole: !half });
  const usage = countUsage(events);
  const end: RunEvent[] = half && isKept ? [{ type: 'step-ended', step: half.step, usage }] : [];
  const news = [...(isWithdrawn ? withdraw(half.events) : []), ...results, ...end];
  const all = [...events, ...news];
  return {
    messages: rebuildMessages(all),
    usage,
    step: isWithdrawn ? half.step : (half?.step ?? lastEnd?.step ?? 0) + 1,
    answers: findAnswers(all),
    pending,
    held,
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

type Started = Extract<RunEvent, { type: 'tool-started' }>;

/** A call without a result. */
interface OpenCall {
  readonly call: Extract<RunEvent, { type: 'tool-call-ended' | 'tool-started' }>;
  readonly started?: Started;
}

interface OpenCalls {
  readonly calls: readonly OpenCall[];
  /** The runs of agents that were asked by them. */
  readonly asked: readonly string[];
}

/** What has no result of all that counts. */
function findOpen(events: readonly RunEvent[]): OpenCalls {
  const open = new Map<string, OpenCall>();
  const asked = new Set<string>();
  for (const event of events) {
    if (event.type === 'tool-call-ended') open.set(event.callId, { call: event });
    else if (event.type === 'tool-started')
      open.set(event.callId, { call: open.get(event.callId)?.call ?? event, started: event });
    else if (event.type === 'tool-result') open.delete(event.callId);
    else if (event.type === 'answer-withdrawn') for (const id of event.callIds) open.delete(id);
    else if (event.type === 'subagent-started') asked.add(event.runId);
    else if (event.type === 'subagent-ended') asked.delete(event.runId);
  }
  return { calls: [...open.values()], asked: [...asked] };
}

interface SettleOptions extends Pick<PointOptions, 'callerTools'> {
  /** Whether the last step was taken whole: what is left of it and has not begun waits for a person, where it is no tool of the caller. */
  readonly isWhole: boolean;
}

/** The results of calls that have begun, and of those that never will. The others are the caller's to answer, or a person's. */
function settle({ calls, asked }: OpenCalls, { callerTools, isWhole }: SettleOptions) {
  const ends = asked.map((runId): RunEvent => ({ type: 'subagent-ended', runId, outcome: INTERRUPTED, omitted: 0 }));
  const results: RunEvent[] = [];
  const pending: string[] = [];
  const held: ReadyCall[] = [];
  for (const { call, started } of calls) {
    const { callId, name } = call;
    if (!started && callerTools.has(name)) pending.push(callId);
    else if (!started && isWhole && call.type === 'tool-call-ended')
      held.push({ callId, name, args: isJsonObject(call.args) ? call.args : {}, server: call.server });
    else results.push(toResult(callId, name, started));
  }
  return { results: [...ends, ...results], pending, held };
}

const toResult = (callId: string, name: string, started: Started | undefined): RunEvent => ({
  type: 'tool-result',
  callId,
  messageId: newId('msg'),
  name,
  result: started ? MAY_HAVE_RUN : NOT_RUN,
  isError: true,
  bytes: 0,
  ...(started?.approvalId !== undefined && { approvalId: started.approvalId }),
});

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

function findState(events: readonly RunEvent[], initial: unknown): ResumePoint['state'] {
  let state: { value: unknown } | undefined;
  for (const event of events) {
    if (event.type === 'state-set') state = { value: event.state };
    else if (event.type === 'state-patched')
      state = { value: applyPatch(state ? state.value : initial, event.patch.filter(isPatchOperation)) };
  }
  return state;
}
