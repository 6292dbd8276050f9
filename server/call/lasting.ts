/**
 * Values that never change, so that what was found out about one, and what it is in JSON, stays true: each is checked and written once,
 * however often it is shown.
 */

/** The longest JSON that is kept of a value, in characters: more than that takes long to send, too. */
const MAX_KEPT_CHARS = 131_072;
/** From so many characters on it is faster to send bytes than text, which goes with the head of the answer. */
const LONG_CHARS = 8192;

/** The JSON of an answer, ready to be sent. */
export interface JsonBody {
  readonly content: string | Buffer;
  /** The number of bytes, in decimal. */
  readonly length: string;
}

const lastingValues = new WeakSet<object>();
const texts = new WeakMap<object, string>();
const bodies = new WeakMap<object, JsonBody>();

/** Freezes a value, all that is in it included, and returns it. Call it once per change: what is shown again is to be the same object. */
export function lasting<Value extends object>(value: Value): Value {
  freeze(value);
  lastingValues.add(value);
  return value;
}

/** Whether a value will be the same for as long as it is there. */
export const isLasting = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && lastingValues.has(value);

/** The JSON of an answer. What is {@link lasting} is written once; an object with lists of that is joined from what is written already. */
export function toJsonBody(value: unknown): JsonBody {
  if (!isLasting(value)) return toBody(toJson(value));
  const known = bodies.get(value);
  if (known) return known;
  const text = toJson(value);
  const body = toBody(text);
  if (text.length <= MAX_KEPT_CHARS) bodies.set(value, body);
  return body;
}

function toBody(text: string): JsonBody {
  if (text.length < LONG_CHARS) return { content: text, length: String(Buffer.byteLength(text)) };
  const bytes = Buffer.from(text);
  return { content: bytes, length: String(bytes.length) };
}

function toJson(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  if (!Object.values(value).some(isLastingList)) return JSON.stringify(value);
  const written = Object.entries(value).map(([name, member]) => {
    const text = isLastingList(member) ? `[${member.map(toItemJson).join()}]` : JSON.stringify(member);
    // As JSON.stringify does: what JSON has no word for is not there.
    return text === undefined ? [] : `${JSON.stringify(name)}:${text}`;
  });
  return `{${written.flat().join()}}`;
}

const isLastingList = (value: unknown): value is readonly unknown[] => Array.isArray(value) && isLasting(value[0]);

function toItemJson(item: unknown): string {
  if (!isLasting(item)) return JSON.stringify(item) ?? 'null';
  const known = texts.get(item);
  if (known !== undefined) return known;
  const text = JSON.stringify(item);
  if (text.length <= MAX_KEPT_CHARS) texts.set(item, text);
  return text;
}

function freeze(value: object): void {
  if (lastingValues.has(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) freeze(member);
}
