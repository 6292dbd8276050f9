import { z } from 'zod';

/** A JSON Schema of an answer. */
export const OutputSchema = z.record(z.string(), z.unknown()).meta({
  description: 'A JSON Schema, of draft 2020-12 unless its `$schema` says another',
  examples: [{ type: 'object', properties: { degrees: { type: 'number' } }, required: ['degrees'] }],
});
