/** Bounds on JSON from a process: text costs next to nothing to read, many small parts and deep nesting cost much. */
const MAX_PARTS = 200_000;
const MAX_DEPTH = 10_000;
/** A key costs about three times what an element of a list does. */
const KEY_PARTS = 3;
const [QUOTE, BACKSLASH, COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  34, 92, 44, 58, 91, 93, 123, 125,
];

/** JSON that would take too long to read. */
export class JsonBoundsError extends Error {
  override readonly name = 'JsonBoundsError';
}

/** As `JSON.parse`, but throws at once for what would hold the server up for longer than a moment. */
export function parseBoundedJson(json: string): unknown {
  let parts = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(json, at);
      continue;
    }
    if (code === COMMA) parts += 1;
    else if (code === COLON) parts += KEY_PARTS;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      parts += 1;
      depth += 1;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
    if (parts > MAX_PARTS) throw new JsonBoundsError('the JSON has too many parts');
    if (depth > MAX_DEPTH) throw new JsonBoundsError('the JSON is nested too deeply');
  }
  return JSON.parse(json);
}

/** The index of the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let first = quote;
    while (json.charCodeAt(first - 1) === BACKSLASH) first -= 1;
    const isEscaped = (quote - first) % 2 === 1;
    if (!isEscaped) return quote;
  }
  return json.length;
}
