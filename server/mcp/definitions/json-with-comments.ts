import { findJsonFlaws, type JsonFlaw } from '../../call/json-flaws.ts';
import { findFault, hintAt } from './json-fault.ts';

/** A parsed text, and where its keys are. */
export interface ParsedJson {
  readonly value: unknown;
  /** The line of each key, by its path such as `mcpServers.tavily.args` or `mcpServers.0.name`; the last one wins, as in the value. */
  readonly lines: ReadonlyMap<string, number>;
  /** What it has and should not, such as two equal keys. */
  readonly flaws: readonly (JsonFlaw & { readonly line: number })[];
}

/** A text that is not JSON, with the line on which it stops being that. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly line: number;

  constructor(message: string, line: number, options?: ErrorOptions) {
    super(message, options);
    this.line = line;
  }
}

/** Parses JSON as people write it in editors, with comments and trailing commas. Throws {@link JsonSyntaxError}. */
export function parseJsonWithComments(source: string): ParsedJson {
  const text = source.replace(/^\uFEFF/, ' ');
  const { extras, lines } = scan(text);
  const json = blank(text, extras);
  try {
    const value: unknown = JSON.parse(json);
    const flaws: ParsedJson['flaws'][number][] = [];
    findJsonFlaws(json, (flaw) => flaws.push({ ...flaw, line: lineAt(json, flaw.at) }));
    return { value, lines, flaws };
  } catch (cause) {
    const message = withoutSource(cause instanceof Error ? cause.message : String(cause));
    const fault = findFault(json);
    throw new JsonSyntaxError(message + hintAt(json, fault, message), lineAt(json, fault), { cause });
  }
}

// V8 quotes the text around the fault, and that text may hold a secret.
const withoutSource = (message: string) =>
  message
    .replace(/, (?:\.\.\.)?".*$/s, '')
    .replace(/(?: in JSON)? at position.*$/s, '')
    .replace(/ \(line \d+ column \d+\)/, '');

const lineAt = (text: string, position: number) => text.slice(0, position).split('\n').length;

const TOKEN = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[{}[\]:,]|\n|[^\s{}[\]:,"/]+/g;

/** The most keys of a path whose line is kept: those of entries, in whatever section. */
const MAX_DEPTH = 5;

type Span = readonly [start: number, end: number];

/** Finds what JSON does not know, comments and trailing commas, and the lines of the keys. */
function scan(source: string): { extras: Span[]; lines: Map<string, number> } {
  const lines = new Map<string, number>();
  const path: (string | number)[] = [];
  let line = 1;
  let lastString: { text: string; line: number } | undefined;
  let comma: number | undefined;
  const extras: Span[] = [];
  for (const { 0: token, index } of source.matchAll(TOKEN)) {
    if (token === '\n') {
      line++;
    } else if (token.startsWith('/')) {
      extras.push([index, index + token.length]);
      line += token.split('\n').length - 1;
    } else {
      if ((token === '}' || token === ']') && comma !== undefined) extras.push([comma, comma + 1]);
      comma = token === ',' ? index : undefined;
      const last = path.at(-1);
      if (token === '{' || token === '[') path.push(token === '[' ? 0 : '');
      else if (token === '}' || token === ']') path.pop();
      else if (token === ',' && typeof last === 'number') path[path.length - 1] = last + 1;
      else if (token === ':' && lastString && path.length > 0) {
        path[path.length - 1] = unquote(lastString.text);
        if (path.length <= MAX_DEPTH) lines.set(path.join('.'), lastString.line);
      }
      lastString = token.startsWith('"') ? { text: token, line } : undefined;
    }
  }
  return { extras, lines };
}

/** Puts spaces in the place of parts of a text, so that every offset and every line stays. */
function blank(source: string, spans: readonly Span[]): string {
  let text = '';
  let end = 0;
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    text += source.slice(end, from) + source.slice(from, to).replace(/[^\n]/g, ' ');
    end = to;
  }
  return text + source.slice(end);
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text; // JSON.parse of the whole reports it
  }
}
