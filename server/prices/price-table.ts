/** Reads a table of prices: the one that comes with the server and the operator's own have one shape. */
import { z } from 'zod';
import { formatModelId, readModelId } from '../models/model-ids.ts';

const dollars = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d+(\.\d+)?$/)
        .transform(Number),
    ],
    { error: 'must be US dollars per million tokens' },
  )
  .pipe(z.number().min(0, 'must not be less than 0'));
const rates = { input: dollars, output: dollars, cached_input: dollars.optional() };
const tariff = {
  ...rates,
  // A request whose input is longer costs this in all, its first tokens too.
  long_prompt: z.strictObject({ above: z.int().min(0), ...rates }).optional(),
};
// Strict: a misspelled `cached_input` that was passed over would make a wrong price, and unknown is better than wrong.
const Price = z.strictObject({ ...tariff, later: z.strictObject({ from: z.iso.date(), ...tariff }).optional() });

/** What a model costs, in US dollars per million tokens; cached input costs what input does where its own price is not known. */
export type Price = z.output<typeof Price>;

/** A table as it was read. */
export interface PriceTable {
  /** The day as of which the prices hold; null when the table does not say. */
  readonly date: string | null;
  /** By `provider:name`, or `provider:*` for the models of a provider that have no line; null: not known, whatever another table says. */
  readonly prices: ReadonlyMap<string, Price | null>;
  /** What was left out or is doubtful, one sentence each. */
  readonly problems: readonly string[];
}

/** The table that `value` holds, without the entries that are none; undefined when it is no table at all. */
export function readPriceTable(value: unknown): PriceTable | undefined {
  const table = z.looseObject({ models: z.record(z.string(), z.unknown()) }).safeParse(value);
  if (!table.success) return undefined;
  const prices = new Map<string, Price | null>();
  const problems: string[] = [];
  for (const [key, entry] of Object.entries(table.data.models)) {
    const id = readModelId(key);
    if (!id) {
      problems.push(`'${key}' is left out: it names no provider that is known here`);
      continue;
    }
    const model = formatModelId(id);
    if (prices.has(model)) problems.push(`'${model}' stands there twice; the last one counts`);
    const price = Price.nullable().safeParse(entry);
    if (!price.success) problems.push(`'${key}' has no price now: ${describe(price.error)}`);
    prices.set(model, price.success ? price.data : null);
  }
  const date = z.iso.date().nullish().safeParse(table.data.date);
  if (!date.success) problems.push('its date is left out: it must be written as 2026-01-31');
  return { date: date.data ?? null, prices, problems };
}

function describe({ issues: [issue] }: z.ZodError): string {
  return [issue?.path.join('.'), issue?.message].filter(Boolean).join(' ');
}
