import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { cloudProviderNames, factsOf, localProviderNames } from '../server/models/known-models.ts';
import bundled from '../server/prices/price-table.json' with { type: 'json' };
import { readPriceTable } from '../server/prices/price-table.ts';
import { openPrices } from '../server/prices/prices.ts';
import { readCodeBlocks } from './support/code-blocks.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const usage = (inputTokens: number, outputTokens: number, cachedInputTokens = 0, reasoningTokens = 0) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens,
  reasoningTokens,
});
const MILLION = usage(1_000_000, 1_000_000);

/** Opens the prices with a file that holds `content`; `warnings` are the problems that the log is told of. */
async function openWith(content: unknown) {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'prices.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  const warnings: unknown[] = [];
  const prices = openPrices({ file, log: { warn: (details) => warnings.push(Object(details).problem) } });
  return { prices, warnings };
}
const bundledPrices = openPrices({ log: { warn: () => {} } });

describe('the table that comes with the server', () => {
  const table = readPriceTable(bundled);
  const entries = [...(table?.prices ?? [])];

  test('has nothing odd in it, and a date', () => {
    expect(table?.problems).toEqual([]);
    expect(bundledPrices.from).toBe('2026-10-07');
  });

  test('asks for something in every line but those of models that are free', () => {
    const isFree = (price: (typeof entries)[number][1]) => price?.input === 0 && price.output === 0;
    const free = entries.filter(([, price]) => isFree(price)).map(([key]) => key);
    expect(free).toEqual(['demo:rules', ...localProviderNames.map((name) => `${name}:*`)]);
    const rates = entries
      .filter(([key]) => !free.includes(key))
      .flatMap(([key, price]) =>
        [price, price?.long_prompt, price?.later].flatMap((each) => (each ? [{ key, ...each }] : [])),
      );
    const isSane = ({ input, output, cached_input: cached = input }: (typeof rates)[number]) =>
      cached > 0 && cached <= input && input <= output && output < 1000;
    expect(rates.filter((each) => !isSane(each))).toEqual([]);
  });

  test('asks more for long prompts than for others', () => {
    const tiered = entries.flatMap(([, price]) => (price?.long_prompt ? [{ price, long: price.long_prompt }] : []));
    expect(tiered.length).toBeGreaterThan(0);
    expect(tiered.filter(({ price, long }) => long.input <= price.input || long.output <= price.output)).toEqual([]);
  });

  test('has every usual model of the providers but the one that is another model every few months', () => {
    const usual = cloudProviderNames.flatMap((provider) =>
      factsOf(provider).models.map((name) => `${provider}:${name}`),
    );
    expect(usual.filter((id) => bundledPrices.priceOf(id, MILLION) === null)).toEqual(['google:gemini-flash-latest']);
  });

  test.each([
    ['openai:gpt-4o', 12.5],
    ['openai:gpt-6.1-sol', 19],
    ['anthropic:claude-haiku-4-5', 6],
    ['anthropic:claude-opus-5-5', 24],
    ['google:gemini-2.5-flash', 2.8],
    ['demo:rules', 0],
    ['ollama:qwen3:8b', 0],
    ['vllm:meta-llama/Llama-3', 0],
  ])('a million tokens of each kind cost with %s %d dollars', (model, dollars) => {
    expect(bundledPrices.priceOf(model, MILLION)).toBe(dollars);
  });
});

describe('a model is found', () => {
  test.each([
    ['by a bare name', 'gpt-4o'],
    ['by another separator', 'OpenAI/gpt-4o'],
    ['by a snapshot of it', 'openai:gpt-4o-2024-08-06'],
  ])('%s', (_, model) => expect(bundledPrices.priceOf(model, MILLION)).toBe(12.5));

  test('by its own line before that of the model it is a snapshot of', () => {
    expect(bundledPrices.priceOf('openai:gpt-4o-2024-05-13', MILLION)).toBe(20);
  });

  test('by the dates and prefixes of the other providers', () => {
    expect(bundledPrices.priceOf('anthropic:claude-haiku-4-5-20251001', MILLION)).toBe(6);
    expect(bundledPrices.priceOf('google:models/gemini-2.5-flash', MILLION)).toBe(2.8);
  });

  test.each([
    'openai:gpt-4o-mini-tts',
    'openai:gpt-4o-preview',
    'openai:ft:gpt-4o-2024-08-06:acme::1',
    'openai:my-deployment',
    'openai-compatible:openai/gpt-4o',
    'anthropic:us.anthropic.claude-haiku-4-5-20251001-v1:0',
    'ollama:gpt-oss:120b-cloud',
    'ollama:kimi-k2:cloud',
    'no-provider',
    '',
  ])('%j is none of them, and its price is not known', (model) => {
    expect(bundledPrices.priceOf(model, MILLION)).toBeNull();
    expect(bundledPrices.priceOf(model, usage(0, 0))).toBeNull();
  });
});

