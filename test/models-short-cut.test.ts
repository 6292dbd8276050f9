/** Pieces of a text pass by the library of a provider: what comes of an answer is the same, part by part, as through the library alone. */
import { setTimeout as wait } from 'node:timers/promises';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import type { Api } from '../server/models/wire/dialects.ts';
import { mendAnswers } from '../server/models/wire/mended-fetch.ts';
import { withShortCut } from '../server/models/wire/short-cut.ts';

type Fetch = typeof globalThis.fetch;

const chat = (delta: object, finish_reason: string | null = null) => ({
  ...{ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' },
  choices: [{ index: 0, delta, finish_reason }],
});
const chatFrames = [
  chat({ role: 'assistant', content: '' }),
  ...['I ', 'think', ' so'].map((reasoning_content) => chat({ reasoning_content })),
  ...['The ', 'first ', 'text', '.'].map((content) => chat({ content })),
  chat({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a"' } }] }),
  chat({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
  ...['And ', 'on ', 'it ', 'goes'].map((content) => chat({ role: 'assistant', content })),
  chat({ content: ' to the end' }, 'stop'),
  { ...chat({}), choices: [], usage: { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 } },
];
const block = (index: number, content_block: object, type: string, name: string, pieces: readonly string[]) => [
  { type: 'content_block_start', index, content_block },
  ...pieces.map((piece) => ({ type: 'content_block_delta', index, delta: { type, [name]: piece } })),
];
const anthropicFrames = [
  {
    type: 'message_start',
    message: { id: 'm', role: 'assistant', model: 'm', content: [], usage: { input_tokens: 3, output_tokens: 1 } },
  },
  ...block(0, { type: 'thinking', thinking: '' }, 'thinking_delta', 'thinking', ['I ', 'think', ' so']),
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'sig' } },
  { type: 'content_block_stop', index: 0 },
  ...block(1, { type: 'text', text: '' }, 'text_delta', 'text', ['The ', 'first ', 'text', '.']),
  { type: 'content_block_stop', index: 1 },
  ...block(2, { type: 'tool_use', id: 't', name: 'f', input: {} }, 'input_json_delta', 'partial_json', ['{"a"', ':1}']),
  { type: 'content_block_stop', index: 2 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
];
const summary = (delta: string) => ({
  ...{ type: 'response.reasoning_summary_text.delta', item_id: 'rs', output_index: 0, summary_index: 0, delta },
});
const output = (delta: string) => ({
  ...{ type: 'response.output_text.delta', item_id: 'msg', output_index: 1, content_index: 0, delta, logprobs: [] },
});
const responsesFrames = [
  { type: 'response.created', response: { id: 'r', created_at: 1, model: 'm' } },
  { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning', id: 'rs', summary: [] } },
  {
    ...{ type: 'response.reasoning_summary_part.added', item_id: 'rs', output_index: 0, summary_index: 0 },
    part: { type: 'summary_text', text: '' },
  },
  ...['I ', 'think', ' so'].map(summary),
  { type: 'response.output_item.done', output_index: 0, item: { type: 'reasoning', id: 'rs', summary: [] } },
  { type: 'response.output_item.added', output_index: 1, item: { type: 'message', id: 'msg' } },
  ...['The ', 'first ', 'text', '.'].map(output),
  {
    ...{ type: 'response.output_item.done', output_index: 1 },
    item: { type: 'message', id: 'msg', content: [{ type: 'output_text', text: 'The first text.', annotations: [] }] },
  },
  { type: 'response.completed', response: { usage: { input_tokens: 3, output_tokens: 9 } } },
];
const gemini = (part: object, rest: object = {}) => ({
  candidates: [{ content: { role: 'model', parts: [part] }, index: 0, ...rest }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 9 },
});
const geminiFrames = [
  ...['I ', 'think', ' so'].map((text) => gemini({ text, thought: true })),
  ...['The ', 'first ', 'text'].map((text) => gemini({ text })),
  gemini({ functionCall: { name: 'f', args: { a: 1 } } }),
  ...['And ', 'on ', 'it ', 'goes'].map((text) => gemini({ text })),
  gemini({ text: '.' }, { finishReason: 'STOP' }),
];

interface Case {
  readonly name: string;
  readonly api: Api;
  readonly frames: readonly object[];
  /** How many frames are no more than the next piece of a text that has begun. */
  readonly passing: number;
  open(fetch: Fetch): LanguageModelV4;
}

const settings = { apiKey: 'k', baseURL: 'http://provider.test/v1' };
const cases: Case[] = [
  {
    // It has no thoughts.
    ...{ name: 'Chat Completions', api: 'chat-completions', frames: chatFrames, passing: 6 },
    open: (fetch) => createOpenAI({ ...settings, fetch }).chat('m'),
  },
  {
    ...{ name: 'a copy of Chat Completions', api: 'chat-completions', frames: chatFrames, passing: 8 },
    open: (fetch) => createOpenAICompatible({ ...settings, fetch, name: 'copy' }).chatModel('m'),
  },
  {
    ...{ name: "Anthropic's Messages", api: 'anthropic-messages', frames: anthropicFrames, passing: 5 },
    open: (fetch) => createAnthropic({ ...settings, fetch }).languageModel('m'),
  },
  {
    ...{ name: 'Responses', api: 'openai-responses', frames: responsesFrames, passing: 5 },
    open: (fetch) => createOpenAI({ ...settings, fetch }).responses('m'),
  },
  {
    ...{ name: 'Gemini', api: 'gemini', frames: geminiFrames, passing: 7 },
    open: (fetch) => createGoogle({ ...settings, fetch }).languageModel('m'),
  },
];

const toText = (frame: object) => `data: ${JSON.stringify(frame)}\n\n`;

/** Answers with these texts, one at a time. What ends it in the middle is an error. */
const answering =
  (texts: readonly string[], failure?: Error): Fetch =>
  async () => {
    async function* say() {
      for (const text of texts) {
        yield new TextEncoder().encode(text);
        await wait(1);
      }
      if (failure) throw failure;
    }
    return new Response(ReadableStream.from(say()), { headers: { 'content-type': 'text/event-stream' } });
  };

/** What comes of an answer, and how many of its frames the library was given. */
async function read({ api, open }: Case, fetch: Fetch, isShort: boolean) {
  const library = open(mendAnswers({ fetch, api }));
  let given = 0;
  const counting: LanguageModelV4 = {
    ...{ specificationVersion: 'v4', provider: library.provider, modelId: library.modelId },
    ...{ supportedUrls: library.supportedUrls, doGenerate: (options) => library.doGenerate(options) },
    async doStream(options) {
      const result = await library.doStream({ ...options, includeRawChunks: true });
      const count = (part: LanguageModelV4StreamPart) => {
        if (part.type === 'raw') given += 1;
      };
      const counted = new TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart>({
        transform(part, controller) {
          count(part);
          controller.enqueue(part);
        },
      });
      return { ...result, stream: result.stream.pipeThrough(counted) };
    },
  };
  const model = isShort ? withShortCut(counting) : counting;
  const parts: LanguageModelV4StreamPart[] = [];
  const abortSignal = new AbortController().signal;
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Go' }] }];
  const { stream } = await model.doStream({ prompt, abortSignal });
  try {
    for await (const part of stream) if (part.type !== 'raw') parts.push(part);
  } catch (error) {
    parts.push({ type: 'error', error });
  }
  // Some libraries invent ids and times.
  const text = JSON.stringify(parts, (key, value) => (key === 'error' ? String(value) : value));
  return { parts: text.replace(/"(toolCallId|id)":"[A-Za-z0-9]{16}"/g, '"$1":"made up"'), given };
}

describe.each(cases)('an answer in $name', (each) => {
  const texts = each.frames.map(toText);

  it('comes to the same, and most of it passes by', async () => {
    const [long, short] = await Promise.all([false, true].map((isShort) => read(each, answering(texts), isShort)));
    expect(short?.parts).toBe(long?.parts);
    expect(long?.given).toBe(texts.length);
    expect(short?.given).toBe(texts.length - each.passing);
  });

  it('comes to the same however it is cut into pieces', async () => {
    const whole = texts.join('');
    const [long] = await Promise.all([read(each, answering(texts), false)]);
    for (const size of [7, 61, 250, whole.length]) {
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
        whole.slice(index * size, (index + 1) * size),
      );
      expect((await read(each, answering(pieces), true)).parts).toBe(long?.parts);
    }
  });

  it('comes to the same wherever it breaks off', async () => {
    await Promise.all(
      texts.map(async (_, end) => {
        const fetch = answering(texts.slice(0, end), new TypeError('terminated'));
        const outcome = (isShort: boolean) => read(each, fetch, isShort).then(({ parts }) => parts, String);
        expect(await outcome(true)).toBe(await outcome(false));
      }),
    );
  });
});

it('does not read a provider any further than its reader follows', async () => {
  const [each] = cases;
  if (!each) throw new Error('no case');
  let said = 0;
  async function* say() {
    for (; said < 10_000; said++) yield new TextEncoder().encode(toText(chat({ content: 'x' })));
  }
  const fetch: Fetch = async () => new Response(ReadableStream.from(say()));
  const model = withShortCut(each.open(mendAnswers({ fetch, api: each.api })));
  const { stream } = await model.doStream({ prompt: [] });
  const reader = stream.getReader();
  await reader.read();
  await wait(50);
  expect(said).toBeLessThan(1000);
  await reader.cancel();
});
