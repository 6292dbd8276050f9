import { existsSync } from 'node:fs';

const WORD = /"([^"]*)"|'([^']*)'|[^\s"']+/g;
const SHELL_WORD = /^(?:&&?|\|\|?|;|[<>]{1,2}|2>&1)$|\$\(|`/;

/** What is told of a line that only a shell could run. */
export const SHELL_LINE = 'is a line for a shell, and none reads it: write "command": "sh", "args": ["-c", "…"]';

/**
 * The program and the arguments in one text, such as `npx -y server`. The path of a file stays whole, spaces and all, and so does what does
 * not begin with a program: it can mean nothing else. Undefined for a line that only a shell could run.
 */
export function splitCommandLine(text: string): string[] | undefined {
  if (!/\s/.test(text.trim()) || existsSync(text)) return [text];
  const words = text.matchAll(WORD).map(([whole, double, single]) => double ?? single ?? whole);
  const all = [...words];
  const [program = ''] = all;
  if (program.includes('/') && !existsSync(program)) return [text];
  return all.some((word) => SHELL_WORD.test(word)) ? undefined : all;
}
