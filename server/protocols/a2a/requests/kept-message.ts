/** What a task keeps of a message. Its conversation has the whole; a task is stored with each change, and shown in lists. */
import type { A2aMessage } from '../json.ts';
import type { A2aSdk } from '../sdk.ts';

/** The most characters of JSON that a task keeps of one message. */
const MAX_CHARACTERS = 1024 * 1024;

/** The message with the parts that fit, and a sentence in place of the others. Throws the protocol's error when it is too long without any. */
export function toKeptMessage(message: A2aMessage, { errors }: A2aSdk): A2aMessage {
  const { parts, ...rest } = message;
  let room = MAX_CHARACTERS - JSON.stringify(rest).length;
  if (room < 0)
    throw new errors.RequestMalformedError(`message is over ${MAX_CHARACTERS} characters without its parts`);
  const given: unknown[] = Array.isArray(parts) ? parts : [];
  const kept = given.filter((part) => {
    const { length } = JSON.stringify(part);
    if (length > room) return false;
    room -= length;
    return true;
  });
  const omitted = given.length - kept.length;
  return omitted ? { ...message, parts: [...kept, { text: toRemark(omitted) }] } : message;
}

const toRemark = (count: number): string =>
  count === 1
    ? 'One part of this message is too long to be kept in the task.'
    : `${count} parts of this message are too long to be kept in the task.`;
