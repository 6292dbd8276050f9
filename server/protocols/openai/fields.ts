/** Values as they come from a client: nothing is known of them. */

/** A text; undefined where a value is none, or empty. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
