/** The chunks of an answer as they come about. */
import type { VercelAiChunk } from '../../../contract/vercel-ai.ts';
import { toApiError } from '../../call/errors.ts';
import { translateEvents } from '../../call/ready-events.ts';
import { type RunEvent, toLostRun } from '../../runs/run-events.ts';
import { AnswerTranslation, type AnswerView, toStart } from './chunks.ts';

interface Answer extends AnswerView {
  /** What was said of it before. */
  readonly before?: readonly RunEvent[] | undefined;
  readonly events: AsyncIterable<{ readonly event: RunEvent }>;
  /** What comes before the results of calls, by their ids; at the end where they have none. */
  readonly ends?: Map<string, VercelAiChunk[]> | undefined;
}

/**
 * `start`, then what happens, then exactly one `finish`, `abort` or `error`. When `events` throws, all but that comes, and what was thrown
 * is thrown on for the surface to tell.
 */
export function toChunks({ before = [], events, ends = new Map(), ...view }: Answer): AsyncIterable<VercelAiChunk> {
  const translation = new AnswerTranslation();
  return translateEvents(events, {
    first: [toStart(view), ...before.flatMap((event) => translation.next(event))],
    next: ({ event }) => (ends.size ? [...takeEnds(ends, event), ...translation.next(event)] : translation.next(event)),
    isOver: () => translation.isOver,
    atFailure: (cause) => translation.next(toLostRun(toApiError(cause).message)).slice(0, -1),
    atEnd: () => translation.next(toLostRun('The server lost the run')),
  });
}

/** What comes before an event; each is given once. */
function takeEnds(ends: Map<string, VercelAiChunk[]>, event: RunEvent): VercelAiChunk[] {
  if (event.type === 'run-ended') return [...ends.values()].flat();
  if (event.type !== 'tool-result') return [];
  const own = ends.get(event.callId) ?? [];
  ends.delete(event.callId);
  return own;
}
