/** A scripted model that says words as fast as they are taken. */
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';

/** Says `count` words; after the first, answers wait until `together` of them have come. */
export function wordsModel(count: number, together: number): LanguageModelV4 {
  const met = meet(together);
  return {
    specificationVersion: 'v4',
    provider: 'script',
    modelId: 'words',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('streams only')),
    doStream: async () => ({ stream: ReadableStream.from(sayWords(count, met)) }),
  };
}

async function* sayWords(count: number, met: () => Promise<void>): AsyncGenerator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  yield { type: 'text-start', id: '1' };
  yield { type: 'text-delta', id: '1', delta: 'word1 ' };
  await met();
  for (let index = 2; index <= count; index++) yield { type: 'text-delta', id: '1', delta: `word${index} ` };
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
