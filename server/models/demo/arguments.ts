/** Fills the arguments of a tool from what a text says, guided by the tool's JSON Schema. */
import { asRecord, isNumeric, type Property, readProperties, type Schema, typeOf } from './properties.ts';
import type { Found, Values } from './values.ts';
import { findWords, keysOfName } from './words.ts';

/** What a text gives for a schema. */
export interface Filled {
  readonly args: Record<string, unknown>;
  /** The required arguments that the text does not give. */
  readonly missing: readonly string[];
  /** How many arguments were given by a value of their own kind, such as a time zone or an expression. */
  readonly kindMatches: number;
  /** Whether what the text says beyond the words that chose the tool became an argument. */
  readonly usesRest: boolean;
}

/** An ask, and the values in it that are an argument already. */
interface Source extends Ask {
  readonly used: Set<Found<unknown>>;
}

/** A text, the values in it, and what it says beyond the words that chose the tool. */
export interface Ask {
  readonly text: string;
  readonly values: Values;
  readonly rest: string;
}

/** The arguments that an ask gives for `inputSchema`. */
export function fillArguments(inputSchema: Schema, { text, values, rest }: Ask): Filled {
  const properties = readProperties(inputSchema);
  const args: Record<string, unknown> = { ...findObjectFor(properties, values) };
  const source: Source = { text, values, used: new Set(), rest: removePairs(rest, properties) };
  let kindMatches = 0;
  for (const read of [readPair, readEnum, readKind, readFlag, readNearNumber, readFreeValue]) {
    for (const property of properties) {
      if (property.name in args) continue;
      const value = read(property, source, properties);
      if (value === undefined) continue;
      args[property.name] = value;
      if (read === readKind) kindMatches += 1;
    }
  }
  for (const { name, kind, isRequired } of properties) {
    if (isRequired && kind === 'zones' && !(name in args)) args[name] = 'UTC';
  }
  const missing = properties.filter(({ name, isRequired }) => isRequired && !(name in args)).map(({ name }) => name);
  return { args, missing, kindMatches, usesRest: source.rest !== '' && source.used.has(wholeRest) };
}

/** An object written in the text that has a property of the schema. */
function findObjectFor(properties: readonly Property[], { json }: Values): Schema | undefined {
  const [first] = json;
  if (!first) return undefined;
  if (!Array.isArray(first.value)) {
    const object = asRecord(first.value);
    return properties.some(({ name }) => name in object) ? object : undefined;
  }
  const array = properties.find(({ type }) => type === 'array');
  return array && { [array.name]: first.value };
}

/** The value that the text gives by the name of the property: `name=value` or `name: value`. */
function readPair(property: Property, { text }: Source): unknown {
  const written = pairOf(property.name).exec(text);
  if (!written) return undefined;
  return coerce(property, written.slice(1).find((part) => part !== undefined) ?? '');
}

/** A choice of an enumeration, in any case and spelling. */
function readEnum({ schema }: Property, { text }: Source): unknown {
  const choices: unknown = schema.enum;
  if (!Array.isArray(choices)) return undefined;
  const plain = (value: unknown) =>
    ` ${String(value)
      .toLowerCase()
      .replace(/[^\p{L}\d]+/gu, ' ')
      .trim()} `;
  return choices.find((choice) => plain(text).includes(plain(choice)));
}

/** A value of the kind that the property's name or format tells. */
function readKind({ kind, type, schema, isRequired }: Property, source: Source): unknown {
  if (kind === 'text' || schema.enum || (type !== 'string' && type !== 'array')) return undefined;
  if (type === 'string') return take(source, source.values[kind]);
  if (!isRequired) return undefined;
  const all = source.values[kind].map(({ value }) => value);
  return all.length ? all : undefined;
}