describe('a request costs', () => {
  test('less for cached input, which is part of the input, and nothing more for reasoning, which is part of the output', () => {
    expect(bundledPrices.priceOf('openai:gpt-4o', usage(1_000_000, 0, 400_000))).toBe(2);
    expect(bundledPrices.priceOf('openai:gpt-4o', usage(0, 1_000_000, 0, 900_000))).toBe(10);
  });

  test('what input does for cached input without a price of its own', () => {
    expect(bundledPrices.priceOf('openai:gpt-5-pro', usage(1_000_000, 0, 400_000))).toBe(15);
  });

  test('at most all of its input as cached', () => {
    expect(bundledPrices.priceOf('openai:gpt-4o', usage(1_000_000, 0, 3_000_000))).toBe(1.25);
  });

  test('more as a whole once its prompt is long', () => {
    expect(bundledPrices.priceOf('google:gemini-2.5-pro', usage(200_000, 1_000_000))).toBe(10.25);
    expect(bundledPrices.priceOf('google:gemini-2.5-pro', usage(200_001, 1_000_000))).toBe(15.5000025);
  });

  test('a number without the dust of binary fractions, down to a single token', () => {
    expect(bundledPrices.priceOf('openai:gpt-4o-mini', usage(3, 1, 1))).toBe(0.000000975);
    expect(bundledPrices.priceOf('google:gemini-2.5-flash-lite', usage(3, 0))).toBe(0.0000003);
    expect(bundledPrices.priceOf('openai:gpt-5-nano', usage(1, 0, 1))).toBe(0.000000005);
    expect(bundledPrices.priceOf('openai:gpt-4o', usage(0, 0))).toBe(0);
  });

  describe('what it does on that day', () => {
    afterEach(() => void vi.useRealTimers());
    test.each([
      ['2026-12-31T23:59:59Z', 4.5],
      ['2027-01-01T00:00:00Z', 9],
    ])('%s', (now, dollars) => {
      vi.useFakeTimers({ now: new Date(now), toFake: ['Date'] });
      expect(bundledPrices.priceOf('google:gemini-3.8-flash', MILLION)).toBe(dollars);
    });
  });
});

