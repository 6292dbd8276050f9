/** What streams that go on for ever have in common: each event has a number, by which a reader goes on after its connection broke. */
import { z } from 'zod';
import type { ErrorBody } from './errors.ts';
import { Timestamp } from './ids.ts';

/** The number and the time of an event. */
export const stamp = {
  number: z.int().meta({ description: 'Its number, the same as its SSE id: give it as `after` to go on behind it' }),
  at: Timestamp.meta({ description: 'When it happened' }),
};

/** The events that tell a reader where it stands. */
export const marks = {
  /** The first event of a reader that has missed nothing. */
  ready: z.object({ type: z.literal('ready'), ...stamp }),
  /** Events before this number are no longer held. */
  missed: z.object({ type: z.literal('missed'), ...stamp }),
  /** The last event of a stream that breaks off. */
  error: z.object({ type: z.literal('error'), code: z.string(), detail: z.string() }),
};

/** Where such a stream begins and ends. */
export const followQuery = {
  after: z.coerce.number().int().min(0).optional().meta({
    description:
      'The number of the last event that was read. The same as the header Last-Event-ID, which wins; 0: everything that is held',
  }),
  until: z
    .enum(['now'])
    .optional()
    .meta({ description: '`now`: end when what is held has been told. Absent: go on with what comes' }),
};

/** The event that ends such a stream when it breaks off. */
export const streamFailure = ({ code, detail }: ErrorBody): z.input<typeof marks.error> => ({
  type: 'error',
  code,
  detail,
});
