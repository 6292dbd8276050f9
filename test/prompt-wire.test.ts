/** What each provider is really sent of a prompt. */
import { expect, test } from 'vitest';
import type { FileSource } from '../server/models/files/file-source.ts';
import { Models } from '../server/models/models.ts';
import type { LoopOptions } from '../server/runs/agent-loop.ts';
import { runLoop } from './support/loop.ts';

const doors = {
  responses: ['gpt-4o', { OPENAI_API_KEY: 'k' }],
  chat: ['gpt-4o', { OPENAI_API_KEY: 'k', OPENAI_API: 'chat' }],
  anthropic: ['claude-sonnet-4-5', { ANTHROPIC_API_KEY: 'k' }],
  google: ['gemini-2.5-flash', { GEMINI_API_KEY: 'k' }],
  ollama: ['ollama:m', {}],
  compatible: ['openai-compatible:m', { OPENAI_COMPATIBLE_BASE_URL: 'https://models.test/v1' }],
} as const;
type Door = keyof typeof doors;

/** The body of the request that a provider is sent first; it is refused, which is all that becomes of the run. */
async function sentTo(door: Door, options: Partial<LoopOptions>) {
  const [id, environment] = doors[door];
  // biome-ignore lint/suspicious/noExplicitAny: a body is what the API of its provider says, and is compared whole below.
  const bodies: any[] = [];
  const models = new Models({
    environment,
    async fetch(_url, init) {
      bodies.push(JSON.parse(String(init?.body)));
      return Response.json({ error: { message: 'refused' } }, { status: 400 });
    },
  });
  const { outcome } = await runLoop((await models.resolve(id)).model, options);
  expect(outcome).toMatchObject({ code: 'model-failed', detail: expect.stringContaining('answered 400') });
  return bodies[0];
}

const PNG = 'iVBORw0KGgo=';
const PDF = Buffer.from('%PDF-1.7').toString('base64');
const IMAGE = 'https://x.test/dot.png';
/** A source that has the image, and lets whoever can fetch it do so. */
const files: FileSource = {
  fetch: async () => ({ bytes: Buffer.from(PNG, 'base64'), contentType: 'image/png' }),
  mayPassOn: async () => true,
};
const parts: Partial<LoopOptions> = {
  files,
  history: [
    {
      id: 'u',
      role: 'user',
      content: [
        { type: 'text', text: 'See' },
        { type: 'file', mediaType: 'image/*', data: PNG },
        { type: 'file', mediaType: 'application/octet-stream', data: PDF, filename: 'a.pdf' },
        { type: 'file', mediaType: 'image/*', data: IMAGE },
      ],
    },
  ],
};
const pngUrl = `data:image/png;base64,${PNG}`;
const pdfUrl = `data:application/pdf;base64,${PDF}`;
const chatParts = (last: string) => [
  { type: 'text', text: 'See' },
  { type: 'image_url', image_url: { url: pngUrl } },
  { type: 'file', file: { filename: 'a.pdf', file_data: pdfUrl } },
  { type: 'image_url', image_url: { url: last } },
];

test('OpenAI Responses is sent images and files, and the address of an image', async () => {
  const { input } = await sentTo('responses', parts);
  expect(input).toEqual([
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'See' },
        { type: 'input_image', image_url: pngUrl },
        { type: 'input_file', filename: 'a.pdf', file_data: pdfUrl },
        { type: 'input_image', image_url: IMAGE },
      ],
    },
  ]);
});

test('Chat Completions of OpenAI is sent the address of an image', async () => {
  const { messages } = await sentTo('chat', parts);
  expect(messages).toEqual([{ role: 'user', content: chatParts(IMAGE) }]);
});

test.each(['ollama', 'compatible'] as const)(
  'a server that copies Chat Completions is sent the image itself: %s',
  async (door) => {
    const { messages } = await sentTo(door, parts);
    expect(messages).toEqual([{ role: 'user', content: chatParts(pngUrl) }]);
  },
);

test('Anthropic is sent images and documents, and the address of an image', async () => {
  const { messages } = await sentTo('anthropic', parts);
  expect(messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PDF }, title: 'a.pdf' },
        { type: 'image', source: { type: 'url', url: IMAGE } },
      ],
    },
  ]);
});

test('Google is sent images and documents, and the address of an image with its type', async () => {
  const { contents } = await sentTo('google', parts);
  expect(contents).toEqual([
    {
      role: 'user',
      parts: [
        { text: 'See' },
        { inlineData: { mimeType: 'image/png', data: PNG } },
        { inlineData: { mimeType: 'application/pdf', data: PDF } },
        { fileData: { mimeType: 'image/png', fileUri: IMAGE } },
      ],
    },
  ]);
});
