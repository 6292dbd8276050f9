/** Finds tools by words, best first. */
import type { ToolDefinition } from '../runs/toolset.ts';

const NAME_WEIGHT = 3;
/** How soon a repeated word stops to count, and how much a long text is held against it: the usual values of BM25. */
const SATURATION = 1.2;
const LENGTH_PENALTY = 0.75;

/** The items that hold at least one word of the query, in whole or as the beginning or part of a word. Ties keep their order. */
export function searchTools<Item extends Pick<ToolDefinition, 'name' | 'description'>>(
  items: readonly Item[],
  query: string,
): Item[] {
  const wanted = [...new Set(toWords(query))];
  const documents = items.map((item) => ({
    item,
    words: [...repeat(toWords(item.name)), ...toWords(item.description)],
  }));
  const averageLength = documents.reduce((sum, { words }) => sum + words.length, 0) / (documents.length || 1);
  const weights = wanted.map((word) =>
    rarity(documents.filter(({ words }) => words.some(has(word))).length, items.length),
  );
  const score = (words: readonly string[]): number =>
    wanted.reduce((sum, word, index) => {
      const count = words.reduce((found, one) => found + (one === word ? 1 : one.includes(word) ? 0.5 : 0), 0);
      const length = 1 - LENGTH_PENALTY + (LENGTH_PENALTY * words.length) / averageLength;
      return sum + ((weights[index] ?? 0) * count * (SATURATION + 1)) / (count + SATURATION * length);
    }, 0);
  return documents
    .map(({ item, words }) => ({ item, score: score(words) }))
    .filter((found) => found.score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ item }) => item);
}

/** `readFile_v2` and `read-file v2` are the same words. */
export const toWords = (text: string): string[] =>
  text
    .normalize('NFKC')
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

const has = (word: string) => (one: string) => one.includes(word);
const repeat = (words: readonly string[]) => Array.from({ length: NAME_WEIGHT }, () => words).flat();
const rarity = (found: number, total: number) => Math.log(1 + (total - found + 0.5) / (found + 0.5));
