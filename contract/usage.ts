import { z } from 'zod';
import { get, group } from './kit.ts';
import { agentFilter, timeFilter, timeOrder } from './pages.ts';
import { TokenUsage } from './prompts.ts';

/** What tokens cost, by the price table of the server. */
export const Cost = z.number().nullable().meta({
  description:
    'In US dollars, by the price table of the server; null when the price of no model that was asked is known',
});

/**
 * How many answers `cost` is without: those of a model without a price, and those whose provider did not say what they used. An answer
 * that broke off before anything was counted is not one, here as in the metric `unpriced_steps_total`.
 */
export const UnpricedSteps = z.int().meta({
  description:
    'How many answers of models `cost` is without, because the price of the model, or what the answer used, is not known. One that broke off before anything was counted is not among them',
});

const sums = {
  runs: z.int().meta({ description: 'How many runs have ended' }),
  duration_seconds: z.number().meta({ description: 'How long they took, one after the other' }),
  usage: TokenUsage,
  cost: Cost,
  unpriced_steps: UnpricedSteps,
};

/** What a set of runs came to. */
export const Sums = z.object(sums).meta({ id: 'RunSums' });

const UsageGroup = z
  .object({
    name: z.string().nullable().meta({
      description:
        'The agent, the key, the model or the day in UTC; null for runs without a key, and for those that asked no model or did not note it',
    }),
    ...sums,
  })
  .meta({ id: 'UsageGroup' });

const example: z.output<typeof Sums> = {
  runs: 12,
  duration_seconds: 48.2,
  usage: { prompt_tokens: 15_000, completion_tokens: 4_000, cached_tokens: 9_000, reasoning_tokens: 0 },
  cost: 0.31,
  unpriced_steps: 0,
};

/** What runs used and cost. */
export const usage = group('Usage', 'What runs used and cost.', {
  get: get('/usage', {
    summary: 'Usage and cost',
    description:
      'What the runs of a time came to, added up by agent, key, model or day. They count with the minute in which they began, as soon as they have ended, and stay counted when their conversation is deleted. A run that asked several models counts with its last one; tokens and costs count with the model that was asked. A caller sees the runs of its own key, and those begun without keys.',
    query: z.object({
      group_by: z.enum(['agent', 'key', 'model', 'day']).meta({ description: 'What to add up by' }),
      agent_id: agentFilter,
      ...timeFilter,
    }),
    rules: [timeOrder],
    output: z
      .object({
        groups: z.array(UsageGroup).meta({ description: 'By their names' }),
        total: Sums,
        prices_from: z.string().nullable().meta({
          description: 'The date of the price table; null when the table names none',
        }),
      })
      .meta({ id: 'UsageReport' }),
    example: { groups: [{ name: 'my-agent', ...example }], total: example, prices_from: '2026-11-01' },
  }),
});
