import type { RunStep } from '../store/stored-steps.ts';
import type { CallProgress, CallWatch, EndedCall, WatchedCall } from './call-watch.ts';
import { InnerCalls } from './inner-calls.ts';
import type { LoggedEvent } from './log-reader.ts';
import { addSpent, type OpenStep, queueCall, reopenStep } from './open-step.ts';
import type { RunEvent, RunOutcome, Usage } from './run-events.ts';
import type { RunTrace } from './run-tracing.ts';

/** What an answer of a model costs, in US dollars; null where that is not known. */
export type PriceOf = (model: string, usage: Usage) => number | null;

interface RecorderOptions {
  readonly priceOf: PriceOf;
  /** Called when a step has changed that had not since the changed ones were taken. */
  readonly onChange: () => void;
  /** How many tool calls are kept of one step; absent: all. */
  readonly maxCalls?: number;
  readonly trace?: RunTrace | undefined;
  /** Tells the time, which never goes back; absent: the clock does. */
  readonly now?: () => number;
  /** Is told of each call that was made within another one, once it has ended. */
  readonly onInnerEnded?: ((call: EndedCall) => void) | undefined;
  /** The steps that another process has noted, of a run that goes on here. */
  readonly steps?: readonly RunStep[] | undefined;
}

/** Tells from the events of one run what its steps are. */
export class StepRecorder {
  readonly #priceOf: PriceOf;
  readonly #onChange: () => void;
  readonly #steps: OpenStep[];
  readonly #changed = new Set<OpenStep>();
  readonly #inner: InnerCalls;
  #awaitsFirstToken = false;