/** A boolean that the text names, or denies. */
function readFlag({ name, type }: Property, { text }: Source): unknown {
  const keys = keysOfName(name).filter((key) => !['includ', 'enabl', 'with', 'us'].includes(key));
  if (type !== 'boolean' || !keys.length) return undefined;
  const words = findWords(text);
  const mention = words.find(({ key }) => key === keys.at(-1));
  if (!mention || !keys.every((key) => words.some((word) => word.key === key))) return undefined;
  return !/\b(no|not|without|don't|disable)\b[^,.;]{0,20}$/i.test(text.slice(0, mention.start));
}

/** A number beside the property's name or its unit: `steps 4`, `2 seconds`. */
function readNearNumber(property: Property, source: Source): unknown {
  if (!isNumeric(property)) return undefined;
  const description = String(property.schema.description ?? '');
  const [unit = ''] =
    /\b(milliseconds|seconds|minutes|hours|days|steps|lines|characters|percent)\b/i.exec(description) ?? [];
  const names = [...keysOfName(property.name), ...keysOfName(unit)];
  if (property.name.length > 1) names.push(property.name.toLowerCase());
  const isNear = ({ start, end }: Found<number>) => {
    const [side] = /\b(first|last)\s*$/i.exec(source.text.slice(Math.max(0, start - 40), start)) ?? [];
    if (side && !description.toLowerCase().includes(side.trim().toLowerCase())) return false;
    const after = keysOfName(/^[\s-]*(\p{L}+)/u.exec(source.text.slice(end, end + 40))?.[1] ?? '');
    const before = keysOfName(
      /(\p{L}+)(?:\s+(?:of|is|to|at))?\s*$/u.exec(source.text.slice(Math.max(0, start - 40), start))?.[1] ?? '',
    );
    return names.some((name) => after.includes(name)) || names.some((name) => before.includes(name) && !after.length);
  };
  return takeNumber(property, source, source.values.numbers.filter(isNear));
}

/** For what is required, the next value of the same type; for the one optional number, the one number left. */
function readFreeValue(property: Property, source: Source, properties: readonly Property[]): unknown {
  if (isNumeric(property)) {
    const isOnly = properties.filter(isNumeric).length === 1;
    return property.isRequired || isOnly ? takeNumber(property, source, source.values.numbers) : undefined;
  }
  if (property.schema.enum) return undefined;
  const { quoted, paths, urls } = source.values;
  if (property.type === 'array') {
    const isText = typeOf(asRecord(property.schema.items)) === 'string';
    if (!property.isRequired || !isText || property.kind !== 'text') return undefined;
    const listed = quoted.length ? quoted.map(({ value }) => value) : source.rest.split(/\s*,\s*(?:and\s+)?|\s+and\s+/);
    const items = listed.filter(Boolean);
    if (!quoted.length && items.length) source.used.add(wholeRest);
    return items.length ? items : undefined;
  }
  if (property.type !== 'string') return undefined;
  if (property.kind !== 'text' && property.kind !== 'paths') return undefined;
  const quotedText = take(source, quoted);
  if (quotedText !== undefined || !property.isRequired) return quotedText;
  const others = properties.filter(({ type, isRequired, schema }) => type === 'string' && isRequired && !schema.enum);
  if (others.length > 1) return take(source, paths) ?? take(source, urls) ?? takeRest(property, source, others);
  return takeRest(property, source, others);
}

function takeRest(property: Property, source: Source, rivals: readonly Property[]): string | undefined {
  // One rest of a text cannot be two arguments.
  const isOnlyFreeText = rivals.filter(({ kind }) => kind === 'text').length === 1;
  if (!isOnlyFreeText || property.kind !== 'text' || !source.rest) return undefined;
  if ([...source.used].some(({ value }) => value === source.rest)) return undefined;
  source.used.add(wholeRest);
  return source.rest;
}

/** Stands for the rest of the text among the values that are an argument already. */
const wholeRest: Found<unknown> = { value: undefined, start: 0, end: 0 };

function takeNumber(property: Property, source: Source, numbers: readonly Found<number>[]): number | undefined {
  const { minimum, maximum } = property.schema;
  const fits = ({ value }: Found<number>) =>
    (property.type !== 'integer' || Number.isInteger(value)) &&
    (typeof minimum !== 'number' || value >= minimum) &&
    (typeof maximum !== 'number' || value <= maximum);
  return take(source, numbers.filter(fits));
}

function take<T>({ used }: Source, candidates: readonly Found<T>[]): T | undefined {
  const free = candidates.find((candidate) => !used.has(candidate));
  if (free) used.add(free);
  return free?.value;
}

function coerce({ type }: Property, written: string): unknown {
  if (type === 'number' || type === 'integer') return Number.isNaN(Number(written)) ? undefined : Number(written);
  if (type === 'boolean')
    return /^(true|yes|on)$/i.test(written) || (/^(false|no|off)$/i.test(written) ? false : undefined);
  return type === 'array' ? written.split(',') : written;
}

function removePairs(rest: string, properties: readonly Property[]): string {
  return properties.reduce((text, { name }) => text.replace(pairOf(name), ''), rest).trim();
}

/** Finds `name=value` and `name: value`: quoted, or one word after `=`, or all up to the next pair after `:`. */
const pairOf = (name: string) => {
  const escaped = name.replace(/[^\w]/g, '\\$&');
  const plain = String.raw`=\s*([^\s,;?]+)|:\s+(.+?)(?=[,;]?\s+[\w-]+\s*[=:]|$)`;
  return new RegExp(String.raw`(?<![\w-])${escaped}\s*(?:[=:]\s*"([^"]*)"|[=:]\s*'([^']*)'|${plain})`, 'i');
};
