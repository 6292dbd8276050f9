/** Skills on disk, for tests to read. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes files by their paths below a folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** A SKILL.md with this front matter, or of this name. */
export const skillText = (frontMatter: string, body = 'Do it well.'): string =>
  `---\n${frontMatter.includes(':') ? frontMatter : `name: ${frontMatter}\ndescription: Does ${frontMatter}`}\n---\n${body}\n`;
