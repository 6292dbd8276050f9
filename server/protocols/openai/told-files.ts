/** The files of an answer, where OpenAI's APIs have a place for them. */
import { isAddress } from '../../call/data-url.ts';
import type { RunEvent } from '../../runs/run-events.ts';

type FileEvent = Extract<RunEvent, { readonly type: 'file' }>;

/** Whether it is an image, for which there is a place; anything else is told as a text, see {@link toTextEvents}. */
export const isImage = ({ mediaType }: Pick<FileEvent, 'mediaType'>): boolean => mediaType.startsWith('image/');

/** The id of the message that tells of the files of another in words. */
export const fileTextIdOf = (messageId: string): string => `${messageId}-file`;

/** A file as a text: its address where it has one, else its type. */
export function toTextEvents(file: FileEvent): RunEvent[] {
  const { mediaType, data } = file;
  const messageId = fileTextIdOf(file.messageId);
  const link = `${isImage(file) ? '!' : ''}[${mediaType}](${data})`;
  return [
    { type: 'text-started', messageId },
    { type: 'text-delta', messageId, delta: isAddress(data) ? link : `[file ${mediaType}]` },
    { type: 'text-ended', messageId },
  ];
}
