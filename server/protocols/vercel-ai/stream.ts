/** The chunks of an answer as they come about. */
import type { VercelAiChunk } from '../../../contract/vercel-ai.ts';
import { toApiError } from '../../call/errors.ts';
import { type RunEvent, toLostRun } from '../../runs/run-events.ts';
import { AnswerTranslation, type AnswerView, toStart } from './chunks.ts';

interface Answer extends AnswerView {
  /** What was said of it before. */
  readonly before?: readonly RunEvent[] | undefined;
  readonly events: AsyncIterable<{ readonly event: RunEvent }>;
}

/**
 * `start`, then what happens, then exactly one `finish`, `abort` or `error`. When `events` throws, all but that comes, and what was thrown
 * is thrown on for the surface to tell.
 */
export async function* toChunks({ before = [], events, ...view }: Answer): AsyncGenerator<VercelAiChunk, void> {
  const translation = new AnswerTranslation();
  yield toStart(view);
  for (const event of before) yield* translation.next(event);
  try {
    for await (const { event } of events) {
      for (const chunk of translation.next(event)) yield chunk;
      if (translation.isOver) return;
    }
  } catch (cause) {
    yield* translation.next(toLostRun(toApiError(cause).message)).slice(0, -1);
    throw cause;
  }
  yield* translation.next(toLostRun('The server lost the run'));
}
