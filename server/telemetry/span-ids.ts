/**
 * The ids of the spans of a run. They are made from what is stored of it, so that a run that was cut off is ended by the next start
 * under the ids that its providers and tools were told.
 */
import { hash } from 'node:crypto';
import type { CallerTrace } from '../store/stored-runs.ts';
import { readTraceContext, type TraceContext } from './trace-context.ts';

/** A run as its ids are made from. */
export type IdentifiedRun = CallerTrace & { readonly key: string };

/** The trace that a run is in: its caller's, else one of its own. */
export const traceIdOf = (run: IdentifiedRun, parent: TraceContext | undefined = readTraceContext(run)): string =>
  parent?.traceId ?? digest(run.key, 'trace').slice(0, 32);

/** The span of the whole run. */
export const runSpanId = ({ key }: IdentifiedRun): string => toSpanId(key, 'run');

/** The span of what one step asks of its model. */
export const chatSpanId = ({ key }: IdentifiedRun, step: number): string => toSpanId(key, 'chat', String(step));

/** The span of a tool call. */
export const toolSpanId = ({ key }: IdentifiedRun, callId: string): string => toSpanId(key, 'tool', callId);

const toSpanId = (...parts: readonly string[]) => digest(...parts).slice(0, 16);
const digest = (...parts: readonly string[]) => hash('sha256', parts.join('\0'));
