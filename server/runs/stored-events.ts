/** Reads the events of a run as they were stored, by this server or by an older one. */
import { z } from 'zod';
import { toCount } from '../store/count.ts';
import { StoredAnswer, StoredFiles, StoredPage } from '../store/message-schema.ts';
import type { EventBatch, Store } from '../store/store.ts';
import { StoredUsage } from '../store/usage.ts';
import type { LoggedEvent } from './log-reader.ts';
import { isRunOutcome, isSubagentEvent, type RunEvent, type RunOutcome, type SubagentEvent } from './run-events.ts';

const text = z.string();
// JSON leaves out what is undefined.
const json = z.unknown().transform((value) => value ?? null);
const count = z.unknown().transform(toCount);
const block = { messageId: text };
const delta = { messageId: text, delta: text };

/** What each kind of event holds. */
const FIELDS: { readonly [Type in RunEvent['type']]: z.ZodType<Omit<Extract<RunEvent, { type: Type }>, 'type'>> } = {
  noted: z.object({ note: json }),
  'step-started': z.object({ step: z.int(), model: text.catch('') }),
  'model-asked': z.object({}),
  'model-retried': z.object({ code: text, detail: text, waitMs: count }),
  'model-answered': z.object({
    usage: StoredUsage.nullable(),
    stopReason: text.nullable(),
    message: StoredAnswer.optional().catch(undefined),
  }),
  'answer-withdrawn': z.object({ messageIds: z.array(text), callIds: z.array(text) }),
  status: z.object({ text, missingServers: z.array(text).optional() }),
  'text-started': z.object(block),
  'text-delta': z.object(delta),
  'text-ended': z.object(block),
  'reasoning-started': z.object(block),
  'reasoning-delta': z.object(delta),
  'reasoning-ended': z.object(block),
  file: z.object({ messageId: text, mediaType: text, data: text }),
  'tool-call-started': z.object({ callId: text, name: text, messageId: text }),
  'tool-call-delta': z.object({ callId: text, delta: text }),
  'tool-call-ended': z.object({ callId: text, name: text, args: json, server: text.optional() }),
  'tool-started': z.object({
    callId: text,
    name: text,
    server: text.nullable(),
    approvalId: text.optional(),
    args: z.unknown().optional(),
  }),
  'tool-result': z.object({
    callId: text,
    messageId: text,
    name: text,
    result: json,
    isError: z.boolean(),
    bytes: count,
    approvalId: text.optional(),
    server: text.optional(),
    args: z.unknown().optional(),
    isDenied: z.boolean().optional(),
    page: StoredPage.optional().catch(undefined),
    files: StoredFiles.optional().catch(undefined),
  }),
  'state-set': z.object({ state: json }),
  'state-patched': z.object({ patch: z.array(z.unknown()) }),
  custom: z.object({ name: text, value: json }),
  'subagent-started': z.object({ runId: text, callId: text, agentId: text, conversationId: text }),
  'subagent-event': z.object({ runId: text, event: z.unknown().transform(toSubagentEvent) }),
  'subagent-ended': z.object({ runId: text, outcome: z.custom<RunOutcome>(isRunOutcome), omitted: count }),
  'step-ended': z.object({ step: z.int(), usage: StoredUsage }),
  'run-ended': z.object({ outcome: z.custom<RunOutcome>(isRunOutcome), usage: StoredUsage }),
};

/** The stored events of a run in order, as far as there are no gaps. One that is no event is a gap too. */
export async function readStoredEvents(store: Pick<Store['runs'], 'events'>, runKey: string): Promise<LoggedEvent[]> {
  return toEvents(await store.events(runKey)).events;
}

/** What batches hold that follow each other, up to one that is no event. */
export function toEvents(batches: readonly EventBatch[]): {
  readonly events: LoggedEvent[];
  /** Whether there is something behind them that is no event. */
  readonly isCut: boolean;
} {
  const events: LoggedEvent[] = [];
  for (const { first, events: batch, times } of batches) {
    for (const [index, one] of batch.entries()) {
      const event = readEvent(one);
      if (!event) return { events, isCut: true };
      events.push({ id: first + index, at: times[index] ?? undefined, event });
    }
  }
  return { events, isCut: false };
}

function toSubagentEvent(value: unknown, context: z.RefinementCtx): SubagentEvent {
  const event = readEvent(value);
  if (event && isSubagentEvent(event)) return event;
  context.addIssue('is no event of an agent that was asked');
  return z.NEVER;
}

function readEvent(value: unknown): RunEvent | undefined {
  const type: unknown = Object(value).type;
  if (!isKind(type)) return undefined;
  const fields = FIELDS[type].safeParse(value).data;
  // Each kind has its own fields, by the type of the table.
  return fields && ({ type, ...fields } as RunEvent);
}

const isKind = (type: unknown): type is RunEvent['type'] => typeof type === 'string' && Object.hasOwn(FIELDS, type);
