/** JSON as people write it in editors: comments and trailing commas are allowed. */

import { findFault } from './json-fault.ts';

export interface ParsedJson {
  readonly value: unknown;
  /** The line of each key, by its path such as `mcpServers.tavily.args`; the last one wins, as in the value. */
  readonly lines: ReadonlyMap<string, number>;
}

/** What makes a text no JSON, and the line it is on. */
export class JsonSyntaxError extends Error {
  readonly line: number;

  constructor(message: string, line: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JsonSyntaxError';
    this.line = line;
  }
}

/** Parses JSON with comments. Throws {@link JsonSyntaxError} with the line. */
export function parseJsonWithComments(source: string): ParsedJson {
  const { json, lines } = blankComments(source.replace(/^\uFEFF/, ' '));
  try {
    return { value: JSON.parse(json), lines };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new JsonSyntaxError(withoutSource(message), lineAt(json, findFault(json)), { cause });
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

/** Puts spaces in the place of comments and trailing commas, so that every offset stays, and notes where the keys are. */
function blankComments(source: string): { json: string; lines: Map<string, number> } {
  const lines = new Map<string, number>();
  const path: string[] = [];
  let line = 1;
  let lastString: { text: string; line: number } | undefined;
  let comma: number | undefined;
  const blanks: [start: number, end: number][] = [];
  for (const { 0: token, index } of source.matchAll(TOKEN)) {
    if (token === '\n') {
      line++;
    } else if (token.startsWith('/')) {
      blanks.push([index, index + token.length]);
      line += token.split('\n').length - 1;
    } else {
      if ((token === '}' || token === ']') && comma !== undefined) blanks.push([comma, comma + 1]);
      comma = token === ',' ? index : undefined;
      if (token === '{' || token === '[') path.push('');
      else if (token === '}' || token === ']') path.pop();
      else if (token === ':' && lastString && path.length > 0) {
        path[path.length - 1] = unquote(lastString.text);
        if (path.length <= 3) lines.set(path.join('.'), lastString.line);
      }
      lastString = token.startsWith('"') ? { text: token, line } : undefined;
    }
  }
  let json = '';
  let end = 0;
  for (const [from, to] of blanks.sort(([a], [b]) => a - b)) {
    json += source.slice(end, from) + source.slice(from, to).replace(/[^\n]/g, ' ');
    end = to;
  }
  return { json: json + source.slice(end), lines };
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text; // JSON.parse of the whole reports it
  }
}
