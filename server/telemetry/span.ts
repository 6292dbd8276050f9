import type { TraceContext } from './trace-context.ts';

/** What an attribute may hold. */
export type AttributeValue = string | number | boolean | readonly string[];

/** Attributes by name; what is undefined is left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** Something that happened at one moment of a span. */
export interface SpanEvent {
  readonly name: string;
  readonly at: number;
  readonly attributes: Attributes;
}

/** One span that has ended. Times are milliseconds since 1970. */
export interface Span {
  readonly name: string;
  readonly kind: 'internal' | 'client';
  readonly context: TraceContext;
  /** Absent: its trace begins with it. */
  readonly parent?: { readonly spanId: string; readonly isRemote: boolean } | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** Spans of other traces that it goes on with. */
  readonly links: readonly TraceContext[];
  /** Why it failed, for people; undefined when it did not. */
  readonly failure: string | undefined;
}
