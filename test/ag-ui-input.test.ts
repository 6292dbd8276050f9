import { expect, test } from 'vitest';
import { readAgUiRun } from '../server/protocols/ag-ui/input.ts';

const ids = { thread_id: 't', run_id: 'r' };
const read = async (...messages: Record<string, unknown>[]) =>
  (await readAgUiRun({ ...ids, messages }, undefined)).messages;
const user = (...content: unknown[]) => ({ id: 'u', role: 'user', content });
const call = (id: string, text: string) => ({ id, type: 'function', function: { name: 'weather', arguments: text } });

test('system, developer, user and assistant messages keep their ids and their order', async () => {
  expect(
    await read(
      { id: '1', role: 'system', content: 'Be brief' },
      { id: '2', role: 'developer', content: 'Answer in French' },
      { id: '3', role: 'user', content: 'Hello' },
      { id: '4', role: 'assistant', content: 'Salut' },
    ),
  ).toEqual([
    { id: '1', role: 'system', content: 'Be brief' },
    { id: '2', role: 'system', content: 'Answer in French' },
    { id: '3', role: 'user', content: [{ type: 'text', text: 'Hello' }] },
    { id: '4', role: 'assistant', content: [{ type: 'text', text: 'Salut' }] },
  ]);
});

test.each([
  ['camelCase', { toolCalls: [{ ...call('c', '{"city":"Paris"}'), encryptedValue: 'x' }] }, { toolCallId: 'c' }],
  ['snake_case', { tool_calls: [{ ...call('c', '{"city":"Paris"}'), encrypted_value: 'x' }] }, { tool_call_id: 'c' }],
])('a tool call and its result in %s are read', async (_, calls, result) => {
  expect(
    await read(
      { id: 'a', role: 'assistant', content: null, ...calls },
      { id: 'r', role: 'tool', content: '18 °C', ...result },
    ),
  ).toEqual([
    {
      id: 'a',
      role: 'assistant',
      content: [{ type: 'tool-call', callId: 'c', name: 'weather', args: { city: 'Paris' } }],
    },
    { id: 'r', role: 'tool', callId: 'c', name: 'weather', result: '18 °C', status: 'done' },
  ]);
});

test('arguments that were cut off are kept as text, and none are an empty object', async () => {
  const [message] = await read({ id: 'a', role: 'assistant', toolCalls: [call('c1', '{"ci'), call('c2', '')] });
  expect(message).toMatchObject({ content: [{ args: '{"ci' }, { args: {} }] });
});

test('a failed tool is read as failed', async () => {
  const failed = { id: 'r', role: 'tool', toolCallId: 'c', content: '', error: 'No such city' };
  expect(await read({ id: 'a', role: 'assistant', toolCalls: [call('c', '{}')] }, failed)).toMatchObject([
    { role: 'assistant' },
    { status: 'error', result: 'No such city' },
  ]);
});

test('an optional field that is null is as good as absent', async () => {
  const { view, messages } = await readAgUiRun(
    {
      ...ids,
      parent_run_id: null,
      state: null,
      tools: null,
      context: null,
      resume: null,
      forwardedProps: null,
      messages: [
        { id: '1', role: 'user', name: null, content: 'Hello' },
        { id: '2', role: 'assistant', content: null, tool_calls: null, name: null },
        { id: '3', role: 'assistant', content: 'Hi', toolCalls: null, encryptedValue: null },
      ],
    },
    undefined,
  );
  expect(view).toEqual({ threadId: 't', runId: 'r', parentRunId: undefined, isVersion1: false, casing: 'both' });
  expect(messages.map(({ id }) => id)).toEqual(['1', '3']);
});

test('media parts become files, by data or by URL', async () => {
  const data = { type: 'data', value: 'aGk=', mimeType: 'image/png' };
  const [message] = await read(
    user(
      { type: 'text', text: 'Look' },
      { type: 'image', source: data, metadata: { filename: 'cat.png' } },
      { type: 'image', source: { type: 'data', value: 'aGk=', mime_type: 'image/webp' } },
      { type: 'audio', source: { type: 'url', value: 'https://x.test/a' } },
      { type: 'document', source: { type: 'url', value: 'https://x.test/d' } },
    ),
  );
  expect(message).toHaveProperty('content', [
    { type: 'text', text: 'Look' },
    { type: 'file', mediaType: 'image/png', data: 'aGk=', filename: 'cat.png' },
    { type: 'file', mediaType: 'image/webp', data: 'aGk=' },
    { type: 'file', mediaType: 'audio/*', data: 'https://x.test/a' },
    { type: 'file', mediaType: 'application/octet-stream', data: 'https://x.test/d' },
  ]);
});

test('binary parts of older clients become files, once when they are sent in both shapes', async () => {
  const modern = { type: 'image', source: { type: 'data', value: 'aGk=', mimeType: 'image/png' } };
  const [message] = await read(
    user({ type: 'binary', mimeType: 'image/png', data: 'aGk=' }, modern, {
      type: 'binary',
      mime_type: 'application/pdf',
      url: 'https://x.test/d',
      filename: 'd.pdf',
    }),
  );
  expect(message).toHaveProperty('content', [
    { type: 'file', mediaType: 'image/png', data: 'aGk=' },
    { type: 'file', mediaType: 'application/pdf', data: 'https://x.test/d', filename: 'd.pdf' },
  ]);
});

