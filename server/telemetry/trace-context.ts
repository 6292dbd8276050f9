/** W3C Trace Context: https://www.w3.org/TR/trace-context/ */
import type { CallerTrace } from '../store/stored-runs.ts';

/** A span as its children know it. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly isSampled: boolean;
  /** What the systems before this one say, to be handed on as it is. */
  readonly state: string | null;
}

/** A header as Node gives it. */
export type HeaderValue = string | readonly string[] | null | undefined;

const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const MEMBER = /^[\da-z][\w\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256}$/;
const MAX_STATE_CHARS = 512;
const MAX_MEMBERS = 32;

/** The span that the headers name; undefined when `traceparent` is absent or malformed. A malformed `tracestate` is left out. */
export function readTraceContext(headers: {
  readonly traceparent?: HeaderValue;
  readonly tracestate?: HeaderValue;
}): TraceContext | undefined {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return undefined;
  const [, version, traceId = '', spanId = '', flags = '', more] = TRACEPARENT.exec(traceparent.trim()) ?? [];
  const isKnown = version !== undefined && version !== 'ff' && (version !== '00' || more === undefined);
  if (!isKnown || isZero(traceId) || isZero(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1, state: readState(tracestate) };
}

/** A span in the form in which a run keeps it. */
export function toCallerTrace(context: TraceContext | undefined): CallerTrace {
  if (!context) return { traceparent: null, tracestate: null };
  return { traceparent: formatTraceparent(context), tracestate: context.state };
}

/** The headers that name a span to whoever works for it. */
export function toTraceHeaders(context: TraceContext): Readonly<Record<string, string>> {
  const traceparent = formatTraceparent(context);
  return context.state === null ? { traceparent } : { traceparent, tracestate: context.state };
}

const formatTraceparent = ({ traceId, spanId, isSampled }: TraceContext) =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;

function readState(header: HeaderValue): string | null {
  const text = typeof header === 'object' ? header?.join(',') : header;
  if (!text || text.length > MAX_STATE_CHARS) return null;
  const members = text
    .split(',')
    .map((member) => member.trim())
    .filter(Boolean);
  return members.length && members.length <= MAX_MEMBERS && members.every((member) => MEMBER.test(member))
    ? members.join(',')
    : null;
}

const isZero = (digits: string) => /^0*$/.test(digits);
