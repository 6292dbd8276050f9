/** The files that a model says: kept in their place, within bounds, and told again to the providers that take them. */
import { expect, test } from 'vitest';
import { Models } from '../server/models/models.ts';
import { defaultRunLimits } from '../server/runs/limits.ts';
import { rebuildMessages } from '../server/runs/rebuild-messages.ts';
import { withoutOddParts } from '../server/store/message-schema.ts';
import type { Message } from '../server/store/messages.ts';
import { quickLimits, runLoop, userSays } from './support/loop.ts';
import { file, finish, scriptedModel, text } from './support/scripted-model.ts';

const PNG = 'iVBORw0KGgo=';
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const image = { type: 'file', mediaType: 'image/png', data: PNG };
const statusesOf = (events: readonly object[]) =>
  events.flatMap((event) => ('text' in event && 'type' in event && event.type === 'status' ? event.text : []));

test('stand in their place among the texts, and are read in each form that a library gives them in', async () => {
  const url = 'https://files.test/a.pdf?key=1';
  const model = scriptedModel([
    [
      ...text('One '),
      file('image/png', PNG),
      file('IMAGE/PNG; q=1', bytesOf(PNG)),
      ...text('two'),
      file('', `data:image/png;base64,${PNG}`),
      file('*', 'iVBORw0KGgo'),
      file('text/csv', new URL('data:text/plain,a%2Cb')),
      file('application/pdf', new URL(url)),
      file('x', bytesOf('AAAA')),
      finish(),
    ],
  ]);
  const { events, messages, outcome } = await runLoop(model);
  expect(outcome).toEqual({ status: 'finished', pending: [] });
  const content = [
    { type: 'text', text: 'One ' },
    image,
    image,
    { type: 'text', text: 'two' },
    image,
    image,
    { type: 'file', mediaType: 'text/csv', data: 'YSxi' },
    { type: 'file', mediaType: 'application/pdf', data: url },
    { type: 'file', mediaType: 'application/octet-stream', data: 'AAAA' },
  ];
  expect(messages).toEqual([{ id: expect.any(String), role: 'assistant', content }]);
  expect(rebuildMessages(events)).toEqual(messages);
  expect(withoutOddParts(messages[0])).toEqual(messages[0]);
  expect(events.map(({ type }) => type)).toEqual([
    'step-started',
    'model-asked',
    ...['text-started', 'text-delta', 'text-ended', 'file', 'file'],
    ...['text-started', 'text-delta', 'text-ended', ...Array<string>(5).fill('file')],
    'model-answered',
    'step-ended',
  ]);
});

test('that are too large, or that nothing can be made of, are left out with a word, and the answer goes on', async () => {
  const limits = { ...quickLimits, answerFileBytes: 3000, answerFilesBytes: 5000 };
  const model = scriptedModel([
    [
      file('image/png', new Uint8Array(3001)),
      file('image/png', new Uint8Array(3000)),
      file('image/gif', new Uint8Array(2001)),
      file('image/png', PNG),
      file('image/png', PNG),
      file('image/png', 'no base64!'),
      file('image/png', ''),
      file('text/html', new URL('file:///etc/passwd')),
      ...text('Done'),
      finish(),
    ],
  ]);
  const { events, messages, outcome } = await runLoop(model, { limits });
  expect(outcome).toMatchObject({ status: 'finished' });
  expect(messages).toMatchObject([
    { content: [{ type: 'file', data: Buffer.alloc(3000).toString('base64') }, image, { type: 'text', text: 'Done' }] },
  ]);
  const leftOut = (type: string, why: string) => `A file of the answer (${type}) was left out: ${why}`;
  expect(statusesOf(events)).toEqual([
    leftOut('image/png', 'it is larger than 3000 bytes'),
    leftOut('image/gif', 'the files of the answer are larger than 5000 bytes'),
    leftOut('image/png', 'the files of the answer are larger than 5000 bytes'),
    leftOut('image/png', 'its data is not base64'),
    leftOut('image/png', 'there is nothing in it'),
    leftOut('text/html', 'its address is neither http nor https'),
  ]);
});

test('of one answer at most fit into the message that is stored, and into what is held for late readers', () => {
  const { answerFileBytes, answerFilesBytes, logChars } = defaultRunLimits;
  expect(answerFileBytes).toBeLessThan(answerFilesBytes);
  expect(Math.ceil(answerFilesBytes / 3) * 4).toBeLessThan(Math.min(logChars, 16 * 1024 * 1024) - 1024 * 1024);
});