  constructor(options: RecorderOptions) {
    const {
      priceOf,
      onChange,
      maxCalls = Number.POSITIVE_INFINITY,
      trace,
      now = Date.now,
      onInnerEnded = noteNothing,
      steps = [],
    } = options;
    this.#steps = steps.map(reopenStep);
    this.#priceOf = priceOf;
    this.#onChange = onChange;
    this.#inner = new InnerCalls({
      maxKept: maxCalls,
      trace,
      now,
      onChange: (step) => this.#note(step),
      onEnded: onInnerEnded,
    });
  }

  /** All steps, in their order. */
  get steps(): readonly RunStep[] {
    return this.#steps;
  }

  /** How many calls of the last step have not begun. */
  get queuedCalls(): number {
    const step = this.#last;
    if (step?.status !== 'running') return 0;
    return step.toolCalls.filter(({ startedAt, endedAt }) => startedAt === null && endedAt === null).length;
  }

  /** Takes the next event; most are pieces of text and cost nothing. */
  add({ event, at = 0 }: LoggedEvent): void {
    switch (event.type) {
      case 'text-delta':
      case 'reasoning-delta':
      case 'file':
      case 'tool-call-started':
        if (this.#awaitsFirstToken) this.#noteFirstToken(at);
        return;
      case 'step-started':
        this.#open(event.step, event.model, at);
        return;
      case 'model-asked':
      case 'model-retried':
      case 'model-answered':
        this.#noteModel(event, at);
        return;
      case 'tool-call-ended':
      case 'tool-started':
      case 'tool-result':
        this.#noteCall(event, at);
        return;
      case 'subagent-started':
        this.#noteChild(event);
        return;
      case 'step-ended':
        this.#close('finished', at);
        return;
      case 'run-ended':
        this.#end(event.outcome, at);
        return;
      default:
    }
  }

  /** What is told of the tool calls that are made within this one, which is of the last step. */
  watchWithin(callId: string): CallWatch {
    return { begin: (call) => this.#beginWithin(callId, call) };
  }

  /** The steps that have changed since they were last taken. */
  takeChanged(): readonly RunStep[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    // As they are now: what is stored of them is to go with the events until now, however long that takes.
    return changed.map(reopenStep);
  }

  /** Counts steps that were taken as changed: they could not be stored. */
  putBack(steps: readonly RunStep[]): void {
    const numbers = new Set(steps.map(({ number }) => number));
    for (const step of this.#steps) if (numbers.has(step.number)) this.#changed.add(step);
  }

  get #last(): OpenStep | undefined {
    return this.#steps.at(-1);
  }

  #note(step: OpenStep): void {
    const isFirst = this.#changed.size === 0;
    this.#changed.add(step);
    if (isFirst) this.#onChange();
  }

  #open(number: number, model: string | null, at: number): OpenStep {
    const before = this.#forget(number);
    // Calls that a person has answered ran before the first model was asked.
    if (this.#last?.status === 'running') this.#close('finished', at);
    const step: OpenStep = {
      number,
      model,
      status: 'running',
      startedAt: at,
      askedAt: null,
      firstTokenAt: null,
      answeredAt: null,
      endedAt: null,
      usage: before?.usage ?? null,
      cost: before?.cost ?? null,
      stopReason: null,
      failure: null,
      retries: [],
      toolCalls: [],
      moreToolCalls: 0,
    };
    this.#steps.push(step);
    this.#note(step);
    return step;
  }

  /** Forgets a step that is taken again, as its process is gone. Returns it. */
  #forget(number: number): OpenStep | undefined {
    const step = this.#last;
    return step?.number === number ? this.#steps.pop() : undefined;
  }

  #close(status: RunStep['status'], at: number): void {
    const step = this.#last;
    if (step?.status !== 'running') return;
    step.status = status;
    step.endedAt = at;
    this.#note(step);
  }

  #noteFirstToken(at: number): void {
    this.#awaitsFirstToken = false;
    const step = this.#last;
    if (!step) return;
    step.firstTokenAt = at;
    this.#note(step);
  }

  #noteModel(event: Extract<RunEvent, { type: `model-${string}` }>, at: number): void {
    const step = this.#last;
    if (!step) return;
    this.#awaitsFirstToken = event.type === 'model-asked';
    if (event.type === 'model-asked') {
      step.askedAt = at;
    } else if (event.type === 'model-retried') {
      const { code, detail, waitMs } = event;
      step.retries.push({ at, code, detail, waitMs });
    } else {
      const { usage, stopReason } = event;
      step.answeredAt = at;
      step.stopReason = stopReason;
      const cost = step.model === null || !usage ? null : this.#priceOf(step.model, usage);
      addSpent(step, { usage, cost });
    }
    this.#note(step);
  }

  #noteCall(event: Extract<RunEvent, { type: 'tool-call-ended' | 'tool-started' | 'tool-result' }>, at: number): void {
    const step = this.#last ?? this.#open(0, null, at);
    const { callId, name: tool } = event;
    const call =
      step.toolCalls.find((one) => one.callId === callId) ??
      queueCall(step, { callId, parentCallId: null, tool, queuedAt: at });
    call.server = event.server ?? call.server;
    if (event.type === 'tool-started') {
      call.startedAt = at;
      call.approvalId = event.approvalId ?? null;
    } else if (event.type === 'tool-result') {
      this.#inner.endWithin(callId);
      // What a process made that is gone: nobody is told what came of it.
      for (const inner of step.toolCalls) if (inner.parentCallId === callId) inner.endedAt ??= at;
      call.approvalId = event.approvalId ?? call.approvalId;
      call.endedAt = at;
      call.bytes = event.bytes;
      call.isError = event.isError;
    }
    this.#note(step);
  }

  #noteChild({ callId, runId }: Extract<RunEvent, { type: 'subagent-started' }>): void {
    const step = this.#last;
    const call = step?.toolCalls.find((one) => one.callId === callId);
    if (!step || !call) return;
    call.childRunId = runId;
    this.#note(step);
  }

  #beginWithin(callId: string, call: WatchedCall): CallProgress {
    const step = this.#last;
    const parent = step?.toolCalls.find((one) => one.callId === callId);
    // Code that outlives its call is told that it may not call anything any more.
    if (!step || !parent || parent.endedAt !== null) return NOBODY;
    return this.#inner.begin({ step, parent }, call);
  }

  #end(outcome: RunOutcome, at: number): void {
    const step = this.#last;
    if (!step) return;
    this.#inner.endAll();
    const pending = outcome.status === 'finished' ? outcome.pending : [];
    const approvals = outcome.status === 'finished' ? (outcome.approvals ?? []) : [];
    for (const call of step.toolCalls) {
      if (!pending.includes(call.callId)) continue;
      call.isPending = true;
      call.approvalId = approvals.find(({ callId }) => callId === call.callId)?.id ?? null;
      this.#note(step);
    }
    if (step.status !== 'running') return;
    if (outcome.status === 'failed') step.failure = { code: outcome.code, detail: outcome.detail };
    this.#close(outcome.status, at);
  }
}

const noteNothing = () => undefined;
const NOBODY: CallProgress = { start: noteNothing, end: noteNothing };
