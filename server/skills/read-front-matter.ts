/** Reads the YAML of a SKILL.md. What is no YAML and has one meaning is mended; a field that has none is left out, unless a skill cannot be without it. */
import type { Document, ParseOptions } from 'yaml';
import { SkillError } from './skill.ts';

const MAX_ALIASES = 10;
const OPTIONS = { schema: 'core', logLevel: 'silent', prettyErrors: true } as const;

type Parse = (text: string, options: ParseOptions) => Document;

/** The fields of a front matter, by name. What is wrong with it goes to `warnings`. Throws a {@link SkillError} when there is no use in it. */
export async function readFrontMatter(text: string, warnings: string[]): Promise<Readonly<Record<string, unknown>>> {
  const { parseDocument } = await import('yaml');
  try {
    const fields: unknown = parseMended(text, parseDocument, warnings).toJS({ maxAliasCount: MAX_ALIASES });
    if (isMapping(fields)) return fields;
  } catch (cause) {
    if (cause instanceof SkillError) throw cause;
    // The parser gives up on what is nested or repeated too often.
    throw new SkillError(`The front matter cannot be read: ${firstLine(cause)}`, { cause });
  }
  throw new SkillError('The front matter is not a mapping of names to values');
}

function parseMended(text: string, parse: Parse, warnings: string[]): Document {
  let document = parse(text, OPTIONS);
  const [fault] = document.errors;
  let mended = text;
  for (const { mend, warning } of fault ? MENDS : []) {
    const before = mended;
    mended = mend(before);
    if (mended === before || document.errors.length === 0) continue;
    warnings.push(warning);
    document = parse(mended, OPTIONS);
  }
  if (document.errors.length === 0) return document;
  const { kept, left } = leaveOut(mended, (field) => parse(field, OPTIONS).errors.length > 0);
  document = parse(kept, OPTIONS);
  if (left.some((name) => NEEDED.includes(name)) || document.errors.length > 0)
    throw new SkillError(`The front matter is not YAML: ${firstLine(fault)}`);
  for (const name of left) warnings.push(`${name} is left out: it is not YAML`);
  return document;
}

/** The most usual mistakes, in the order in which they are mended until the text is YAML. */
const MENDS: readonly { readonly warning: string; mend(text: string): string }[] = [
  {
    warning: 'the front matter is indented with tabs',
    mend: (text) => text.replace(/^[ \t]*\t[ \t]*/gm, (indent) => indent.replaceAll('\t', '  ')),
  },
  {
    warning: 'the front matter has a colon in a text without quotes',
    mend: (text) => quoteTexts(text, /^(?!["'|>[{]).*:(?:\s.*)?$/),
  },
  {
    warning: 'the front matter has a text that is not in quotes, or has quotes in them',
    mend: (text) => quoteTexts(text, /^(?:[@`%*&!?[{,#-]|> .|"(?!(?:[^"\\]|\\.)*"$)|'(?!(?:[^']|'')*'$))/),
  },
];

/** Puts quotes around the texts of one line that match `pattern`. */
function quoteTexts(text: string, pattern: RegExp): string {
  return text.replace(/^(description|compatibility|license):[ \t]+(.*)$/gm, (line, key: string, rest: string) => {
    const value = rest.trim();
    const [, , inner = value] = /^(["'])(.*)\1$/.exec(value) ?? [];
    return pattern.test(value) ? `${key}: ${JSON.stringify(inner)}` : line;
  });
}

const NEEDED = ['name', 'description'];

/** A mapping without the fields that are broken, which are parted where a line is not indented. */
function leaveOut(text: string, isBroken: (field: string) => boolean): { kept: string; left: string[] } {
  const fields = text.split(/^(?=[^\s#])/m);
  const left = fields.filter(isBroken);
  return {
    kept: fields.filter((field) => !left.includes(field)).join(''),
    left: left.map((field) => /^[^:\s]*/.exec(field)?.[0] ?? ''),
  };
}

const firstLine = (cause: unknown): string => {
  const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return line.replace(/:$/, '').slice(0, 300);
};
const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
