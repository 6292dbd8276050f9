/** Finds what a provider says of an error, in whatever form it says it. */
import { Fault } from './dialect.ts';
import { isObject, type JsonObject } from './shapes.ts';

/** Where providers put their words, the most telling first; each is written in many ways, such as `error_msg` and `ErrorMsg`. */
const PLACES = [
  ...['error', 'message', 'detail', 'details', 'errors', 'msg', 'statusmsg', 'reason'],
  ...['errormessage', 'errormsg', 'errordescription', 'err', 'fault', 'faultstring', 'title', 'baseresp'],
];
const MAX_DEPTH = 10;
const MAX_TEXT = 8192;

/** The words of an error of any shape: JSON, a page, a text; '' when it has none. */
export function wordsOf(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) return '';
  if (typeof value === 'string') {
    const read = parseJson(value);
    return read === undefined ? textOf(value) : wordsOf(read, depth + 1);
  }
  if (Array.isArray(value)) {
    const words = value.slice(0, 5).map((each) => wordsOf(each, depth + 1));
    return words.filter(Boolean).join('; ');
  }
  if (!isObject(value)) return '';
  const words = wordsAt(value, PLACES, depth + 1);
  const place = Array.isArray(value.loc) ? `${value.loc.join('.')}: ` : '';
  // A router repeats the words of the provider behind it here, and says nothing itself.
  const raw = isObject(value.metadata) ? wordsOf(value.metadata.raw, depth + 1) : '';
  return [words && place + words, raw].filter(Boolean).join(': ');
}

/** The words at the first of the places that has any; places are named in small letters alone. */
export function wordsAt(value: JsonObject, places: readonly string[], depth = 0): string {
  const names = Object.keys(value);
  const inPlaces = places.flatMap((place) => names.filter((name) => name.toLowerCase().replace(/[_-]/g, '') === place));
  return inPlaces.map((name) => wordsOf(value[name], depth)).find(Boolean) ?? '';
}

/** The fault that an error of any shape tells of. */
export function toFault(error: unknown): Fault {
  const value = (typeof error === 'string' && parseJson(error)) || error;
  const inner = isObject(value) && isObject(value.error) ? value.error : value;
  const details = [inner, value].filter(isObject);
  const type = details.map(kindOf).find(Boolean);
  const code = details.map((each) => each.code).find((each) => typeof each === 'string' || typeof each === 'number');
  const name = code ?? type;
  return new Fault(wordsOf(value) || (name ? `it reported the error ${name}` : 'it reported an error'), { type, code });
}

/** Whether what stands where an error would stand is one. */
export const isError = (value: unknown): boolean =>
  isObject(value) ? Object.keys(value).length > 0 : Boolean(typeof value === 'string' ? value.trim() : value);

function kindOf({ type, status }: JsonObject): string | undefined {
  const kind = typeof type === 'string' && type !== 'error' ? type : status;
  return typeof kind === 'string' ? kind : undefined;
}

/** The title of a page, or all it says; any other text as it is. */
function textOf(body: string): string {
  const text = body.trim().slice(0, MAX_TEXT);
  if (!text.startsWith('<')) return text;
  const [, , title = ''] = /<(title|h1)\b[^>]*>(.*?)<\/\1/is.exec(text) ?? [];
  return withoutTags(title) || withoutTags(text.replace(/<(script|style)\b.*?<\/\1>/gis, ''));
}

const withoutTags = (html: string) =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** What a JSON text says; undefined for any other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
