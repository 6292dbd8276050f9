import { invalidField } from './validation-error.ts';

/** Whether what is known of a file is its address by http or https, and not the file in base64. */
export const isAddress = (data: string): boolean => /^https?:/i.test(data);

/** The address of a file, or a `data:` URL that holds it. `data` is its address, or the file in base64. */
export const toFileUrl = ({ mediaType, data }: { readonly mediaType: string; readonly data: string }): string =>
  isAddress(data) ? data : `data:${mediaType};base64,${data}`;

/** A file of an answer as callers are shown it. */
export const toAnswerFile = ({
  mediaType: media_type,
  data,
}: {
  readonly mediaType: string;
  readonly data: string;
}) => ({
  media_type,
  ...(isAddress(data) ? { url: data } : { data }),
});

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
