import { AsyncLocalStorage } from 'node:async_hooks';
import { type HeaderValue, readTraceContext, type TraceContext } from './trace-context.ts';

interface OpenTrace {
  readonly caller: TraceContext | undefined;
  /** The span of the run that the request has started last. */
  run: Pick<TraceContext, 'traceId' | 'spanId'> | undefined;
}

/** The traces of the requests that are being answered. What a request starts is found to be in its trace, however it is passed on. */
export class RequestTraces {
  readonly #current = new AsyncLocalStorage<OpenTrace>();

  /** Opens the trace of a request. Its line in the log names the run that it started, else the span of its caller. */
  open(headers: Readonly<Record<string, HeaderValue>>) {
    const trace: OpenTrace = { caller: readTraceContext(headers), run: undefined };
    return {
      run: (work: () => void): void => this.#current.run(trace, work),
      logFields: () => toLogFields(trace.run ?? trace.caller),
    };
  }

  /** The span of the caller whose request is being answered. */
  get caller(): TraceContext | undefined {
    return this.#current.getStore()?.caller;
  }

  /** Notes that the request that is being answered has started a run. */
  noteRun(span: TraceContext): void {
    const trace = this.#current.getStore();
    if (trace) trace.run = span;
  }
}

/** What a line of the log says of a span. */
export const toLogFields = (
  span: Pick<TraceContext, 'traceId' | 'spanId'> | undefined,
): Readonly<Record<string, string>> => (span ? { trace_id: span.traceId, span_id: span.spanId } : {});
