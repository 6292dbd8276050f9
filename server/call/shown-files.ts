/** What tools draw and make for people, within bounds. */
import { isBase64 } from './base64.ts';

/** A file in base64. */
interface MadeFile {
  readonly mediaType: string;
  readonly data: string;
}

const MAX_FILES = 10;
/** How many characters of base64 the files of one result have together: they are stored with it, and told with every reload. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** The files that are shown of a result: the first, as far as they are within bounds; what is no base64 is none. Nothing when there are none. */
export function toShownFiles(made: readonly MadeFile[]): { readonly files?: readonly MadeFile[] } {
  const files: MadeFile[] = [];
  let characters = 0;
  for (const { mediaType, data: written } of made) {
    // Jupyter breaks base64 into lines, and browsers know one of its alphabets.
    const data = written.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/');
    if (files.length >= MAX_FILES) break;
    if (data === '' || characters + data.length > MAX_CHARACTERS || !isBase64(data)) continue;
    characters += data.length;
    files.push({ mediaType, data });
  }
  return files.length ? { files } : {};
}
