import type { Message } from './messages.ts';

const MAX_LENGTH = 80;
/** Costs more to make than a title does. */
let segmenter: Intl.Segmenter | undefined;

/** The first words of the first text a user sent, on one line of at most 80 characters; empty when there is none yet. */
export function titleOf(messages: readonly Message[]): string {
  for (const message of messages) {
    if (message.role !== 'user') continue;
    for (const part of message.content) {
      const title = part.type === 'text' ? toTitle(part.text) : '';
      if (title) return title;
    }
  }
  return '';
}

function toTitle(text: string): string {
  // Far more than a title can need, so that a huge text costs nothing.
  const line = text
    .slice(0, MAX_LENGTH * 50)
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (line.length <= MAX_LENGTH) return line;
  // What a reader sees as one character may be many code points, such as a flag or a family.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const segments = segmenter.segment(line)[Symbol.iterator]();
  const characters = [...segments.take(MAX_LENGTH + 1)].map(({ segment }) => segment);
  if (characters.length <= MAX_LENGTH) return line;
  const head = characters.slice(0, MAX_LENGTH - 1);
  const lastSpace = head.lastIndexOf(' ');
  // A text without spaces, such as Japanese, is cut where it is too long.
  const end = characters[MAX_LENGTH - 1] === ' ' || lastSpace < MAX_LENGTH / 2 ? head.length : lastSpace;
  return `${head.slice(0, end).join('').trimEnd()}…`;
}
