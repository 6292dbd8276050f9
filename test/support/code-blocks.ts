import { readFile } from 'node:fs/promises';

/** A fenced block of a Markdown file. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** The line its code starts on, from 1. */
  readonly line: number;
}

/** The fenced blocks of a file of the repository that name their language. */
export async function readCodeBlocks(path: string): Promise<CodeBlock[]> {
  const text = await readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(({ 1: language = '', 2: code = '', index }) => ({
    language,
    code,
    line: text.slice(0, index).split('\n').length + 1,
  }));
}
