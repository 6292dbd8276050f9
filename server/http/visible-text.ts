import { stripVTControlCharacters } from 'node:util';

/** Control characters, and those that change the direction or the look of what follows. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line: colours of others are dropped, line breaks and whatever else a terminal would obey are spelled out. */
export const toVisible = (text: string): string =>
  stripVTControlCharacters(text).replace(
    INVISIBLE,
    (character) => SHORT[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
