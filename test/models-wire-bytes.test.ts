import { expect, test } from 'vitest';
import { AnswerMender } from '../server/models/wire/answer-mender.ts';
import { type Api, openDialect } from '../server/models/wire/dialects.ts';

const encoder = new TextEncoder();
const mender = (api: Api) =>
  new AnswerMender(openDialect(api), (words) => words.replaceAll('hunter2-hunter2', '[hidden]'));

const ordinary: readonly [api: Api, frame: string][] = [
  [
    'chat-completions',
    'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o","service_tier":"default","choices":[{"index":0,"delta":{"content":"wörd"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"}\n\n',
  ],
  [
    'anthropic-messages',
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"wörd"}    }\n\n',
  ],
  [
    'gemini',
    'data: {"candidates": [{"content": {"parts": [{"text": "wörd"}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 10,"totalTokenCount": 10,"promptTokensDetails": [{"modality": "TEXT","tokenCount": 10}]},"modelVersion": "gemini-2.5-flash","responseId": "r"}\n\n',
  ],
  [
    'openai-responses',
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":7,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"wörd","logprobs":[],"obfuscation":"x"}\n\n',
  ],
];

test.each(ordinary)('%s: what is well leaves as the bytes that came', (api, frame) => {
  const bytes = encoder.encode(frame + frame);
  expect(mender(api).add(bytes)).toBe(bytes);
});

test.each(ordinary)('%s: a frame that comes in two pieces leaves whole', (api, frame) => {
  const bytes = encoder.encode(frame);
  const middle = bytes.indexOf(0xc3) + 1;
  const mended = mender(api);
  expect(mended.add(bytes.subarray(0, middle))).toBeUndefined();
  expect(new TextDecoder().decode(mended.add(bytes.subarray(middle)))).toBe(frame);
});

test.each(ordinary)('%s: a frame without an end is given up', (api) => {
  const mended = mender(api);
  const bytes = encoder.encode('data: ').subarray(0, 6);
  expect(mended.add(bytes)).toBeUndefined();
  const words = new TextDecoder().decode(mended.add(new Uint8Array(16_000_000).fill(97)));
  expect(words).toContain('it sent more than 16000000 characters in one piece');
  expect(mended.isOver).toBe(true);
});

test.each(ordinary)('%s: an error repeats no key', (api) => {
  const error = encoder.encode('data: {"error":{"message":"hunter2-hunter2 is no key","code":401}}\n\n');
  expect(new TextDecoder().decode(mender(api).add(error))).toContain('"[hidden] is no key"');
});
