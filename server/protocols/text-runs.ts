/** Runs on what a user says, for protocols that do not hold the conversation: begun, and read on where a connection broke. */
import { BASE_PATH } from '../../contract/index.ts';
import type { RequestContext } from '../call/implement.ts';
import { readLastEventId } from '../call/numbered-events.ts';
import type { Principal } from '../call/principal.ts';
import { invalidField } from '../call/validation-error.ts';
import type { RunEvent } from '../runs/run-events.ts';
import type { Toolset } from '../runs/toolset.ts';

/** An event with its place in its run, from 1, and the time it happened, in milliseconds since 1970. */
export interface PlacedEvent {
  readonly id: number;
  readonly at?: number | undefined;
  readonly event: RunEvent;
}

/** A run, to be read from its first event to `run-ended`; a gap in their places means that events were lost. */
export interface TextRun {
  readonly storedId: string;
  readonly conversationId: string;
  readonly events: AsyncIterable<PlacedEvent>;
}

/** A run on what a user says or did. */
export interface TextRunRequest {
  readonly agentId: string;
  readonly principal: Principal;
  readonly conversationId: string;
  readonly text: string;
  /** The id its caller gives it. */
  readonly runId: string | undefined;
  /** Whether it goes on when its reader leaves. */
  readonly detached: boolean | undefined;
  /** Adds to the agent's tools for this run. */
  readonly extend?: ((toolset: Toolset) => Toolset) | undefined;
  /** To be added to the agent's own for this run. */
  readonly instructions?: string;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
}

/** Where runs are begun and found. */
export interface TextRuns {
  /** Throws where a run has that id, and when the run cannot start. */
  start(request: TextRunRequest): Promise<TextRun>;
  /** Throws a 404 when the caller sees no such run of the agent. */
  find(query: Pick<TextRunRequest, 'agentId' | 'principal' | 'signal'> & { readonly runId: string }): Promise<TextRun>;
}

/** Begins a run; for a reader who has a number, finds the one that it goes on reading behind that. */
export async function openTextRun(
  runs: TextRuns,
  request: TextRunRequest,
  { headers, addHeader }: RequestContext,
): Promise<TextRun & { readonly after: number }> {
  const after = readLastEventId(headers['last-event-id']);
  const { runId } = request;
  if (after !== undefined && runId === undefined) throw invalidField('run_id', 'is required to continue a stream');
  const run =
    after !== undefined && runId !== undefined ? await runs.find({ ...request, runId }) : await runs.start(request);
  addHeader?.('content-location', `${BASE_PATH}/runs/${encodeURIComponent(run.storedId.toWellFormed())}`);
  return { ...run, after: after ?? 0 };
}
