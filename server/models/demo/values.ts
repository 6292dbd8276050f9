/** Finds in a text what could be the value of an argument. */
import { findZones } from './places.ts';

/** A value written in a text, and where. */
export interface Found<T> {
  readonly value: T;
  readonly start: number;
  readonly end: number;
}

/** Everything in a text that could be the value of an argument, each list in the order of the text. */
export interface Values {
  readonly quoted: readonly Found<string>[];
  readonly urls: readonly Found<string>[];
  readonly paths: readonly Found<string>[];
  readonly globs: readonly Found<string>[];
  readonly dates: readonly Found<string>[];
  readonly emails: readonly Found<string>[];
  readonly zones: readonly Found<string>[];
  readonly expressions: readonly Found<string>[];
  readonly numbers: readonly Found<number>[];
  /** Whole JSON objects and arrays. */
  readonly json: readonly Found<unknown>[];
}

const quotes =
  /(?<=^|[\s([{=:,])(?:"([^"]*)"|'((?:[^']|(?<=\p{L})'(?=\p{L}))*)'(?![\p{L}\d])|“([^”]*)”|«([^»]*)»|`([^`]*)`)/gu;
const url = /\b(?:https?:\/\/|data:)[^\s"'`<>]+[^\s"'`<>.,;:!?)]/gi;
const path =
  /(?<=^|[\s"'`(=])(?:(?:~|\.{1,2})?\/(?:[^\s"'`,;?!*]*[^\s"'`,;?!*.:])?|[\w-][\w.-]*\.[a-z][a-z0-9]{0,4}(?![\w@]))/gi;
const glob = /(?<=^|[\s"'`(=])[\w./-]*\*[\w./*{},-]*/g;
const isoDate = /\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?\b/g;
const email = /\b[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}\b/g;
const number = /(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d\w]|\.\d)/g;
const numberWords = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** The values in `text`. */
export function findValues(text: string): Values {
  const numerals = matches(text, number, (written) => Number(written.replaceAll(',', '')));
  return {
    quoted: [...text.matchAll(quotes)].map((match) => ({
      value: match.slice(1).find((part) => part !== undefined) ?? '',
      start: match.index,
      end: match.index + match[0].length,
    })),
    urls: matches(text, url),
    paths: matches(text, path),
    globs: matches(text, glob).filter(({ value }) => !/^[\d*\s]+$/.test(value)),
    dates: matches(text, isoDate),
    emails: matches(text, email),
    zones: findZones(text).map(({ zone, start, end }) => ({ value: zone, start, end })),
    expressions: findExpressions(text),
    numbers: numerals.length
      ? numerals
      : matches(text.toLowerCase(), new RegExp(`\\b(?:${numberWords.join('|')})\\b`, 'g'), (word) =>
          numberWords.indexOf(word),
        ),
    json: findJson(text),
  };
}

const functionNames = 'sqrt|abs|sin|cos|tan|log|ln|exp|round|floor|ceil|min|max|pow';
const n = String.raw`(-?\d+(?:\.\d+)?)`;
const spokenOperators: readonly (readonly [RegExp, string])[] = [
  [/(?<=\d),(?=\d{3}\b)/g, ''],
  [new RegExp(String.raw`\bmultiply ${n} (?:by|with|and) ${n}`, 'gi'), '$1 * $2'],
  [new RegExp(String.raw`\bproduct of ${n} and ${n}`, 'gi'), '$1 * $2'],
  [new RegExp(String.raw`\bdivide ${n} by ${n}`, 'gi'), '$1 / $2'],
  [new RegExp(String.raw`\bsubtract ${n} from ${n}`, 'gi'), '$2 - $1'],
  [/\bthe square root of\s+|\bsquare root of\s+/gi, 'sqrt of '],
  [/\bsqrt of (\d+(?:\.\d+)?)/gi, 'sqrt($1)'],
  [/(?<=\d)\s*(?:percent|%)\s+of\s+(?=\d)/gi, ' / 100 * '],
  [/(?<=[\d)])\s*(?:multiplied by|times|×|x)\s*(?=[\d(-])/gi, ' * '],
  [/(?<=[\d)])\s*(?:divided by|÷)\s*(?=[\d(-])/gi, ' / '],
  [/(?<=[\d)])\s*(?:to the power of|\*\*)\s*(?=[\d(-])/gi, ' ^ '],
  [/(?<=[\d)])\s*plus\s*(?=[\d(-])/gi, ' + '],
  [/(?<=[\d)])\s*(?:minus|−)\s*(?=[\d(-])/gi, ' - '],
  [/(?<=[\d)])\s+squared\b/gi, ' ^ 2'],
  [/(?<=[\d)])\s+cubed\b/gi, ' ^ 3'],
];
const spokenSum =
  /\b(?:add|sum of|sum|total of)\s+-?\d[\d.]*(?:(?:\s*,\s*(?:and\s+)?|\s+(?:and|to)\s+|\s+)-?\d[\d.]*)+/gi;
const expression = new RegExp(
  `(?<![\\w./-])(?:\\b(?:${functionNames})\\b|\\bpi\\b|[\\d.]+|[-+*/^%(),]|\\s)+(?!\\w)`,
  'gi',
);

/** Arithmetic in figures or in words, as figures. Where it stands is approximate when it was in words. */
function findExpressions(text: string): Found<string>[] {
  const signed = spokenOperators.reduce((written, [words, sign]) => written.replace(words, sign), text);
  const spoken = signed.replace(spokenSum, (sum) => (sum.match(/-?\d+(?:\.\d+)?/g) ?? []).join(' + '));
  return [...spoken.matchAll(expression)]
    .map(({ 0: run, index }) => {
      const value = run.replace(/^[\s,.*/^%)]+|[\s,.*/^%(+-]+$/g, '');
      return { value, start: index + run.indexOf(value), end: index + run.indexOf(value) + value.length };
    })
    .filter(({ value }) => isArithmetic(value));
}

function isArithmetic(text: string): boolean {
  if (/^\d{4}-\d{2}-\d{2}|^\d{1,2}\/\d{1,2}\/\d{2,4}$/.test(text)) return false;
  if (text.split('(').length !== text.split(')').length) return false;
  return /[\d)]\s*[-+*/^%]\s*[-(\d.a-z]/i.test(text) || new RegExp(`(?:${functionNames})\\s*\\(.*\\d`, 'i').test(text);
}

const maxJsonEnds = 20;
const maxFound = 50;

function findJson(text: string): Found<unknown>[] {
  const start = text.search(/[[{]/);
  if (start < 0) return [];
  const ends = [...text.matchAll(/[\]}]/g)].map(({ index }) => index + 1).filter((end) => end > start);
  for (const end of ends.slice(-maxJsonEnds).reverse()) {
    const value = tryParse(text.slice(start, end));
    if (value !== undefined) return [{ value, start, end }];
  }
  return [];
}

/** The value of a JSON text that is an object or an array, undefined for any other text. */
export function tryParse(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function matches(text: string, pattern: RegExp): Found<string>[];
function matches<T>(text: string, pattern: RegExp, read: (match: string) => T): Found<T>[];
function matches(text: string, pattern: RegExp, read: (match: string) => unknown = (match) => match): Found<unknown>[] {
  return [...text.matchAll(pattern)].slice(0, maxFound).map(({ 0: match, index }) => ({
    value: read(match),
    start: index,
    end: index + match.length,
  }));
}
