/** Counts of a text as people count: letters with their accents, emoji and joined signs are one character each. */
export interface TextStats {
  readonly characters: number;
  readonly words: number;
  readonly sentences: number;
  readonly lines: number;
  readonly bytes: number;
}

/** The counts of a text; words and sentences by the rules of Unicode, so that texts without spaces are counted too. */
export function textStats(text: string): TextStats {
  const count = (granularity: 'grapheme' | 'word' | 'sentence', counts: (part: Intl.SegmentData) => boolean) => {
    let total = 0;
    for (const part of new Intl.Segmenter('en', { granularity }).segment(text)) if (counts(part)) total++;
    return total;
  };
  return {
    characters: count('grapheme', () => true),
    words: count('word', (part) => part.isWordLike === true),
    sentences: count('sentence', (part) => part.segment.trim() !== ''),
    lines: text === '' ? 0 : text.split(/\r\n|\r|\n/).length,
    bytes: Buffer.byteLength(text),
  };
}
