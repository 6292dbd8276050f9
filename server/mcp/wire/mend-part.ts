import { z } from 'zod';
import { isIconList, isRecord } from './without-nulls.ts';

type Part = Record<string, unknown>;

const MAX_UNKNOWN = 2000;
const UNKNOWN_TYPE = 'application/octet-stream';

/** Content that is text. */
export const textPart = (text: string) => ({ type: 'text', text });

/** One part of a tool's answer as the protocol has it; what is of no kind that it knows becomes text, as JSON. */
export function mendPart(value: unknown): Part {
  if (!isRecord(value)) return textPart(toText(value));
  const part = withKnownFields(value);
  switch (part.type ?? (typeof part.text === 'string' ? 'text' : undefined)) {
    case 'text':
      return { ...part, type: 'text', text: toText(part.text) };
    case 'image':
    case 'audio':
      return mendMedia(part) ?? describe(value);
    case 'resource_link':
      return mendLink(part) ?? describe(value);
    case 'resource':
      return mendResource(part) ?? describe(value);
    default:
      return describe(value);
  }
}

/** Text of anything: what is no text is told as JSON, and what is absent is empty. */
function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

function describe(part: Part): Part {
  const json = JSON.stringify(part);
  const text = json.length > MAX_UNKNOWN ? `${json.slice(0, MAX_UNKNOWN)} [cut off: ${json.length} characters]` : json;
  return textPart(text);
}

function mendMedia(part: Part): Part | undefined {
  if (typeof part.data !== 'string') return undefined;
  const [, typeInUrl, dataInUrl] = /^data:([^;,]*)(?:;[^,]*)?,(.*)$/s.exec(part.data) ?? [];
  const data = toBase64(dataInUrl ?? part.data);
  const mimeType = typeof part.mimeType === 'string' ? part.mimeType : typeInUrl || UNKNOWN_TYPE;
  return data === undefined ? undefined : { ...part, data, mimeType };
}

function mendLink(part: Part): Part | undefined {
  const { uri, name, size, icons, mimeType, ...others } = part;
  if (typeof uri !== 'string') return undefined;
  const given = typeof name === 'string' && name !== '' ? name : undefined;
  return {
    ...others,
    uri,
    name: given ?? (uri.split(/[/\\]/).findLast(Boolean) || uri),
    ...(typeof mimeType === 'string' && { mimeType }),
    ...(typeof size === 'number' && { size }),
    ...(isIconList(icons) && { icons }),
  };
}

function mendResource(part: Part): Part | undefined {
  const resource = mendContents(part.resource);
  return resource && { ...part, resource };
}

/** The contents of a resource: its text or its bytes, under a URI that may be empty; undefined when it has neither. */
export function mendContents(value: unknown): Part | undefined {
  if (!isRecord(value)) return undefined;
  const { uri, text, blob, mimeType, _meta: meta, ...others } = value;
  const given = {
    ...others,
    uri: toText(uri),
    ...(typeof mimeType === 'string' && { mimeType }),
    ...(isRecord(meta) && { _meta: meta }),
  };
  const bytes = typeof blob === 'string' ? toBase64(blob) : undefined;
  if (bytes !== undefined) return { ...given, blob: bytes };
  return (text ?? undefined) === undefined ? undefined : { ...given, text: toText(text) };
}

const Annotations = z.looseObject({
  audience: z.array(z.enum(['user', 'assistant'])).optional(),
  priority: z.number().min(0).max(1).optional(),
  lastModified: z.iso.datetime({ offset: true }).optional(),
});

/** A part without those optional fields that are not what the protocol has there. */
function withKnownFields(part: Part): Part {
  const { annotations, _meta: meta, title, description, ...others } = part;
  return {
    ...others,
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && { description }),
    ...(Annotations.safeParse(annotations).success && { annotations }),
    ...(isRecord(meta) && { _meta: meta }),
  };
}

/** Base64 in its common alphabet and whole; undefined for anything else. */
function toBase64(text: string): string | undefined {
  const compact = text.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/');
  let end = compact.length;
  while (compact[end - 1] === '=') end--;
  const digits = compact.slice(0, end);
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || end % 4 === 1) return undefined;
  return digits.padEnd(Math.ceil(end / 4) * 4, '=');
}
