/** Lines that do not say why a program failed: where it was, and what is printed after every failure. */
const UNINFORMATIVE = [
  /^\s*at /, // a frame of a stack
  /^\s*[\^~]+\s*$/, // points at a column of the line above
  /^\s*[{}[\](),;]+\s*$/,
  /^\s*throw \w+;?\s*$/,
  /^node:internal\//,
  /^Node\.js v\d/,
  /^npm (?:error|ERR!)(?: \w+)?\s*$/,
  /^npm (?:error|ERR!) A complete log/,
  /^\[\w+ first downloads /,
];
const MAX_LINES = 5;
const MAX_CHARACTERS = 1000;

/** What a server said last, to be read after how it ended: `: ` and the lines that say why, or nothing when it said nothing. */
export function lastWords(lines: readonly string[]): string {
  const informative = lines.filter((line) => !UNINFORMATIVE.some((pattern) => pattern.test(line)));
  const last = (informative.length > 0 ? informative : lines).slice(-MAX_LINES).map((line) => line.trim());
  return last.length > 0 ? `: ${last.join(' | ').slice(-MAX_CHARACTERS)}` : '';
}

/** How many lines {@link lastWords} is to be called with: a stack stands between a reason and the end. */
export const LAST_LINES = 40;