test('count as what a reader was told: a model that fails behind one is not asked again, and the file is kept', async () => {
  const model = scriptedModel([
    [file('image/png', PNG), { fail: new Error('broken') }],
    [...text('Again'), finish()],
  ]);
  const { messages, outcome } = await runLoop(model);
  expect(model.asked).toHaveLength(1);
  expect(outcome).toMatchObject({ status: 'failed', code: 'model-failed' });
  expect(messages).toMatchObject([{ content: [image] }]);
});

const said: Message[] = [
  userSays('Draw'),
  {
    id: 'a1',
    role: 'assistant',
    content: [
      { type: 'text', text: 'Here: ' },
      {
        type: 'file',
        mediaType: 'image/png',
        data: PNG,
        providerOptions: { google: { thoughtSignature: 'sig' } },
      },
      { type: 'file', mediaType: 'image/png', data: 'https://files.test/a.png' },
      { type: 'file', mediaType: 'application/zip', data: 'AAAA' },
    ],
  },
  userSays('And a red one', 'u2'),
];

/** The answer of a Gemini model that draws, as its API streams it. */
const drawn = [
  { text: 'Here: ' },
  { inlineData: { mimeType: 'image/png', data: PNG }, thoughtSignature: 'sig' },
  { text: 'as you said.' },
].map((part) => `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [part] } }] })}\n\n`);
const stop = `data: ${JSON.stringify({ candidates: [{ finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 9, totalTokenCount: 12 } })}\n\n`;

/** Asks a provider, which answers as Gemini does; `bodies` are what it was sent. */
async function ask(id: string, environment: Record<string, string>, history: Message[]) {
  // biome-ignore lint/suspicious/noExplicitAny: a body is what the API of its provider says, and is compared below.
  const bodies: any[] = [];
  const models = new Models({
    environment,
    async fetch(_url, init) {
      bodies.push(JSON.parse(String(init?.body)));
      return new Response([...drawn, stop].join(''), { headers: { 'content-type': 'text/event-stream' } });
    },
  });
  const found = await models.resolve(id);
  const limits = { ...quickLimits, retries: 0 };
  return { ...(await runLoop(found.model, { models: { resolve: async () => found }, history, limits })), bodies };
}

test('come from Gemini with their signatures, and go back to it with them', async () => {
  const first = await ask('gemini-2.5-flash-image', { GEMINI_API_KEY: 'k' }, said);
  expect(first.outcome).toMatchObject({ status: 'finished' });
  const signed = { google: { thoughtSignature: 'sig' } };
  expect(first.messages).toMatchObject([
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Here: ' },
        { ...image, providerOptions: signed },
        { type: 'text', text: 'as you said.' },
      ],
    },
  ]);
  expect(first.bodies[0].contents[1]).toEqual({
    role: 'model',
    parts: [
      { text: 'Here: ' },
      { inlineData: { mimeType: 'image/png', data: PNG }, thoughtSignature: 'sig' },
      { text: '[file image/png]' },
      { text: '[file application/zip]' },
    ],
  });
  const next = [userSays('Draw'), ...first.messages, userSays('More', 'u2')];
  const second = await ask('gemini-2.5-flash-image', { GEMINI_API_KEY: 'k' }, next);
  expect(second.bodies[0].contents[1].parts).toEqual([
    { text: 'Here: ' },
    { inlineData: { mimeType: 'image/png', data: PNG }, thoughtSignature: 'sig' },
    { text: 'as you said.' },
  ]);
});

test.each([
  ['gpt-4o', { OPENAI_API_KEY: 'k' }],
  ['gpt-4o', { OPENAI_API_KEY: 'k', OPENAI_API: 'chat' }],
  ['claude-sonnet-4-5', { ANTHROPIC_API_KEY: 'k' }],
  ['ollama:m', {}],
])('go to other providers as a text: %s %o', async (id, environment) => {
  const { bodies } = await ask(id, environment as Record<string, string>, said);
  const [, answer, ...rest] = bodies[0].messages ?? bodies[0].input;
  const texts = JSON.stringify(rest.length > 1 ? [answer, ...rest.slice(0, -1)] : answer);
  expect(texts).toContain('Here: ');
  expect(texts.match(/\[file image\/png\]/g)).toHaveLength(2);
  expect(texts).toContain('[file application/zip]');
  expect(JSON.stringify(bodies[0])).not.toContain(PNG);
});
