import { totalOf } from './count-runs.ts';
import type { RunClosing } from './stored-runs.ts';
import type { RunStep, StepToolCall } from './stored-steps.ts';

/** The end of a run that was cut off, as far as it is known. */
type InterruptedEnd = Required<Pick<RunClosing, 'steps' | 'changedSteps' | 'usage' | 'endedAt'>>;

/**
 * How a run ended that was cut off: with the last that is known of it, and not when that was noticed, which a server that was down all
 * night does in the morning. `lastAt` is when the last of its events happened, where that is stored, in milliseconds.
 */
export function toInterruptedEnd(
  { startedAt }: { readonly startedAt: string },
  steps: readonly RunStep[],
  lastAt = 0,
): InterruptedEnd {
  const last = Math.max(
    lastAt,
    ...steps.flatMap(timesOf),
    ...steps.flatMap(({ toolCalls }) => toolCalls.flatMap(timesOfCall)),
  );
  // A time of a clock that was wrong is none to come.
  const endedAt = Math.max(Date.parse(startedAt) || 0, Math.min(last, Date.now()));
  const ended = steps.map((step) => (step.status === 'running' ? endStep(step, endedAt) : step));
  return {
    steps: ended,
    changedSteps: ended.filter((step) => !steps.includes(step)),
    usage: totalOf(steps).usage,
    endedAt: new Date(endedAt).toISOString(),
  };
}

/** A step that was cut off: what of it went on, its answer and its calls, ended with it, and nothing before it began. */
function endStep(step: RunStep, at: number): RunStep {
  const endedAt = Math.max(at, ...timesOf(step));
  return {
    ...step,
    status: 'interrupted',
    answeredAt: step.answeredAt ?? (step.askedAt === null ? null : endedAt),
    endedAt,
    toolCalls: step.toolCalls.map((call) =>
      goesOn(call) ? { ...call, endedAt: Math.max(at, ...timesOfCall(call)) } : call,
    ),
  };
}

const goesOn = ({ endedAt, isPending }: StepToolCall) => endedAt === null && !isPending;

const timesOf = ({ startedAt, askedAt, firstTokenAt, answeredAt, endedAt, retries }: RunStep): number[] => [
  startedAt,
  ...[askedAt, firstTokenAt, answeredAt, endedAt].filter((time) => time !== null),
  ...retries.map(({ at }) => at),
];

const timesOfCall = ({ queuedAt, startedAt, endedAt }: StepToolCall): number[] => [
  queuedAt,
  ...[startedAt, endedAt].filter((time) => time !== null),
];
