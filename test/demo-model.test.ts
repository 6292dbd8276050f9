import type {
  JSONSchema7,
  LanguageModelV4CallOptions,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, it } from 'vitest';
import { createDemoModel } from '../server/models/demo/demo-model.ts';
import schemas from './support/model-tools.json' with { type: 'json' };

type Tools = NonNullable<LanguageModelV4CallOptions['tools']>;

interface ListedTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema: object;
}

const offer = (server: string, tools: readonly ListedTool[]): Tools =>
  tools.map(({ name, description = '', inputSchema }) => ({
    type: 'function',
    name: `${server}__${name}`,
    description,
    inputSchema: inputSchema as JSONSchema7,
  }));
const toolbox = offer('toolbox', schemas.toolbox);
const everything = offer('everything', schemas.everything);
const files = offer('files', schemas.filesystem);
const memory = offer('memory', schemas.memory);
const all = [...toolbox, ...everything, ...files, ...memory];

const ask = (text: string): LanguageModelV4Prompt => [{ role: 'user', content: [{ type: 'text', text }] }];

async function run(options: LanguageModelV4CallOptions, paceMs = 0): Promise<LanguageModelV4StreamPart[]> {
  const { stream } = await createDemoModel({ paceMs }).doStream(options);
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

async function callsFor(text: string, tools: Tools): Promise<[name: string, args: unknown][]> {
  const parts = await run({ prompt: ask(text), tools });
  return parts.filter((part) => part.type === 'tool-call').map(({ toolName, input }) => [toolName, JSON.parse(input)]);
}

async function textFor(prompt: LanguageModelV4Prompt, tools: Tools): Promise<string> {
  const parts = await run({ prompt, tools });
  return parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
}

it.each<[string, Tools, [string, unknown][]]>([
  // The bundled toolbox
  ['What time is it in Tokyo?', toolbox, [['toolbox__current_time', { timezone: 'Asia/Tokyo' }]]],
  ['what time is it?', toolbox, [['toolbox__current_time', {}]]],
  ['current time Europe/Paris', toolbox, [['toolbox__current_time', { timezone: 'Europe/Paris' }]]],
  ['time in San Francisco', toolbox, [['toolbox__current_time', { timezone: 'America/Los_Angeles' }]]],
  ['what day is it today in Berlin?', toolbox, [['toolbox__current_time', { timezone: 'Europe/Berlin' }]]],
  [
    'Could you please check what time it is in India for me?',
    toolbox,
    [['toolbox__current_time', { timezone: 'Asia/Kolkata' }]],
  ],
  ['and in Paris?', toolbox, [['toolbox__current_time', { timezone: 'Europe/Paris' }]]],
  ['what is 2+2', toolbox, [['toolbox__calculate', { expression: '2+2' }]]],
  ['What is 17 times 23?', toolbox, [['toolbox__calculate', { expression: '17 * 23' }]]],
  ['calculate (2 + 3) * 4 please', toolbox, [['toolbox__calculate', { expression: '(2 + 3) * 4' }]]],
  ['What is 15% of 80?', toolbox, [['toolbox__calculate', { expression: '15 / 100 * 80' }]]],
  ['What is the square root of 144?', toolbox, [['toolbox__calculate', { expression: 'sqrt(144)' }]]],
  ['compute 7 squared', toolbox, [['toolbox__calculate', { expression: '7 ^ 2' }]]],
  ['What is 2 to the power of 10?', toolbox, [['toolbox__calculate', { expression: '2 ^ 10' }]]],
  ['Hi! What is 2+2? Thanks a lot.', toolbox, [['toolbox__calculate', { expression: '2+2' }]]],
  ['How many words are in "to be or not to be"?', toolbox, [['toolbox__text_stats', { text: 'to be or not to be' }]]],
  ["How many words does the sentence 'don't panic' have?", toolbox, [['toolbox__text_stats', { text: "don't panic" }]]],
  ['count the words in the quick brown fox', toolbox, [['toolbox__text_stats', { text: 'the quick brown fox' }]]],
  [
    'How many characters are in this text: hello wonderful world',
    toolbox,
    [['toolbox__text_stats', { text: 'hello wonderful world' }]],
  ],
  ['how many letters in strawberry?', toolbox, [['toolbox__text_stats', { text: 'strawberry' }]]],
  ['add 5 and 7', toolbox, [['toolbox__calculate', { expression: '5 + 7' }]]],
  ['Calculate the sum of 3, 4 and 5', toolbox, [['toolbox__calculate', { expression: '3 + 4 + 5' }]]],
  ['How much is 1,234 + 5,678?', toolbox, [['toolbox__calculate', { expression: '1234 + 5678' }]]],
  ['subtract 3 from 10', toolbox, [['toolbox__calculate', { expression: '10 - 3' }]]],
  ['sqrt(2) * pi', toolbox, [['toolbox__calculate', { expression: 'sqrt(2) * pi' }]]],
  ["what's the time in UTC+2", toolbox, [['toolbox__current_time', { timezone: 'Etc/GMT-2' }]]],
  ['What time is it in London, UK?', toolbox, [['toolbox__current_time', { timezone: 'Europe/London' }]]],
  // Several requests in one message
  [
    'tell me the time in Paris, then multiply 6 by 7',
    toolbox,
    [
      ['toolbox__current_time', { timezone: 'Europe/Paris' }],
      ['toolbox__calculate', { expression: '6 * 7' }],
    ],
  ],
  [
    'what time is it in Tokyo and what is 17*23?',
    toolbox,
    [
      ['toolbox__current_time', { timezone: 'Asia/Tokyo' }],
      ['toolbox__calculate', { expression: '17*23' }],
    ],
  ],
  [
    'What is the time in Berlin, Tokyo and New York?',
    toolbox,
    [
      ['toolbox__current_time', { timezone: 'Europe/Berlin' }],
      ['toolbox__current_time', { timezone: 'Asia/Tokyo' }],
      ['toolbox__current_time', { timezone: 'America/New_York' }],
    ],
  ],
  [
    'Please compute 3.5 * (10 - 4) / 2, then tell me the time in Sydney',
    toolbox,
    [
      ['toolbox__calculate', { expression: '3.5 * (10 - 4) / 2' }],
      ['toolbox__current_time', { timezone: 'Australia/Sydney' }],
    ],
  ],
  [
    'echo one and add 4 and 5',
    everything,
    [
      ['everything__echo', { message: 'one' }],
      ['everything__get-sum', { a: 4, b: 5 }],
    ],
  ],
  [
    'echo "a and b", then list the files in /tmp and tell me the time in Rome',
    all,
    [
      ['everything__echo', { message: 'a and b' }],
      ['files__list_directory', { path: '/tmp' }],
      ['toolbox__current_time', { timezone: 'Europe/Rome' }],
    ],
  ],
  // @modelcontextprotocol/server-everything
  ['add 2 and 3', everything, [['everything__get-sum', { a: 2, b: 3 }]]],
  ['add two and three', everything, [['everything__get-sum', { a: 2, b: 3 }]]],
  ['what is the sum of -17 and 25.5?', everything, [['everything__get-sum', { a: -17, b: 25.5 }]]],
  ["what's 3 + 4?", everything, [['everything__get-sum', { a: 3, b: 4 }]]],
  ['echo hello world', everything, [['everything__echo', { message: 'hello world' }]]],
  ['Repeat after me: salt and pepper', everything, [['everything__echo', { message: 'salt and pepper' }]]],
  ['echo message="good morning"', everything, [['everything__echo', { message: 'good morning' }]]],
  ['Use the echo tool to say hi there', everything, [['everything__echo', { message: 'hi there' }]]],
  ['show me the tiny image', everything, [['everything__get-tiny-image', {}]]],
  ['show me the environment variables', everything, [['everything__get-env', {}]]],
  [
    'run a long operation for 2 seconds with 4 steps',
    everything,
    [['everything__trigger-long-running-operation', { duration: 2, steps: 4 }]],
  ],
  [
    'start the long running operation with duration=3 and steps=6',
    everything,
    [['everything__trigger-long-running-operation', { duration: 3, steps: 6 }]],
  ],
  [
    'get an annotated message of type error with image',
    everything,
    [['everything__get-annotated-message', { messageType: 'error', includeImage: true }]],
  ],
  [
    'get an annotated message of type debug without image',
    everything,
    [['everything__get-annotated-message', { messageType: 'debug', includeImage: false }]],
  ],
  ['give me 5 resource links', everything, [['everything__get-resource-links', { count: 5 }]]],
  ['give me 50 resource links', everything, [['everything__get-resource-links', {}]]],
  ['structured content for new york', everything, [['everything__get-structured-content', { location: 'New York' }]]],
  [
    'research the history of tea',
    everything,
    [['everything__simulate-research-query', { topic: 'the history of tea' }]],
  ],
  // @modelcontextprotocol/server-filesystem
  ['list the files in /tmp', files, [['files__list_directory', { path: '/tmp' }]]],
  ['read the file ./notes/a.txt.', files, [['files__read_text_file', { path: './notes/a.txt' }]]],
  ['read the first 5 lines of README.md', files, [['files__read_text_file', { path: 'README.md', head: 5 }]]],
  ['write "hello" to /tmp/hello.txt', files, [['files__write_file', { path: '/tmp/hello.txt', content: 'hello' }]]],
  ['move /tmp/a to /tmp/b', files, [['files__move_file', { source: '/tmp/a', destination: '/tmp/b' }]]],
  ['search for *.md in /tmp', files, [['files__search_files', { path: '/tmp', pattern: '*.md' }]]],
  ['what files are in /home/user/projects?', files, [['files__list_directory', { path: '/home/user/projects' }]]],
  ["show me what's in README.md", files, [['files__read_text_file', { path: 'README.md' }]]],
  ['which directories are allowed?', files, [['files__list_allowed_directories', {}]]],
  // @modelcontextprotocol/server-memory
  ['read the graph', memory, [['memory__read_graph', {}]]],
  ['search for Alice', memory, [['memory__search_nodes', { query: 'Alice' }]]],
  ['open nodes Alice and Bob', memory, [['memory__open_nodes', { names: ['Alice', 'Bob'] }]]],
  ['delete entities "Alice", "Bob"', memory, [['memory__delete_entities', { entityNames: ['Alice', 'Bob'] }]]],
  [
    'create entities [{"name":"Alice","entityType":"person","observations":["likes tea"]}]',
    memory,
    [['memory__create_entities', { entities: [{ name: 'Alice', entityType: 'person', observations: ['likes tea'] }] }]],
  ],
  // Named outright
  ['/tool toolbox__calculate {"expression": "1+1"}', all, [['toolbox__calculate', { expression: '1+1' }]]],
  ['/tool calculate 6*7', all, [['toolbox__calculate', { expression: '6*7' }]]],
  [
    '/tool echo {"message": "one"}\n/tool echo {"message": "two"}',
    all,
    [
      ['everything__echo', { message: 'one' }],
      ['everything__echo', { message: 'two' }],
    ],
  ],
])('%j calls the tool it asks for', async (text, tools, calls) => {
  expect(await callsFor(text, tools)).toEqual(calls);
});

it.each([
  'hello',
  'Hi! What can you do?',
  'tell me a joke',
  'Who was Ada Lovelace?',
  "What's the weather in Tokyo?",
  'write a text about love',
  'write a poem about salt, time and pepper',
  'I think time is money',
  'list of reasons to read more books',
  'create a plan for the day',
  'I was born on 1990-05-17 and live at 12-14 Main Street',
  'my phone number is 555-1234',
  '',
])('%j calls no tool and is told what can be asked', async (text) => {
  expect(await callsFor(text, all)).toEqual([]);
  const answer = await textFor(ask(text), toolbox);
  expect(answer).toContain('[demo model – no LLM configured]');
  expect(answer).toContain('set OPENAI_API_KEY, ANTHROPIC_API_KEY or GOOGLE_GENERATIVE_AI_API_KEY');
  expect(answer).toContain(
    '- `toolbox__calculate`: Evaluates an arithmetic expression exactly as written and returns its value.',
  );
});

it.each([
  ['edit /tmp/a.txt', files, '`files__edit_file`, but your message does not give `edits`'],
  ['How many words are there?', toolbox, '`toolbox__text_stats`, but your message does not give `text`'],
  ['add 5', everything, '`everything__get-sum`, but your message does not give `b`'],
  ['/tool nope {}', toolbox, 'There is no tool `nope`'],
  ['/tool calculate {"expression": }', toolbox, 'The arguments for `calculate` are not valid JSON'],
  ['/tool', toolbox, 'Write /tool name {"argument": "value"}'],
  ['hello', [], 'This agent has no tools'],
])('%j is answered with what is missing', async (text, tools, answer) => {
  expect(await callsFor(text, tools)).toEqual([]);
  expect(await textFor(ask(text), tools)).toContain(answer);
});

type Output = Extract<
  Extract<LanguageModelV4Prompt[number], { role: 'tool' }>['content'][number],
  { type: 'tool-result' }
>['output'];

const answered = (...calls: [name: string, input: unknown, output: Output][]): LanguageModelV4Prompt => [
  ...ask('do it'),
  {
    role: 'assistant',
    content: calls.map(([toolName, input], index) => ({ type: 'tool-call', toolCallId: `c${index}`, toolName, input })),
  },
  {
    role: 'tool',
    content: calls.map(([toolName, , output], index) => ({
      type: 'tool-result',
      toolCallId: `c${index}`,
      toolName,
      output,
    })),
  },
];

it.each<[string, LanguageModelV4Prompt, string]>([
  [
    'a JSON result',
    answered([
      'toolbox__calculate',
      { expression: '17*23' },
      { type: 'json', value: { expression: '17*23', value: 391 } },
    ]),
    '`toolbox__calculate` with expression "17*23" answered: 391',
  ],
  [
    'a text that is JSON',
    answered(['toolbox__calculate', { expression: '1+1' }, { type: 'text', value: '{"expression":"1+1","value":2}' }]),
    '`toolbox__calculate` with expression "1+1" answered: 2',
  ],
  [
    'a plain text',
    answered(['everything__echo', { message: 'hi' }, { type: 'text', value: 'Echo: hi' }]),
    '`everything__echo` with message "hi" answered: Echo: hi',
  ],
  [
    'the parts of a tool server',
    answered([
      'image',
      {},
      {
        type: 'json',
        value: {
          content: [
            { type: 'text', text: 'A logo' },
            { type: 'image', data: 'iVBO', mimeType: 'image/png' },
          ],
        },
      },
    ]),
    '`image` answered:\n\nA logo\n[image image/png]',
  ],
  [
    'several results',
    answered(
      [
        'time',
        { timezone: 'Asia/Tokyo' },
        { type: 'json', value: { timezone: 'Asia/Tokyo', weekday: 'Monday', time: '12:00' } },
      ],
      ['calculate', { expression: '1/0' }, { type: 'error-text', value: 'Division by zero' }],
    ),
    'I made 2 tool calls:\n- `time` with timezone "Asia/Tokyo" answered: weekday: Monday, time: 12:00\n- `calculate` with expression "1/0" failed: Division by zero',
  ],
  ['a refusal', answered(['rm', {}, { type: 'execution-denied', reason: 'not today' }]), '`rm` failed: not today'],
  ['nothing', answered(['rm', {}, { type: 'text', value: '' }]), '`rm` finished without a result.'],
])('it tells of %s in a sentence, still labelled', async (_what, prompt, sentence) => {
  const answer = await textFor(prompt, toolbox);
  expect(answer.startsWith(`[demo model – no LLM configured] ${sentence}\n\n`)).toBe(true);
  expect(answer).toContain('set OPENAI_API_KEY');
});

it.each([
  '/tmp/a.txt',
  'the file /tmp/a.txt',
  'what about /tmp/a and /tmp/b?',
  'files "x" /tmp/a.txt',
  'entities "Alice"',
])('%j names no change, so nothing is written, moved, created or deleted', async (text) => {
  const names = (await callsFor(text, [...files, ...memory])).map(([name]) => name);
  expect(names.filter((name) => /write|edit|move|create|delete|add/.test(name))).toEqual([]);
});

it('a long result is cut, saying by how much', async () => {
  const answer = await textFor(answered(['read', {}, { type: 'text', value: 'x'.repeat(5_000) }]), toolbox);
  expect(answer).toContain('… (4000 more characters)');
  expect(answer.length).toBeLessThan(1_500);
});

it('a call is streamed in pieces that add up, then whole, and ends the turn', async () => {
  const parts = await run({ prompt: ask('what is 17*23 + 1000?'), tools: toolbox });
  expect(parts.map(({ type }) => type)).toEqual([
    'stream-start',
    'tool-input-start',
    ...Array.from({ length: 4 }, () => 'tool-input-delta'),
    'tool-input-end',
    'tool-call',
    'finish',
  ]);
  const deltas = parts.map((part) => (part.type === 'tool-input-delta' ? part.delta : '')).join('');
  expect(deltas).toBe('{"expression":"17*23 + 1000"}');
  expect(parts.find((part) => part.type === 'tool-call')?.input).toBe(deltas);
  const finish = parts.at(-1);
  if (finish?.type !== 'finish') throw new Error('no finish');
  expect(finish.finishReason.unified).toBe('tool-calls');
  expect(finish.usage.inputTokens.total).toBeGreaterThan(100);
  expect(finish.usage.outputTokens.total).toBe(12);
});

it('a text is streamed a word at a time, no delta empty', async () => {
  const parts = await run({ prompt: ask('hello'), tools: toolbox });
  const deltas = parts.flatMap((part) => (part.type === 'text-delta' ? [part.delta] : []));
  expect(deltas.length).toBeGreaterThan(30);
  expect(deltas.every((delta) => delta.trim().split(/\s+/).length === 1)).toBe(true);
  expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'stop' } });
});

