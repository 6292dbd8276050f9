/** What the tokens of a request cost, by a table that is data. */
import { formatModelId, type ModelId, readModelId } from '../models/model-ids.ts';
import type { Usage } from '../store/usage.ts';
import { readPriceFile } from './price-file.ts';
import bundledTable from './price-table.json' with { type: 'json' };
import { type Price, type PriceTable, readPriceTable } from './price-table.ts';

/** The list prices of models. */
export interface Prices {
  /** The date of the bundled table, or that of the operator's file; null when that file has prices and names none. */
  readonly from: string | null;
  /**
   * What one request to `model` (an id of any form) costs, in US dollars, to the millionth of a millionth. Null where the price is not
   * known, and 0 only where it is known to be 0. A sum of several requests has no price of its own: long prompts may cost more a token.
   */
  priceOf(model: string, usage: Usage): number | null;
  /** What a million tokens of a short prompt to `model` cost, in US dollars; null where the price is not known. */
  ratesOf(model: string): Rates | null;
  /** The ids of the models that have a line. */
  models(): string[];
}

/** US dollars per million tokens. */
interface Rates {
  readonly input: number;
  readonly cached_input: number;
  readonly output: number;
}

interface OpenPrices {
  /** The operator's own table; its entries replace those of the bundled one. */
  readonly file?: string | undefined;
  readonly log: { warn(details: object, message: string): void };
}

/** Opens the price table. Throws one sentence when `file` cannot be read or is no table; an odd entry of it costs only itself, and `log` is told. */
export function openPrices({ file, log }: OpenPrices): Prices {
  const own = file === undefined ? undefined : readPriceFile(file);
  for (const problem of own?.problems ?? []) log.warn({ file, problem }, 'a line of the price file is odd');
  // By the first who asks: no start waits for the bundled table.
  const read = once(() => {
    const bundled = readPriceTable(bundledTable);
    const from = dateOf(own) ?? (own?.prices.size ? null : dateOf(bundled));
    return { from, prices: new Map([...(bundled?.prices ?? []), ...(own?.prices ?? [])]) };
  });
  const findPrice = (model: string) => {
    const { prices } = read();
    const id = readModelId(model);
    return (
      id &&
      keysOf(id)
        .map((key) => prices.get(key))
        .find((one) => one !== undefined)
    );
  };
  return {
    get from() {
      return read().from;
    },
    priceOf(model, usage) {
      const price = findPrice(model);
      return price ? costOf(price, usage) : null;
    },
    ratesOf(model) {
      const price = findPrice(model);
      if (!price) return null;
      const { input, cached_input = input, output } = currentOf(price);
      return { input, cached_input, output };
    },
    models: () => [...read().prices.keys()].filter((id) => !id.endsWith(':*')),
  };
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const dateOf = (table: PriceTable | undefined): string | null => table?.date ?? null;

/** `-2025-08-07` as OpenAI writes it, `-20251001` as Anthropic does, `@20251001` as Google does for Anthropic's. */
const SNAPSHOT_DATE = /-\d{4}-\d{2}-\d{2}$|[-@]\d{8}$/;
/** Models that Ollama does not run on one's own machine, and that are paid for elsewhere. */
const OLLAMA_CLOUD = /[:-]cloud$/;

/**
 * Where the price of a model stands, the first that is there: its id as it is, without Google's `models/`, without the date of its snapshot
 * (which costs what the model does, unless it has a line), and last what its provider's models cost that have no line. Nothing else is tried:
 * a name that is only alike may cost ten times as much.
 */
function keysOf({ provider, name }: ModelId): string[] {
  const short = provider === 'google' ? name.replace(/^models\//, '') : name;
  const names = [name, short, short.replace(SNAPSHOT_DATE, '')];
  const isElsewhere = provider === 'ollama' && OLLAMA_CLOUD.test(name);
  return [...names, ...(isElsewhere ? [] : ['*'])].map((each) => formatModelId({ provider, name: each }));
}

const currentOf = (price: Price) =>
  price.later && price.later.from <= new Date().toISOString().slice(0, 10) ? price.later : price;

/**
 * The AI SDK counts cached tokens among those of the input and reasoning among those of the output, for every provider. It also counts what
 * was written to a cache among the input, which {@link Usage} does not tell apart: it is charged as other input here, where Anthropic and the
 * newest models of OpenAI ask a quarter more. Sound and pictures are charged as text.
 */
function costOf(price: Price, { inputTokens, cachedInputTokens, outputTokens }: Usage): number {
  const current = currentOf(price);
  const { long_prompt: long } = current;
  const { input, output, cached_input: cachedInput = input } = long && inputTokens > long.above ? long : current;
  // Some servers report more cached tokens than there were.
  const cached = Math.min(cachedInputTokens, inputTokens);
  const microDollars = (inputTokens - cached) * input + cached * cachedInput + outputTokens * output;
  return Math.round(microDollars * 1e6) / 1e12;
}
