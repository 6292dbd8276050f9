/** Files that go with a message. */
import type { AGUIContent, AGUIContentPart } from '../../index.ts';

/** A file that was chosen, as it will be sent. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  /** In base64. */
  readonly data: string;
}

/** A request has at most 16 MiB, in base64 and with the whole conversation. */
export const MAX_BYTES = 11 * 1024 * 1024;

/** Reads files. Rejects with a sentence for people when they are too large, or one cannot be read. */
export async function readFiles(files: readonly File[], already: readonly Attachment[]): Promise<Attachment[]> {
  const sum = [...already.map(({ bytes }) => bytes), ...files.map(({ size }) => size)].reduce((a, b) => a + b, 0);
  if (sum > MAX_BYTES)
    throw new Error(`Files may have ${toMegabytes(MAX_BYTES)} together; these have ${toMegabytes(sum)}.`);
  return Promise.all(files.map(readFile));
}

/** Bytes as people read them. */
export const toMegabytes = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

async function readFile(file: File): Promise<Attachment> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
  return {
    id: `${file.name} ${file.size} ${file.lastModified} ${Math.random()}`,
    name: file.name || 'pasted',
    mediaType: file.type || 'application/octet-stream',
    bytes: file.size,
    data: url.slice(url.indexOf(',') + 1),
  };
}

/** A text with files as AG-UI says it; a text alone stays one. */
export function toContent(text: string, files: readonly Attachment[]): AGUIContent {
  if (!files.length) return text;
  return [...(text ? [{ type: 'text' as const, text }] : []), ...files.map(toPart)];
}

function toPart({ name, mediaType, data }: Attachment): AGUIContentPart {
  const [kind = ''] = mediaType.split('/');
  const type = kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document';
  const part = {
    type,
    source: { type: 'data', value: data, mimeType: mediaType },
    metadata: { filename: name },
  } as const;
  return part;
}
