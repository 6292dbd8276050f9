/** Fits what a provider sent to what is expected of it, value by value: one odd value costs no more than itself. */

/** An object as JSON has it. */
export type JsonObject = Record<string, unknown>;

/**
 * Gives a value back as it is when it fits, mended when it has one meaning, and `undefined` when it has none. What fits is never
 * copied: who gets the same object back knows that nothing was mended.
 */
export type Shape = (value: unknown) => unknown;

/** A text; a number is taken as its digits. */
export const text: Shape = (value) =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

/** A text that says something. */
export const word: Shape = (value) => (typeof value === 'string' && value.trim() ? value : undefined);

/** A text; anything else that is not a number is taken as its JSON. */
export const jsonText: Shape = (value) =>
  typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : undefined;

/** A number, which may have come as a text. */
export const number: Shape = (value) => {
  const read = typeof value === 'string' && value.trim() ? Number(value) : value;
  return Number.isFinite(read) ? read : undefined;
};

/** A whole number that counts something. */
export const count: Shape = (value) => {
  const read = Math.round(Number(number(value)));
  return Number.isSafeInteger(read) ? Math.max(0, read) : undefined;
};

/** True or false. */
export const flag: Shape = (value) => (typeof value === 'boolean' ? value : undefined);

/** What nobody here reads, and is left out lest it be found wanting. */
export const unread: Shape = () => undefined;

/** One of the values. */
export const oneOf =
  (...values: readonly string[]): Shape =>
  (value) =>
    typeof value === 'string' && values.includes(value) ? value : undefined;

/** A list of what fits `item`; the others are left out. One object where a list should be is a list of one. */
export const list =
  (item: Shape): Shape =>
  (given) => {
    const value = isObject(given) ? [given] : given;
    if (!Array.isArray(value)) return undefined;
    const fitted = value.map(item);
    return fitted.every((each, index) => each === value[index]) ? value : fitted.filter((each) => each !== undefined);
  };

/**
 * An object with these fields; others may be there, and null is as good as absent. A field that fits nothing is left out, or is what
 * `or` says. The object has no meaning without the fields it `must` have.
 */
export function object(
  fields: Readonly<Record<string, Shape>>,
  { must = [], or = {} }: { readonly must?: readonly string[]; readonly or?: JsonObject } = {},
): Shape {
  const entries = Object.entries(fields);
  return (value) => {
    if (!isObject(value)) return undefined;
    let fitted = value;
    for (const [name, shape] of entries) {
      const before = value[name];
      const isAbsent = before === undefined || before === null;
      if (isAbsent && or[name] === undefined && !must.includes(name)) continue;
      const after = (isAbsent ? undefined : shape(before)) ?? or[name];
      if (after === undefined && must.includes(name)) return undefined;
      if (after === before) continue;
      if (fitted === value) fitted = { ...value };
      if (after === undefined) delete fitted[name];
      else fitted[name] = after;
    }
    return fitted;
  };
}

/** Whether a value is an object and no list. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a list; none of anything else. */
export const objectsIn = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
