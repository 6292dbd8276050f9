/** The chunks of an answer as they come about. */
import type { VercelAiChunk } from '../../../contract/vercel-ai.ts';
import { toApiError } from '../../call/errors.ts';
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
export async function* toChunks({
  before = [],
  events,
  ends = new Map(),
  ...view
}: Answer): AsyncGenerator<VercelAiChunk, void> {
  const translation = new AnswerTranslation();
  yield toStart(view);
  for (const event of before) yield* translation.next(event);
  try {
    for await (const { event } of events) {
      if (event.type === 'tool-result') {
        yield* ends.get(event.callId) ?? [];
        ends.delete(event.callId);
      }
      if (event.type === 'run-ended') for (const chunks of ends.values()) yield* chunks;
      for (const chunk of translation.next(event)) yield chunk;
      if (translation.isOver) return;
    }
  } catch (cause) {
    yield* translation.next(toLostRun(toApiError(cause).message)).slice(0, -1);
    throw cause;
  }
  yield* translation.next(toLostRun('The server lost the run'));
}
