import { invalidField } from './validation-error.ts';

/**
 * The file that a `data:` URL holds, in base64, and its type, which may be empty; undefined for any other text. Throws a 422 that names the
 * place where what it holds is no text.
 */
export function readDataUrl(text: string, place: string): { mediaType: string; data: string } | undefined {
  const [, mediaType, encoding, data = ''] = /^data:([^,;]*)(?:;[^,;]*)*?(;base64)?,(.*)$/s.exec(text) ?? [];
  if (mediaType === undefined) return undefined;
  return { mediaType, data: encoding ? data : Buffer.from(decodeText(data, place)).toString('base64') };
}

function decodeText(text: string, place: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw invalidField(place, 'is no data: URL', { cause });
  }
}
