import { existsSync } from 'node:fs';

/** A backslash keeps its meaning before anything else: in paths of Windows it is no escape. */
const ESCAPED = String.raw`\\[\s"'\\]`;
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'[^']*'|${ESCAPED}`;
/** A word: texts with and without quotes, one after another with no space between them. */
const WORD = new RegExp(String.raw`(?:${QUOTED}|\\(?![\s"'\\])|[^\s"'\\])+`, 'gs');
/** What only a shell knows, outside of quotes: joins, redirections, commands in commands, and variables set before a program. */
const FOR_SHELL = /(?:^|\s)(?:&&?|\|\|?|;|\d?[<>]\S*)(?=\s|$)|\$\(|`|^\s*\w+=\S*\s/;

const SHELL_LINE = 'is a line for a shell, and none reads it: write "command": "sh", "args": ["-c", "…"]';
const OPEN_QUOTE = 'does not end its quotes';

/**
 * The program and the arguments in one text, such as `npx -y server`, with quotes and escapes as shells read them. The path of a file stays
 * whole, spaces and all, and so does what does not begin with a program: it can mean nothing else. For a line that has no one meaning
 * without a shell it is the reason, in words.
 */
export function splitCommandLine(text: string): readonly string[] | string {
  if (!/[\s"']/.test(text.trim()) || existsSync(text)) return [text];
  const words = (text.match(WORD) ?? []).map(unquote);
  const [program = ''] = words;
  if (program.includes('/') && !existsSync(program)) return [text];
  if (text.replace(WORD, '').trim() !== '') return OPEN_QUOTE;
  return FOR_SHELL.test(text.replace(new RegExp(QUOTED, 'gs'), 'x')) ? SHELL_LINE : words;
}

const unquote = (word: string): string =>
  word.replace(new RegExp(QUOTED, 'gs'), (part) => {
    if (part.startsWith('"')) return part.slice(1, -1).replace(/\\(["\\])/g, '$1');
    return part.startsWith("'") ? part.slice(1, -1) : part.slice(1);
  });
