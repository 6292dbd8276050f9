import { toToolName } from '../mcp/tool-names.ts';
import type { CallEnd, CallProgress, EndedCall, TraceHeaders, WatchedCall } from './call-watch.ts';
import { newId } from './ids.ts';
import { type OpenCall, type OpenStep, queueCall } from './open-step.ts';
import type { RunTrace } from './run-tracing.ts';

interface InnerCallsOptions {
  /** How many tool calls a step keeps; further ones are only counted. */
  readonly maxKept: number;
  readonly trace: RunTrace | undefined;
  /** Tells the time, which never goes back. */
  readonly now: () => number;
  readonly onChange: (step: OpenStep) => void;
  /** Is told of each call that has ended. */
  readonly onEnded: (call: EndedCall) => void;
}

/** Where a call is made: within another one of this step. */
interface Place {
  readonly step: OpenStep;
  readonly parent: OpenCall;
}

/** The tool calls of one run that are made within those of its model, such as by code. They are kept with the step of the outer call. */
export class InnerCalls {
  readonly #options: InnerCallsOptions;
  /** Those that go on, by the outer call. */
  readonly #open = new Map<string, Set<InnerCall>>();

  constructor(options: InnerCallsOptions) {
    this.#options = options;
  }

  begin(place: Place, call: WatchedCall): CallProgress {
    const { onChange, onEnded, maxKept, trace, now } = this.#options;
    const { step, parent } = place;
    const open = this.#open.get(parent.callId) ?? new Set();
    this.#open.set(parent.callId, open);
    const kept = step.toolCalls.length < maxKept ? keep(place, call, now()) : undefined;
    if (kept) trace?.onInnerCall?.(kept.callId, { args: call.args });
    else step.moreToolCalls += 1;
    // A large step is not written anew for each one that is only counted: the end of the outer call writes the whole count.
    if (kept || step.moreToolCalls % COUNTED_AT_ONCE === 1) onChange(step);
    const inner = new InnerCall({
      call,
      kept,
      parent,
      trace,
      now,
      onChange: () => kept && onChange(step),
      onEnded(ended) {
        open.delete(inner);
        onEnded(ended);
      },
    });
    open.add(inner);
    return inner;
  }

  /** Ends what goes on within a call that has ended: nobody is told what it comes to. */
  endWithin(callId: string): void {
    for (const inner of this.#open.get(callId) ?? []) inner.end({ isError: true, result: undefined });
    this.#open.delete(callId);
  }

  /** Ends all that goes on. */
  endAll(): void {
    for (const callId of this.#open.keys()) this.endWithin(callId);
  }
}

interface InnerCallParts {
  readonly call: WatchedCall;
  /** What the step keeps of it; undefined beyond the bound. */
  readonly kept: OpenCall | undefined;
  readonly parent: OpenCall;
  readonly trace: RunTrace | undefined;
  now(): number;
  onChange(): void;
  onEnded(call: EndedCall): void;
}

class InnerCall implements CallProgress {
  readonly #parts: InnerCallParts;
  #startedAt: number | null = null;
  #isEnded = false;

  constructor(parts: InnerCallParts) {
    this.#parts = parts;
  }

  start(): TraceHeaders | undefined {
    const { kept, parent, trace, now, onChange } = this.#parts;
    if (!this.#isEnded) {
      this.#startedAt = now();
      if (kept) kept.startedAt = this.#startedAt;
      onChange();
    }
    // One that is not kept has no span.
    return trace?.toTool((kept ?? parent).callId);
  }

  end({ isError, result }: CallEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { call, kept, trace, now, onChange, onEnded } = this.#parts;
    const startedAt = this.#startedAt;
    const endedAt = now();
    if (kept) {
      kept.endedAt = endedAt;
      kept.isError = isError;
      kept.bytes = startedAt === null ? 0 : bytesOf(result);
      trace?.onInnerCall?.(kept.callId, { result });
    }
    onChange();
    onEnded({ server: startedAt === null ? null : call.server, startedAt, endedAt, isError });
  }
}

function keep({ step, parent }: Place, { server, tool: name }: WatchedCall, queuedAt: number): OpenCall {
  const tool = server === null ? name : toToolName(server, name, NOTHING_TAKEN);
  const call = queueCall(step, { callId: newId('call'), parentCallId: parent.callId, tool, queuedAt });
  call.server = server;
  return call;
}

const COUNTED_AT_ONCE = 100;
const NOTHING_TAKEN: ReadonlyMap<string, unknown> = new Map();

function bytesOf(result: unknown): number {
  if (result === undefined) return 0;
  return Buffer.byteLength(typeof result === 'string' ? result : JSON.stringify(result));
}