it('the same prompt gives the same stream, another prompt other call ids', async () => {
  const options = { prompt: ask('time in Rome and 2+2'), tools: all };
  const first = await run(options);
  expect(await run(options)).toEqual(first);
  const idsOf = (parts: LanguageModelV4StreamPart[]) =>
    parts.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []));
  const later = await run({
    ...options,
    prompt: [...answered(['x', {}, { type: 'text', value: 'y' }]), ...options.prompt],
  });
  expect(new Set([...idsOf(first), ...idsOf(later)]).size).toBe(4);
});

it('the whole answer is the same as the streamed one', async () => {
  const options = { prompt: ask('time in Rome and 2+2'), tools: all };
  const { content } = await createDemoModel().doGenerate(options);
  expect(content).toEqual((await run(options)).filter(({ type }) => type === 'tool-call'));
});

it('the choice of tools that the caller prescribes is kept', async () => {
  const prompt = ask('what is 2+2');
  const callsWith = async (toolChoice: LanguageModelV4CallOptions['toolChoice']) =>
    (await run({ prompt, tools: toolbox, ...(toolChoice && { toolChoice }) })).flatMap((part) =>
      part.type === 'tool-call' ? [part.toolName] : [],
    );
  expect(await callsWith({ type: 'none' })).toEqual([]);
  expect(await callsWith({ type: 'auto' })).toEqual(['toolbox__calculate']);
  expect(await callsWith({ type: 'tool', toolName: 'toolbox__current_time' })).toEqual(['toolbox__current_time']);
});

