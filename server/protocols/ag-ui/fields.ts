/** An object whose fields are not known. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether `value` is such an object. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
