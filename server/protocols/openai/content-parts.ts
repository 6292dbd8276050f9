/** What users say: texts, images, audio and files, in the shapes of both of OpenAI's APIs. */
import { readDataUrl } from '../../call/data-url.ts';
import { type Fields, isFields } from '../../call/fields.ts';
import { invalidField } from '../../call/validation-error.ts';
import type { UserPart } from '../../store/messages.ts';
import { textOf } from './fields.ts';

/** Reads what a user says. `place` is where it stands in the request. Throws a 422 for a part of which nothing can be made. */
export function readUserParts(content: unknown, place: string): UserPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw invalidField(place, 'must be a text or a list of parts');
  return content.flatMap((part: unknown, index) => readPart(part, `${place}.${index}`));
}

/** The texts of a content that may hold nothing else that a model could be told, such as that of an assistant, or of a tool. */
export function readText(content: unknown, place: string): string {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalidField(place, 'must be a text or a list of parts');
  return content
    .filter(isFields)
    .map((part) => textOf(part.text) ?? textOf(part.refusal) ?? (part.type === 'text' ? '' : nameOf(part)))
    .join('');
}

const nameOf = ({ type }: Fields) => (/text$/.test(String(type)) ? '' : `[${String(type)} not shown]`);

function readPart(part: unknown, place: string): UserPart[] {
  if (typeof part === 'string') return part === '' ? [] : [{ type: 'text', text: part }];
  if (!isFields(part)) throw invalidField(place, 'must be a part with a type');
  switch (part.type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return typeof part.text === 'string' && part.text !== '' ? [{ type: 'text', text: part.text }] : [];
    case 'image_url':
    case 'input_image': {
      const url = isFields(part.image_url) ? part.image_url.url : part.image_url;
      return [toFile(url, { place: `${place}.image_url`, mediaType: 'image/*' })];
    }
    case 'input_audio': {
      const audio = isFields(part.input_audio) ? part.input_audio : {};
      const mediaType = audio.format === 'mp3' ? 'audio/mpeg' : `audio/${textOf(audio.format) ?? 'wav'}`;
      return [toFile(audio.data, { place: `${place}.input_audio.data`, mediaType, isBase64: true })];
    }
    case 'file':
    case 'input_file':
      return [readFile(isFields(part.file) ? part.file : part, place)];
    default:
      throw invalidField(`${place}.type`, 'must be one of: text, image_url, input_audio, file, or the input_ kinds');
  }
}

function readFile({ file_data: data, file_url: url, filename }: Fields, place: string): UserPart {
  const name = textOf(filename);
  const mediaType = /\.pdf$/i.test(name ?? '') ? 'application/pdf' : 'application/octet-stream';
  const file = toFile(data ?? url, { place: `${place}.file_data`, mediaType, isBase64: data !== undefined });
  return { ...file, ...(name !== undefined && { filename: name }) };
}

interface FileOptions {
  readonly place: string;
  /** Where the value does not say another. */
  readonly mediaType: string;
  /** Whether a value that is no URL is data. */
  readonly isBase64?: boolean;
}

type FilePart = Extract<UserPart, { readonly type: 'file' }>;

function toFile(value: unknown, { place, mediaType, isBase64 = false }: FileOptions): FilePart {
  const text = textOf(value);
  if (text === undefined)
    throw invalidField(place, 'is required: files at a provider cannot be reached, send the data');
  const held = readDataUrl(text, place);
  if (held) return { type: 'file', mediaType: held.mediaType || mediaType, data: held.data };
  if (/^https?:/i.test(text) && URL.canParse(text)) return { type: 'file', mediaType, data: text };
  if (isBase64 && /^[\w+/=\s-]+$/.test(text)) return { type: 'file', mediaType, data: text };
  throw invalidField(place, `must be a data: or an https: URL${isBase64 ? ', or base64' : ''}`);
}
