/** The most that a model reads of one text that code has written, in characters. */
export const MAX_SHOWN = 16_000;

/** The beginning and the end of a text that is longer than a model reads, with a line between them that says so. */
export function shortenText(text: string): string {
  if (text.length <= MAX_SHOWN) return text;
  const half = MAX_SHOWN / 2;
  return `${text.slice(0, half)}\n[... ${text.length - MAX_SHOWN} characters left out ...]\n${text.slice(-half)}`;
}
