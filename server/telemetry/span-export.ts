import type { Span } from './span.ts';
import type { TraceContext } from './trace-context.ts';

/** Sends spans, in the background. Loaded only where traces are wanted. */
export interface SpanExport {
  /** Whether a trace is kept. The same for the same trace, also after a restart. */
  isSampled(trace: { readonly traceId: string; readonly parent: TraceContext | undefined }): boolean;
  /** Takes spans to send; when too many wait, the newest are dropped. */
  add(spans: readonly Span[]): void;
  /** Sends what waits, and gives up on it after a few seconds. */
  close(): Promise<void>;
}
