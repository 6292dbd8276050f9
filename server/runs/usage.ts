import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { toCount } from '../store/count.ts';
import type { Usage } from './run-events.ts';

/** The sum of what a run has used and what one call of a model did. Providers report halves, texts and nothing: all become whole numbers here. */
export function addUsage(sum: Usage, { inputTokens, outputTokens }: LanguageModelV4Usage): Usage {
  return {
    inputTokens: toCount(sum.inputTokens + toCount(inputTokens.total)),
    outputTokens: toCount(sum.outputTokens + toCount(outputTokens.total)),
    reasoningTokens: toCount(sum.reasoningTokens + toCount(outputTokens.reasoning)),
    cachedInputTokens: toCount(sum.cachedInputTokens + toCount(inputTokens.cacheRead)),
  };
}
