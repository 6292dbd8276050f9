/** Reads the events of a run as they were stored, by this server or by an older one. */
import { z } from 'zod';
import { toCount } from '../store/count.ts';
import type { Store } from '../store/store.ts';
import type { LoggedEvent } from './log-reader.ts';
import { isRunOutcome, type RunEvent, type RunOutcome } from './run-events.ts';

const text = z.string();
// JSON leaves out what is undefined.
const json = z.unknown().transform((value) => value ?? null);
const count = z.unknown().transform(toCount);
const usage = z.object({
  inputTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  cachedInputTokens: count,
});
const block = <const Type extends string>(type: Type) => z.object({ type: z.literal(type), messageId: text });
const delta = <const Type extends string>(type: Type) => block(type).extend({ delta: text });

const StoredEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step-started'), step: z.int(), model: text.catch('') }),
  z.object({ type: z.literal('model-asked') }),
  z.object({ type: z.literal('model-retried'), code: text, detail: text, waitMs: count }),
  z.object({ type: z.literal('model-answered'), usage: usage.nullable(), stopReason: text.nullable() }),
  block('text-started'),
  delta('text-delta'),
  block('text-ended'),
  block('reasoning-started'),
  delta('reasoning-delta'),
  block('reasoning-ended'),
  z.object({ type: z.literal('tool-call-started'), callId: text, name: text, messageId: text }),
  z.object({ type: z.literal('tool-call-delta'), callId: text, delta: text }),
  z.object({ type: z.literal('tool-call-ended'), callId: text, name: text, args: json }),
  z.object({
    type: z.literal('tool-started'),
    callId: text,
    name: text,
    server: text.nullable(),
    approvalId: text.optional(),
  }),
  z.object({
    type: z.literal('tool-result'),
    callId: text,
    messageId: text,
    name: text,
    result: json,
    isError: z.boolean(),
    bytes: count,
    approvalId: text.optional(),
  }),
  z.object({ type: z.literal('state-set'), state: json }),
  z.object({ type: z.literal('state-patched'), patch: z.array(z.unknown()) }),
  z.object({ type: z.literal('custom'), name: text, value: json }),
  z.object({ type: z.literal('step-ended'), step: z.int(), usage }),
  z.object({ type: z.literal('run-ended'), outcome: z.custom<RunOutcome>(isRunOutcome), usage }),
]);

/** The stored events of a run in order, as far as there are no gaps. One that is no event is a gap too. */
export async function readStoredEvents(store: Pick<Store['runs'], 'events'>, runKey: string): Promise<LoggedEvent[]> {
  const stored = await store.events(runKey);
  const events: LoggedEvent[] = [];
  for (const { events: batch, times } of stored) {
    for (const [index, one] of batch.entries()) {
      const event: RunEvent | undefined = StoredEvent.safeParse(one).data;
      if (!event) return events;
      events.push({ id: events.length + 1, at: times[index] ?? undefined, event });
    }
  }
  return events;
}
