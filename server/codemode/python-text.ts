/** Texts and values of strangers as parts of Python source, none of which can become code. */
import { toPythonString } from '../sandbox/python-string.ts';

/** A docstring of these lines, each indented. */
export function toDocstring(lines: readonly string[], indent: string): string {
  const text = lines
    .join('\n')
    .replaceAll('\\', '\\\\')
    .replaceAll(/"{3,}/g, (quotes) => '\\"'.repeat(quotes.length))
    .toWellFormed();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters end lines, or are refused in source.
  const shown = text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, ' ').split('\n');
  return `"""${shown.map((line, index) => (index && line ? indent + line : line)).join('\n')}\n${indent}"""`;
}

/** A literal of a JSON value that is neither an object nor an array. */
export function toPythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? String(value) : toPythonString(String(value));
}
