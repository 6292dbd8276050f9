/** A scripted model that says words as fast as they are taken. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';

/**
 * Says `count` words; after the first, answers wait until `together` of them have come. As Markdown it says headings, lists, tables and code,
 * about 2,000 words a second.
 */
export function wordsModel(count: number, together: number, isMarkdown = false): LanguageModelV4 {
  const met = meet(together);
  const say = () => (isMarkdown ? sayMarkdown(count) : sayWords(count, met));
  return {
    specificationVersion: 'v4',
    provider: 'script',
    modelId: 'words',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('streams only')),
    doStream: async () => ({ stream: ReadableStream.from(say()) }),
  };
}

async function* sayWords(count: number, met: () => Promise<void>): AsyncGenerator<LanguageModelV4StreamPart> {
  yield* begin();
  yield { type: 'text-delta', id: '1', delta: 'word1 ' };
  await met();
  for (let index = 2; index <= count; index++) yield { type: 'text-delta', id: '1', delta: `word${index} ` };
  yield* end(count);
}

/** What stands in front of a word, by the place of the word in its part of the text. */
const MARKS: Readonly<Record<number, string>> = {
  0: '\n\n## ',
  6: '\n\n',
  60: '\n\n- ',
  70: '\n- **',
  71: '** ',
  80: '\n\n| ',
  82: ' | ',
  84: ' |\n| --- | --- |\n| ',
  86: ' | ',
  88: ' |\n\n```python\n',
  95: '\n',
  110: '\n```\n\n',
};
const PART = 160;
const AT_ONCE = 20;
const PAUSE_MS = 10;

async function* sayMarkdown(count: number): AsyncGenerator<LanguageModelV4StreamPart> {
  yield* begin();
  for (let index = 1; index <= count; index++) {
    yield { type: 'text-delta', id: '1', delta: `${MARKS[(index - 1) % PART] ?? ''}word${index} ` };
    if (index % AT_ONCE === 0) await sleep(PAUSE_MS);
  }
  yield* end(count);
}

function* begin(): Generator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  yield { type: 'text-start', id: '1' };
}

function* end(count: number): Generator<LanguageModelV4StreamPart> {
  yield { type: 'text-end', id: '1' };
  yield {
    type: 'finish',
    finishReason: { unified: 'stop', raw: 'stop' },
    usage: {
      inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: count, text: count, reasoning: 0 },
    },
  };
}

/** Lets callers wait for each other: they go on when `count` of them have come. */
function meet(count: number): () => Promise<void> {
  const all = Promise.withResolvers<void>();
  let present = 0;
  return () => {
    present++;
    if (present >= count) all.resolve();
    return all.promise;
  };
}
