/** What each provider is really sent of a prompt. */
import { expect, test } from 'vitest';
import type { FileSource } from '../server/models/files/file-source.ts';
import { Models } from '../server/models/models.ts';
import type { LoopOptions } from '../server/runs/agent-loop.ts';
import { ok, runLoop, toolsetOf } from './support/loop.ts';

const doors = {
  responses: ['gpt-4o', { OPENAI_API_KEY: 'k' }],
  chat: ['gpt-4o', { OPENAI_API_KEY: 'k', OPENAI_API: 'chat' }],
  anthropic: ['claude-sonnet-4-5', { ANTHROPIC_API_KEY: 'k' }],
  'anthropic-4': ['claude-sonnet-4-20250514', { ANTHROPIC_API_KEY: 'k' }],
  google: ['gemini-2.5-flash', { GEMINI_API_KEY: 'k' }],
  'google-3': ['gemini-3.8-flash', { GEMINI_API_KEY: 'k' }],
  ollama: ['ollama:m', {}],
  other: ['gpt-4o', { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'https://models.test/v1' }],
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
  const found = await models.resolve(id);
  const { outcome } = await runLoop(found.model, { models: { resolve: async () => found }, ...options });
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

const output = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'number', minimum: -90 } },
  required: ['city', 'degrees'],
  additionalProperties: false,
};
const optional = { ...output, required: ['city'] };
const toolset = toolsetOf({ look: () => ok('18') });
const askFor = (outputSchema: Record<string, unknown>, more: Partial<LoopOptions> = {}) => ({ outputSchema, ...more });
const namesOf = (tools: readonly { name?: string; function?: { name: string } }[] | undefined) =>
  tools?.map((tool) => tool.function?.name ?? tool.name);

test('OpenAI Responses is sent the schema, and is strict about it where it can be', async () => {
  const { text, tools } = await sentTo('responses', askFor(output, { toolset }));
  expect(text).toEqual({ format: { type: 'json_schema', name: 'answer', strict: true, schema: output } });
  expect(namesOf(tools)).toEqual(['look']);
  expect(await sentTo('responses', askFor(optional))).toMatchObject({
    store: false,
    text: { format: { strict: false, schema: optional } },
  });
});

test('Chat Completions of OpenAI is sent the schema', async () => {
  const { response_format: format, tools } = await sentTo('chat', askFor(output, { toolset }));
  expect(format).toEqual({ type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: output } });
  expect(namesOf(tools)).toEqual(['look']);
  const { response_format: loose } = await sentTo('chat', askFor(optional));
  expect(loose.json_schema).toMatchObject({ strict: false, schema: optional });
});

test('Anthropic is sent the schema, with what it does not check said in words', async () => {
  const { output_config: config, tools } = await sentTo('anthropic', askFor(output, { toolset }));
  expect(config).toEqual({
    format: {
      type: 'json_schema',
      schema: {
        ...output,
        properties: { city: { type: 'string' }, degrees: { type: 'number', description: 'minimum: -90.' } },
      },
    },
  });
  expect(namesOf(tools)).toEqual(['look']);
});

test('a model of Anthropic without that is made to call a tool, and the answer is its arguments', async () => {
  const {
    output_config: config,
    tools,
    tool_choice: choice,
  } = await sentTo('anthropic-4', askFor(output, { toolset }));
  expect([config, namesOf(tools), choice]).toEqual([
    undefined,
    ['look', 'json'],
    { type: 'any', disable_parallel_tool_use: true },
  ]);
});

test('Google is sent the schema, or where it takes none beside tools, a tool', async () => {
  const { generationConfig } = await sentTo('google', askFor(output));
  expect(generationConfig).toEqual({ responseMimeType: 'application/json', responseJsonSchema: output });
  const withTools = await sentTo('google', askFor(output, { toolset }));
  expect(withTools.generationConfig).toEqual({});
  expect(namesOf(withTools.tools[0].functionDeclarations)).toEqual(['look', 'json']);
  const newer = await sentTo('google-3', askFor(output, { toolset }));
  expect(newer.generationConfig.responseJsonSchema).toEqual(output);
  expect(namesOf(newer.tools[0].functionDeclarations)).toEqual(['look']);
});

test('a model server of this machine is sent the schema, or a tool where the agent has tools', async () => {
  const { response_format: format, tools } = await sentTo('ollama', askFor(output));
  expect([format.type, format.json_schema.schema, tools]).toEqual(['json_schema', output, undefined]);
  const withTools = await sentTo('ollama', askFor(output, { toolset }));
  expect([withTools.response_format, namesOf(withTools.tools)]).toEqual([undefined, ['look', 'final_answer']]);
});

test.each(['compatible', 'other'] as const)(
  'a server that copies Chat Completions is sent a tool: %s',
  async (door) => {
    const { response_format: format, tools, messages } = await sentTo(door, askFor(output));
    expect([format, namesOf(tools), tools[0].function.parameters]).toEqual([undefined, ['final_answer'], output]);
    expect(messages[0].role).toBe('system');
  },
);

test('an answer that is no object is asked for by a tool everywhere', async () => {
  for (const door of ['responses', 'chat', 'anthropic', 'google', 'ollama', 'compatible'] as const) {
    const sent = await sentTo(door, askFor({ type: 'array', items: { type: 'string' } }));
    expect(JSON.stringify(sent), door).toContain('final_answer');
    expect(JSON.stringify(sent), door).not.toMatch(/json_schema|responseJsonSchema/);
  }
});