describe('a price file', () => {
  test('lays its entries over the table, in any spelling of an id, and leaves the others', async () => {
    const models = { 'gpt-4o': { input: 1, output: '2.5' }, 'openai-compatible:*': { input: 0.5, output: 0.5 } };
    const { prices, warnings } = await openWith({ models });
    expect(prices.priceOf('openai:gpt-4o', MILLION)).toBe(3.5);
    expect(prices.priceOf('openai-compatible:anything', MILLION)).toBe(1);
    expect(prices.priceOf('openai:gpt-4.1', MILLION)).toBe(10);
    expect(warnings).toEqual([]);
  });

  test('has its own date, or none once it has a price', async () => {
    expect((await openWith({ date: '2031-02-03', models: {} })).prices.from).toBe('2031-02-03');
    expect((await openWith({ models: { 'gpt-4o': { input: 1, output: 2 } } })).prices.from).toBeNull();
    expect((await openWith({ models: {} })).prices.from).toBe('2026-10-07');
    const odd = await openWith({ date: 'May', models: { 'gpt-4o': { input: 1, output: 2 } } });
    expect([odd.prices.from, odd.warnings]).toEqual([null, ['its date is left out: it must be written as 2026-01-31']]);
  });

  test('that knows no price of a model says so with null', async () => {
    const { prices, warnings } = await openWith({ models: { 'openai:gpt-4o': null, 'ollama:*': null } });
    expect([prices.priceOf('openai:gpt-4o-2024-08-06', MILLION), prices.priceOf('ollama:qwen3', MILLION)]).toEqual([
      null,
      null,
    ]);
    expect(warnings).toEqual([]);
  });

  test.each([
    ['a price below 0', { input: -1, output: 1 }, 'input must not be less than 0'],
    ['no price', { input: 1 }, 'output must be US dollars per million tokens'],
    ['a price in words', { input: 'cheap', output: 1 }, 'input must be US dollars per million tokens'],
    ['a field of another name', { input: 1, output: 1, cachedInput: 1 }, 'Unrecognized key: "cachedInput"'],
    ['a list', [], 'Invalid input: expected object, received array'],
    [
      'a step that is none',
      { input: 1, output: 1, long_prompt: { above: 1, input: 2 } },
      'long_prompt.output must be US dollars per million tokens',
    ],
  ])('with %s loses that price alone, which nobody knows then', async (_, entry, reason) => {
    const { prices, warnings } = await openWith({
      models: { 'openai:gpt-4o': entry, 'openai:gpt-4.1': { input: 1, output: 1 } },
    });
    expect(prices.priceOf('openai:gpt-4o', MILLION)).toBeNull();
    expect(prices.priceOf('openai:gpt-4.1', MILLION)).toBe(2);
    expect(warnings).toEqual([`'openai:gpt-4o' has no price now: ${reason}`]);
  });

  test('with a model of nobody loses that line alone', async () => {
    const { prices, warnings } = await openWith({
      models: { 'opnai:gpt-4o': { input: 9, output: 9 }, o3: { input: 1, output: 1 } },
    });
    expect([prices.priceOf('openai:gpt-4o', MILLION), prices.priceOf('openai:o3', MILLION)]).toEqual([12.5, 2]);
    expect(warnings).toEqual(["'opnai:gpt-4o' is left out: it names no provider that is known here"]);
  });

  test('with a model twice counts the last one, and says so', async () => {
    const line = (key: string, input: number) => `"${key}": {"input": ${input}, "output": 0}`;
    const same = await openWith(`{"models": {${line('openai:gpt-4o', 1)}, ${line('openai:gpt-4o', 2)}}}`);
    expect([same.prices.priceOf('openai:gpt-4o', MILLION), same.warnings]).toEqual([
      2,
      ["'models.openai:gpt-4o' stands there twice; the last one counts"],
    ]);
    const spelled = await openWith(`{"models": {${line('openai:gpt-4o', 1)}, ${line('gpt-4o', 2)}}}`);
    expect([spelled.prices.priceOf('openai:gpt-4o', MILLION), spelled.warnings]).toEqual([
      2,
      ["'openai:gpt-4o' stands there twice; the last one counts"],
    ]);
  });

  test('may begin with a byte order mark', async () => {
    const { prices } = await openWith('\uFEFF{"models": {"gpt-4o": {"input": 1, "output": 1}}}');
    expect(prices.priceOf('openai:gpt-4o', MILLION)).toBe(2);
  });

  test('may be the one of the README', async () => {
    const [block] = (await readCodeBlocks('README.md')).filter(({ code }) => code.includes('"long_prompt"'));
    const { prices, warnings } = await openWith(block?.code ?? '');
    expect([prices.from, prices.priceOf('openai-compatible:anything', MILLION), warnings]).toEqual([
      '2026-10-07',
      0.8,
      [],
    ]);
  });

  test.each([
    ['no JSON', 'models: {}', 'is not JSON'],
    ['nothing', '', 'is not JSON'],
    ['a list', '[]', 'is no table of prices: it needs an object "models"'],
    ['no models', '{"gpt-4o": {"input": 1, "output": 1}}', 'is no table of prices: it needs an object "models"'],
    ['a list of models', '{"models": []}', 'is no table of prices: it needs an object "models"'],
    ['too much', ' '.repeat(1024 * 1024 + 1), 'is larger than 1 MiB'],
  ])('with %s in it is refused', async (_, content, reason) => {
    await expect(openWith(content)).rejects.toThrow(new RegExp(`^The price file \\S+/prices\\.json ${reason}$`));
  });

  test('that is none is refused, and nothing is written', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'folder'));
    const open = (name: string) => openPrices({ file: join(folder.path, name), log: { warn: () => {} } });
    expect(() => open('folder')).toThrow(`The price file ${folder.path}/folder is not a file`);
    expect(() => open('missing')).toThrow(`The price file ${folder.path}/missing cannot be read: ENOENT`);
    expect(await readdir(folder.path)).toEqual(['folder']);
  });
});