test('a binary part without data, and a file that is at a provider, are refused by name', async () => {
  const file = { type: 'image', source: { type: 'file', value: 'file-1' } };
  await expect(read(user({ type: 'binary', mimeType: 'image/png', id: 'x' }))).rejects.toThrow('messages.0.content');
  await expect(read(user(file))).rejects.toThrow('messages.0.content.0.source: is a file at a provider');
});

test('a tool result with parts is read as its text', async () => {
  const content = [
    { type: 'text', text: 'A map:' },
    { type: 'text', text: 'done' },
  ];
  const image = { type: 'image', source: { type: 'url', value: 'https://x.test/m.png' } };
  const result = { id: 'r', role: 'tool', toolCallId: 'c', content: [...content, image] };
  expect(await read(result)).toMatchObject([{ result: 'A map:\ndone\n[image not shown]' }]);
});

test.each([
  ['an object', { a: 1 }, '{"a":1}'],
  ['a list that is none of parts', [1, { b: 2 }], '[1,{"b":2}]'],
  ['a number', 7, '7'],
  ['null', null, ''],
])('a tool result that is %s is read as its JSON', async (_, content, result) => {
  expect(await read({ id: 'r', role: 'tool', toolCallId: 'c', content })).toMatchObject([{ result, status: 'done' }]);
});

test('arguments that are an object already are read as they are', async () => {
  const called = { id: 'c', type: 'function', function: { name: 'weather', arguments: { city: 'Paris' } } };
  expect(await read({ id: 'a', role: 'assistant', toolCalls: [called] })).toMatchObject([
    { content: [{ callId: 'c', args: { city: 'Paris' } }] },
  ]);
});

test('parts in the shapes of OpenAI are read as text and images', async () => {
  const [message] = await read(
    user(
      { type: 'input_text', text: 'Look' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
      { type: 'input_image', image_url: 'data:image/webp;charset=utf-8;base64,aGk=' },
    ),
  );
  expect(message).toHaveProperty('content', [
    { type: 'text', text: 'Look' },
    { type: 'file', mediaType: 'image/png', data: 'aGk=' },
    { type: 'file', mediaType: 'image/*', data: 'https://x.test/a.png' },
    { type: 'file', mediaType: 'image/webp', data: 'aGk=' },
  ]);
});

test.each([
  ['content', { a: 1 }, 'messages.0.content: Invalid input: expected string or array, received object'],
  [
    'a part',
    [{ type: 'text', text: 'a' }, { type: 'hologram' }],
    "messages.0.content.1.type: Invalid discriminator value. Expected 'text' | 'image' | 'audio' | 'video' | 'document'",
  ],
  [
    'an image without a URL',
    [{ type: 'image_url' }],
    "messages.0.content.0.type: Invalid discriminator value. Expected 'text' | 'image' | 'audio' | 'video' | 'document'",
  ],
  ['a text', [{ type: 'text' }], 'messages.0.content.0.text: is required'],
])('%s that is none is refused with what it must be', async (_, content, problem) => {
  await expect(read({ id: 'u', role: 'user', content })).rejects.toThrow(problem);
});

test('reasoning and activities are left out', async () => {
  expect(
    await read(
      { id: '1', role: 'reasoning', content: 'Hm', encrypted_value: 'x' },
      { id: '2', role: 'activity', activity_type: 'progress', content: { message_id: 'untouched' } },
    ),
  ).toEqual([]);
});

test('a turn that an older client split into messages of one id is one message again, and repeats are dropped', async () => {
  const [c1, c2] = [call('c1', '{}'), call('c2', '{}')];
  expect(
    await read(
      { id: 'u', role: 'user', content: 'Hello' },
      { id: 'u', role: 'user', content: 'Hello' },
      { id: 'a', role: 'assistant', content: 'Looking', toolCalls: [c1] },
      { id: 'r1', role: 'tool', toolCallId: 'c1', content: '1' },
      { id: 'a', role: 'assistant', toolCalls: [c1, c2] },
      { id: 'r2', role: 'tool', toolCallId: 'c2', content: '2' },
    ),
  ).toMatchObject([
    { id: 'u' },
    { id: 'a', content: [{ text: 'Looking' }, { callId: 'c1' }, { callId: 'c2' }] },
    { id: 'r1' },
    { id: 'r2' },
  ]);
});

test('keys of tool parameters are never respelled', async () => {
  const parameters = { type: 'object', properties: { thread_id: { type: 'string' }, tool_call_id: {} } };
  const { callerTools } = await readAgUiRun(
    { ...ids, messages: [], tools: [{ name: 'confirm', description: '', parameters }] },
    undefined,
  );
  expect(callerTools).toEqual([{ name: 'confirm', description: '', inputSchema: parameters }]);
});

test('a conversation of 1,000 messages is read within 100 ms', async () => {
  const messages = Array.from({ length: 1000 }, (_, index) => ({ id: `${index}`, role: 'user', content: 'Hello' }));
  await read(...messages);
  const start = performance.now();
  expect(await read(...messages)).toHaveLength(1000);
  expect(performance.now() - start).toBeLessThan(100);
});
