import type { AssistantPart, Message, UserPart } from './messages.ts';
import { toStoredJson } from './stored-json.ts';

const MAX_BYTES = 1024 * 1024;
/** The most where it holds files: as much as the body of a request may have. */
const MAX_BYTES_WITH_FILES = 16 * MAX_BYTES;

/** A message as the JSON that is stored: whole, or with its longest parts cut and marked when it is over 1 MiB, or over 16 with files. */
export function toStoredBody(message: Message): string {
  const whole = toStoredJson(message);
  const maxBytes = hasFiles(message) ? MAX_BYTES_WITH_FILES : MAX_BYTES;
  // No character takes more than three bytes for each of its UTF-16 units.
  if (whole.length * 3 <= maxBytes || Buffer.byteLength(whole) <= maxBytes) return whole;
  let body = whole;
  for (let maxLength = maxBytes / 4; maxLength >= 256 && Buffer.byteLength(body) > maxBytes; maxLength /= 4) {
    body = toStoredJson(shorten(message, maxLength));
  }
  return body;
}

function hasFiles(message: Message): boolean {
  if (message.role === 'tool') return message.files !== undefined;
  return message.role !== 'system' && message.content.some(({ type }) => type === 'file');
}

function shorten(message: Message, maxLength: number): Message {
  if (message.role === 'tool' && (message.page || message.files)) {
    return shorten({ ...message, page: undefined, files: undefined }, maxLength);
  }
  switch (message.role) {
    case 'system':
      return { ...message, content: cut(message.content, maxLength) };
    case 'user':
      return { ...message, content: message.content.map((part) => shortenUserPart(part, maxLength)) };
    case 'assistant':
      return { ...message, content: message.content.map((part) => shortenAssistantPart(part, maxLength)) };
    case 'tool': {
      const text = typeof message.result === 'string' ? message.result : (JSON.stringify(message.result) ?? '');
      return text.length > maxLength ? { ...message, result: cut(text, maxLength) } : message;
    }
  }
}

function shortenUserPart(part: UserPart, maxLength: number): UserPart {
  if (part.type === 'text') return { ...part, text: cut(part.text, maxLength) };
  return part.data.length <= maxLength ? part : toTooLarge(part);
}

const toTooLarge = ({
  filename = 'A file',
  mediaType,
}: {
  readonly filename?: string;
  readonly mediaType: string;
}) => ({
  type: 'text' as const,
  text: `[${filename} (${mediaType}) was too large to store]`,
});

function shortenAssistantPart(part: AssistantPart, maxLength: number): AssistantPart {
  if (part.type === 'tool-call') {
    const isLong = (JSON.stringify(part.args) ?? '').length > maxLength;
    // The call itself stays, so that its result still has something to answer.
    return isLong ? { ...part, args: { not_stored: 'The arguments were too large to store' } } : part;
  }
  if (part.type === 'file') return part.data.length <= maxLength ? part : toTooLarge(part);
  // A provider's signature covers the whole text and would be refused with a part of it.
  return part.text.length > maxLength ? { type: part.type, text: cut(part.text, maxLength) } : part;
}

function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  // Well formed again after a cut between the halves of a character.
  const head = text.slice(0, maxLength).toWellFormed();
  return `${head}\n[${text.length - maxLength} more characters were too much to store]`;
}
