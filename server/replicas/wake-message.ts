/** Wake-ups as texts that one NOTIFY carries: JSON in ASCII, so that it fits any encoding of a database and a character is a byte. */
import { z } from 'zod';
import type { WakeKind } from './wake.ts';

/** How long one may be: PostgreSQL refuses 8,000. https://www.postgresql.org/docs/15/sql-notify.html */
export const MAX_MESSAGE_BYTES = 7999;

const Ids = z
  .array(z.unknown())
  .transform((ids) => ids.filter((id) => typeof id === 'string'))
  .optional()
  .catch(undefined);

/** What a text says. A release may know more of it than another: what a reader does not know is left out, as what has no meaning. */
const WakeMessage = z.object({
  /** The replica that told. */
  from: z.string(),
  /** A word that a replica told to hear whether its own messages come back. */
  echo: z.string().optional().catch(undefined),
  /** Wake-ups were lost: look at everything. */
  look: z.literal(true).optional().catch(undefined),
  events: Ids,
  cancel: Ids,
  ended: Ids,
  changed: Ids,
});
export type WakeMessage = z.output<typeof WakeMessage>;

/** Reads a text; undefined when it is none of ours. */
export function readWakeMessage(text: string): WakeMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return WakeMessage.safeParse(value).data;
}

/** Writes a text with ids that are JSON already. */
export function writeWakes(from: string, kind: WakeKind, ids: readonly string[]): string {
  return `{"from":${from},"${kind}":[${ids.join(',')}]}`;
}

/** Writes the text that says: look at everything. */
export const writeLook = (from: string): string => `{"from":${from},"look":true}`;

/** Writes the text of a word that comes back. */
export const writeEcho = (from: string, word: string): string => `{"from":${from},"echo":${toAsciiJson(word)}}`;

/** A text as JSON without a character outside ASCII. NUL and half surrogates are escaped by JSON itself. */
export function toAsciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
