import { maskSecrets } from '../http/log.ts';
import type { CallWatch } from '../runs/call-watch.ts';
import type { EndedRun } from '../runs/run-end.ts';
import type { RunTrace, RunTracing } from '../runs/run-tracing.ts';
import type { Store } from '../store/store.ts';
import type { CallerTrace } from '../store/stored-runs.ts';
import { traceRequestCalls } from './request-calls.ts';
import { RequestTraces, toLogFields } from './request-traces.ts';
import { RunContents } from './run-contents.ts';
import { toSpans } from './run-spans.ts';
import type { SpanExport } from './span-export.ts';
import { chatSpanId, type IdentifiedRun, runSpanId, toolSpanId, traceIdOf } from './span-ids.ts';
import { readTraceContext, type TraceContext, toCallerTrace, toTraceHeaders } from './trace-context.ts';

interface TracingOptions {
  readonly spans: SpanExport;
  readonly store: Pick<Store['runs'], 'resumedBy'>;
  /** Where a model is asked, if that is known. */
  addressOf(model: string): URL | undefined;
  readonly hasContents: boolean;
  readonly log: { warn(details: object, message: string): void };
}

const MAX_DETAIL_CHARS = 500;

/** Follows each run from the request that starts it to the spans that are made when it has ended. */
export class Tracing implements RunTracing {
  readonly #options: TracingOptions;
  readonly #contents = new Map<string, RunContents>();
  readonly #sending = new Set<Promise<void>>();
  readonly #named = Promise.withResolvers<(agentId: string) => string>();
  readonly requests = new RequestTraces();

  constructor(options: TracingOptions) {
    this.#options = options;
  }

  callerNow(): CallerTrace {
    return toCallerTrace(this.requests.caller);
  }

  open({ isChild = false, ...run }: IdentifiedRun & { readonly isChild?: boolean }): RunTrace {
    const span = this.#spanOf(run);
    if (!isChild) this.requests.noteRun(span);
    const toHeaders = (spanId: string) => toTraceHeaders({ ...span, spanId });
    const contents = this.#options.hasContents && span.isSampled ? new RunContents(maskSecrets) : undefined;
    if (contents) this.#contents.set(run.key, contents);
    return {
      logFields: toLogFields(span),
      toModel: (step) => toHeaders(chatSpanId(run, step)),
      toTool: (callId) => toHeaders(toolSpanId(run, callId)),
      ...(contents && {
        onAsked: (step, asked) => contents.ask(step, asked),
        onEvent: (event) => contents.add(event),
        onInnerCall: (callId, said) => contents.addCall(callId, said),
      }),
      close: () => void this.#contents.delete(run.key),
    };
  }

  /** What makes spans of the tool calls of the request that is being answered, where they belong to no run. */
  watchRequest(): CallWatch {
    const { spans, hasContents } = this.#options;
    return traceRequestCalls({ spans, caller: this.requests.caller, mask: hasContents ? maskSecrets : undefined });
  }

  /** Takes a run that has ended. */
  readonly end = (run: EndedRun): void => {
    const context = this.#spanOf(run);
    if (!context.isSampled) return;
    const sending = this.#send(run, context, this.#contents.get(run.key)).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  };

  /** Says what agents are called; until then the spans of runs that have ended wait. */
  nameAgents(nameOf: (agentId: string) => string): void {
    this.#named.resolve(nameOf);
  }

  /** Sends what there is, and gives up on it after a few seconds. */
  async close(): Promise<void> {
    this.#named.resolve((agentId) => agentId);
    await Promise.all(this.#sending);
    await this.#options.spans.close();
  }

  async #send(run: EndedRun, context: TraceContext, contents: RunContents | undefined): Promise<void> {
    const { spans, addressOf, log } = this.#options;
    try {
      const links = await this.#findFormer(run);
      const agentName = (await this.#named.promise)(run.agentId);
      const parent = readTraceContext(run);
      spans.add(toSpans(run, { context, parent, links, agentName, addressOf, toShown, contents }));
    } catch (error) {
      log.warn({ err: error, ...toLogFields(context) }, 'the trace of a run could not be sent');
    }
  }

  /** The spans of the runs that left calls to a person which this one goes on with: those calls are in a step before the first. */
  async #findFormer(run: EndedRun): Promise<TraceContext[]> {
    if (run.steps[0]?.number !== 0) return [];
    return (await this.#options.store.resumedBy(run.key)).map((former) => this.#spanOf(former));
  }

  #spanOf(run: IdentifiedRun): TraceContext {
    const parent = readTraceContext(run);
    const traceId = traceIdOf(run, parent);
    const isSampled = this.#options.spans.isSampled({ traceId, parent });
    return { traceId, spanId: runSpanId(run), isSampled, state: parent?.state ?? null };
  }
}

const toShown = (text: string) => maskSecrets(text).slice(0, MAX_DETAIL_CHARS);
