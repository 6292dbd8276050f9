import type { z } from 'zod';
import type { MessagePart, PromptMessage } from '../../contract/prompts.ts';
import { isBase64 } from '../call/base64.ts';
import { invalidField } from '../call/validation-error.ts';
import type { UserPart } from '../store/messages.ts';

type FilePart = Exclude<z.output<typeof MessagePart>, { type: 'text' }>;

/** What a user says, text by text and file by file. Throws a 422 that names the part in which something is wrong. */
export function readMessage(message: z.output<typeof PromptMessage>): UserPart[] {
  if (typeof message === 'string') return [{ type: 'text', text: message }];
  const parts = message.flatMap((part, index): UserPart[] => {
    if (part.type !== 'text') return [toFile(part, `message.${index}`)];
    return part.text === '' ? [] : [{ type: 'text', text: part.text }];
  });
  if (!parts.length) throw invalidField('message', 'says nothing');
  return parts;
}

function toFile({ type, data, url, media_type: mediaType, filename }: FilePart, path: string): UserPart {
  return {
    type: 'file',
    mediaType: mediaType ?? (type === 'image' ? 'image/*' : 'application/octet-stream'),
    data: readContent({ data, url }, path),
    ...(filename !== undefined && { filename }),
  };
}

/** The file in base64, or its address. */
function readContent({ data, url }: Pick<FilePart, 'data' | 'url'>, path: string): string {
  if (data === undefined && url === undefined) throw invalidField(path, 'needs data or url');
  if (data !== undefined && url !== undefined) throw invalidField(path, 'has both data and url, and one file is meant');
  if (data !== undefined) {
    const plain = data.replace(/^data:[^,]*;base64,/i, '');
    if (!isBase64(plain)) throw invalidField(`${path}.data`, 'is not base64');
    return data;
  }
  const address = URL.parse(url ?? '');
  if (!address || !['http:', 'https:', 'data:'].includes(address.protocol)) {
    throw invalidField(`${path}.url`, 'must be an https, http or data URL');
  }
  return address.protocol === 'data:' ? (url ?? '') : address.href;
}
