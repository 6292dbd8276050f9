/**
 * A count as it is kept, whatever was said: a whole number from 0 on, rounded where it was none. 0 for what counts nothing: null, a word,
 * a number that is not finite or that no one can have counted.
 */
export function toCount(said: unknown): number {
  const number = typeof said === 'string' && said.trim() ? Number(said) : said;
  if (typeof number !== 'number') return 0;
  const count = Math.max(0, Math.round(number));
  return Number.isSafeInteger(count) ? count : 0;
}
