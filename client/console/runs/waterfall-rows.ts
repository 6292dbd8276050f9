/** Turns the steps of a run into the rows of its waterfall. All times are milliseconds from the beginning of the first step. */
import type { Step, ToolCall } from './run-types.ts';

/** A part of a bar. `to` is null where it goes on. */
export interface Span {
  readonly kind: 'failed' | 'pause' | 'first' | 'said' | 'queued' | 'ran' | 'waiting';
  readonly from: number;
  readonly to: number | null;
}

/** A moment within a bar. */
export interface Mark {
  readonly kind: 'first-token' | 'retry';
  readonly at: number;
  readonly title: string;
}

/** A model step, a tool call of it, or how many more calls it made. */
export interface Row {
  /** Tells it from the others of its run, also when it is asked for again. */
  readonly key: string;
  readonly kind: 'model' | 'tool' | 'more';
  /** How deep it lies: 0 for a step, 1 for a call of the model, more for calls that its code made. */
  readonly depth: number;
  readonly title: string;
  readonly status: string;
  readonly isFailed: boolean;
  readonly from: number;
  readonly to: number | null;
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
  readonly step: Step;
  readonly call?: ToolCall;
}

/** The rows of a run, and how long it took as far as its steps tell. */
export interface Rows {
  readonly rows: readonly Row[];
  /** When the first step began, in milliseconds since 1970. */
  readonly beganAt: number;
  /** The last moment that the steps name. */
  readonly lastMs: number;
}

/** Every model step in order, each with its calls below it. */
export function toRows(steps: readonly Step[]): Rows {
  const beganAt = Math.min(...steps.map(({ started_at }) => Date.parse(started_at)));
  const since = (at: string) => Math.max(0, Date.parse(at) - beganAt);
  const rows = steps.flatMap((step) => [
    toModelRow(step, since),
    ...inTree(step.tool_calls).map(({ call, index, depth }) => toToolRow({ step, call, depth, index, since })),
    ...toMoreRow(step, since),
  ]);
  const moments = rows.flatMap(({ from, to, spans }) => [from, to ?? 0, ...spans.map((span) => span.to ?? span.from)]);
  return { rows, beganAt, lastMs: moments.reduce((last, one) => Math.max(last, one), 1) };
}

type Since = (at: string) => number;

function toModelRow(step: Step, since: Since): Row {
  const from = since(step.started_at);
  const end = step.answered_at ?? step.ended_at;
  const to = end === null ? null : since(end);
  const spans: Span[] = [];
  let askedAt = from;
  for (const { at, wait_seconds } of step.retries) {
    const failedAt = since(at);
    spans.push({ kind: 'failed', from: askedAt, to: failedAt });
    askedAt = Math.min(failedAt + wait_seconds * 1000, to ?? Number.POSITIVE_INFINITY);
    spans.push({ kind: 'pause', from: failedAt, to: askedAt });
  }
  const first = step.time_to_first_token === null ? null : askedAt + step.time_to_first_token * 1000;
  if (step.model !== null) spans.push({ kind: 'first', from: askedAt, to: first ?? to });
  if (step.model !== null && first !== null) spans.push({ kind: 'said', from: first, to });
  return {
    key: String(step.step),
    kind: 'model',
    depth: 0,
    title: step.model === null ? 'Calls that a person answered' : step.model,
    status: step.status,
    isFailed: step.status === 'failed' || step.error !== null,
    from,
    to,
    spans,
    marks: [
      ...step.retries.map(({ at, code }) => ({ kind: 'retry' as const, at: since(at), title: `Tried again: ${code}` })),
      ...(first === null ? [] : [{ kind: 'first-token' as const, at: first, title: 'First token' }]),
    ],
    step,
  };
}

interface Placed {
  readonly step: Step;
  readonly call: ToolCall;
  readonly depth: number;
  readonly index: number;
  readonly since: Since;
}

function toToolRow({ step, call, depth, index, since }: Placed): Row {
  const from = since(call.queued_at);
  const startedAt = call.started_at === null ? null : since(call.started_at);
  const to = call.ended_at === null ? null : since(call.ended_at);
  return {
    key: `${step.step}.${index}`,
    kind: 'tool',
    depth,
    title: call.tool,
    status: call.status,
    isFailed: call.status === 'failed',
    from,
    to,
    spans:
      call.status === 'waiting'
        ? [{ kind: 'waiting', from, to }]
        : [
            { kind: 'queued', from, to: startedAt ?? to },
            ...(startedAt === null ? [] : [{ kind: 'ran' as const, from: startedAt, to }]),
          ],
    marks: [],
    step,
    call,
  };
}

function toMoreRow(step: Step, since: Since): readonly Row[] {
  if (!step.more_tool_calls) return [];
  const from = since(step.answered_at ?? step.started_at);
  const title = `and ${step.more_tool_calls.toLocaleString()} more`;
  const to = step.ended_at === null ? null : since(step.ended_at);
  const row = { kind: 'more' as const, depth: 1, title, status: '', isFailed: false, from, to, spans: [], marks: [] };
  return [{ key: `${step.step}.more`, step, ...row }];
}

interface InTree {
  readonly call: ToolCall;
  readonly index: number;
  readonly depth: number;
}

/** Calls in their order, those that code made below the call that ran it; one whose parent is not there stands as a call of the model does. */
function inTree(calls: readonly ToolCall[]): readonly InTree[] {
  const ids = new Set(calls.map(({ id }) => id));
  const below = Map.groupBy(
    calls.map((call, index) => ({ call, index })),
    ({ call: { id, parent_tool_call_id: parent } }) =>
      parent !== null && parent !== id && ids.has(parent) ? parent : null,
  );
  const found = new Map<number, InTree>();
  const visit = (parent: string | null, depth: number) => {
    for (const { call, index } of below.get(parent) ?? []) {
      if (found.has(index)) continue;
      found.set(index, { call, index, depth });
      visit(call.id, depth + 1);
    }
  };
  visit(null, 1);
  // Calls that are said to be within each other are within none.
  calls.forEach((call, index) => {
    if (!found.has(index)) found.set(index, { call, index, depth: 1 });
  });
  return [...found.values()];
}

const FEW_TICKS = 4;
const MINUTE_MS = 60_000;
const ROUND = [1, 2, 5, 10];
// From half a minute on, minutes are what is round.
const LONG_STEPS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440].map((minutes) => minutes * MINUTE_MS);

/** Round moments between 0 and `spanMs`, about four of them. */
export function ticksOf(spanMs: number): readonly number[] {
  const rough = spanMs / FEW_TICKS;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const steps = rough > MINUTE_MS / 3 ? LONG_STEPS : ROUND.map((factor) => factor * magnitude);
  const step = steps.find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.floor(spanMs / step) + 1 }, (_, index) => index * step);
}

/** How long a row took, in milliseconds: a step until its model had answered, a call from its start; null while it goes on. */
export function tookMs({ kind, from, to, spans }: Row): number | null {
  if (to === null || kind === 'more') return null;
  const ran = spans.find((span) => span.kind === 'ran');
  return to - (ran?.from ?? from);
}
