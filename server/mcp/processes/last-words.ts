/** Where a program was when it failed, and what is printed after every failure: true, and no answer to why. */
const BESIDE_THE_POINT = [
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

/** What a server said last, fit to follow how it ended: `: ` and the lines that tell why, or nothing when it said nothing. */
export function lastWords(lines: readonly string[]): string {
  const telling = lines.filter((line) => !BESIDE_THE_POINT.some((pattern) => pattern.test(line)));
  const last = (telling.length > 0 ? telling : lines).slice(-MAX_LINES).map((line) => line.trim());
  return last.length > 0 ? `: ${last.join(' | ').slice(-MAX_CHARACTERS)}` : '';
}

/** How many lines {@link lastWords} is to be given: a stack stands between a reason and the end. */
export const LAST_LINES = 40;
