import { z } from 'zod';
import { toCount } from './count.ts';

/** Tokens as a provider counted them; `reasoningTokens` are among the output tokens, and `cachedInputTokens` among the input tokens. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly cachedInputTokens: number;
}

const count = z.unknown().transform(toCount);

/** Reads a usage as it was stored, whatever was counted. */
export const StoredUsage = z.object({
  inputTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  cachedInputTokens: count,
});

/** The usage of what has asked no model yet. */
export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, reasoningTokens: 0, cachedInputTokens: 0 };

/** The sum of costs, without the noise that adding up fractions leaves. */
export const sumCosts = (costs: readonly number[]): number =>
  Number(costs.reduce((sum, cost) => sum + cost, 0).toPrecision(12));

/** The sum of two usages. */
export const sumUsage = (one: Usage, other: Usage): Usage => ({
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
  reasoningTokens: one.reasoningTokens + other.reasoningTokens,
  cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
});
