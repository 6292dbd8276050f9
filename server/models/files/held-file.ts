/** Files that stand where they are told of, and not at an address. */
import { isBase64 } from '../../call/base64.ts';
import { FileProblem } from './file-problem.ts';
import type { FetchedFile } from './file-source.ts';

/** Reads a file in base64, or in a `data:` URL, whose type is its `contentType`. Throws a {@link FileProblem}. */
export function readHeldFile(data: string): FetchedFile {
  const [head, type, base64] = /^data:([^,]*?)(;base64)?,/i.exec(data) ?? [''];
  const rest = data.slice(head.length);
  if (head !== '' && base64 === undefined)
    return { bytes: Buffer.from(decodePercent(rest)), contentType: type || 'text/plain' };
  if (!isBase64(rest)) throw new FileProblem('file-not-taken', 'its data is not base64');
  return { bytes: Buffer.from(rest, 'base64'), contentType: type };
}

/** A part of a URL as a text; as it is where it cannot be read. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
