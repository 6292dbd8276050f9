/** Something in a JSON text that `JSON.parse` lets pass and this server does not. */
export interface JsonFlaw {
  readonly kind: 'repeated-key' | 'half-pair' | 'too-deep';
  /** Where it is, from the outside in; empty when it is the text as a whole. */
  readonly path: readonly (string | number)[];
  /** Its offset in the text. */
  readonly at: number;
  readonly message: string;
}

/** How deep objects and lists may nest; deeper ones overflow the stack of whatever walks them. */
const MAX_DEPTH = 200;
const MESSAGES = {
  'repeated-key': 'stands there twice',
  'half-pair': 'holds half of a surrogate pair, which is no character',
  'too-deep': `nested more than ${MAX_DEPTH} levels deep`,
} as const;
/** The escape of a surrogate, whole pair or half: most texts have none, and then no string is looked into. */
const SURROGATE = /\\u[dD][89a-fA-F]/;
const [QUOTE, COMMA, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 44, 91, 92, 93, 123, 125];

/** An object or a list that is open: the key or the index that is read now, and the keys before it. */
interface Level {
  key: string | number | undefined;
  keys: Set<string> | undefined;
}

/**
 * Calls `report` for each key that an object has twice (readers of JSON disagree which one counts), for each half of a surrogate pair (no
 * character: UTF-8 cannot hold it), and once for nesting that is too deep, where it ends. It jumps over strings and parses nothing; what is
 * no JSON is passed over, for `JSON.parse` to refuse.
 */
export function findJsonFlaws(text: string, report: (flaw: JsonFlaw) => void): void {
  const hasSurrogates = SURROGATE.test(text);
  const levels: Level[] = [];
  let level: Level | undefined;
  let isKeyNext = false;
  const found = (kind: 'repeated-key' | 'half-pair', at: number) =>
    report({ kind, path: levels.map(({ key }) => key ?? ''), at, message: MESSAGES[kind] });
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (isKeyNext && level && isRepeated(level, readString(text, at, end))) found('repeated-key', at);
        if (hasSurrogates && !readString(text, at, end).isWellFormed()) found('half-pair', at);
        isKeyNext = false;
        at = end;
        break;
      }
      case OPEN_OBJECT:
      case OPEN_LIST:
        if (levels.length === MAX_DEPTH) {
          report({ kind: 'too-deep', path: [], at, message: MESSAGES['too-deep'] });
          return;
        }
        isKeyNext = text.charCodeAt(at) === OPEN_OBJECT;
        level = { key: isKeyNext ? undefined : 0, keys: undefined };
        levels.push(level);
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        levels.pop();
        level = levels.at(-1);
        isKeyNext = false;
        break;
      case COMMA:
        if (typeof level?.key === 'number') level.key++;
        else isKeyNext = level !== undefined;
    }
  }
}

/** Makes `key` that of its object, and tells whether it was one before. The keys are counted from the second on: many objects have one. */
function isRepeated(level: Level, key: string): boolean {
  const before = level.key;
  level.key = key;
  if (before === undefined) return false;
  level.keys ??= new Set([String(before)]);
  const { size } = level.keys;
  return level.keys.add(key).size === size;
}

/** The offset of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === BACKSLASH) first--;
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
}

function readString(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(`"${raw}"`);
  } catch {
    return raw; // JSON.parse of the whole says so.
  }
}

/** Whether a value that came another way than {@link findJsonFlaws} nests no deeper than that. */
export function isWithinDepth(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length; depth++) {
    if (depth > MAX_DEPTH) return false;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return true;
}