it('an abort ends a paced stream at once, with the reason of the signal', async () => {
  const controller = new AbortController();
  const { stream } = await createDemoModel({ paceMs: 10_000 }).doStream({
    prompt: ask('hello'),
    tools: toolbox,
    abortSignal: controller.signal,
  });
  const reader = stream.getReader();
  await reader.read();
  await reader.read();
  const next = reader.read();
  controller.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
});

it('a call with an aborted signal does not begin', async () => {
  const abortSignal = AbortSignal.abort(new Error('enough'));
  await expect(run({ prompt: ask('hello'), abortSignal })).rejects.toThrow('enough');
});

it('a prompt built to be slow is answered quickly', async () => {
  const prompts = [
    '(('.repeat(50_000),
    'a,'.repeat(50_000),
    '1+'.repeat(50_000),
    '[{'.repeat(50_000),
    '"'.repeat(100_000),
    'time and '.repeat(10_000),
  ];
  for (const prompt of prompts) {
    const before = process.cpuUsage();
    await run({ prompt: ask(prompt), tools: all });
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
  }
});

it('the arguments it fills in are accepted by the bundled toolbox, and the answers told', async () => {
  const transport = new StdioClientTransport({ command: process.execPath, args: ['server/mcp/toolbox/main.ts'] });
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  try {
    const tools = offer('toolbox', (await client.listTools()).tools);
    const calls = await callsFor('what is 17*23 and how many words are in "to be or not to be"?', tools);
    const outputs = await Promise.all(
      calls.map(async ([name, args]): Promise<[string, unknown, Output]> => {
        const bare = name.replace('toolbox__', '');
        const { structuredContent } = await client.callTool({ name: bare, arguments: { ...Object(args) } });
        return [name, args, { type: 'text', value: JSON.stringify(structuredContent) }];
      }),
    );
    const answer = await textFor(answered(...outputs), tools);
    expect(answer).toContain('`toolbox__calculate` with expression "17*23" answered: 391');
    expect(answer).toMatch(/`toolbox__text_stats` with text "to be or not to be" answered: .*words: 6/);
  } finally {
    await client.close();
  }
});
