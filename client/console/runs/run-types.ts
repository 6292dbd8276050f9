/** What the server tells of runs, by the names that this page uses. */
import type { Outputs } from '../../index.ts';

/** A run, as lists and the run itself tell it. */
export type Run = Outputs['runs']['get'];
/** What a run asked of one model, with the tools that were called then. */
export type Step = Outputs['runs']['steps']['steps'][number];
/** A tool call of a step. */
export type ToolCall = Step['tool_calls'][number];
/** One event of a run's stream. */
export type RunEvent = Outputs['runs']['events'] extends AsyncIterable<infer Event> ? Event : never;

/** How long a run took that has ended, in milliseconds. */
export const runMs = ({ started_at, ended_at }: Run): number =>
  ended_at === null ? 0 : Math.max(0, Date.parse(ended_at) - Date.parse(started_at));

/** The part of an id that tells it from others at a glance. */
export const shortId = (id: string): string => (id.length > 18 ? `${id.slice(0, 17)}…` : id);
