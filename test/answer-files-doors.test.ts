/** The files of an answer at each door, by the official client where there is one, also after a restart and in the middle. */
import { HttpAgent } from '@ag-ui/client';
import type { ResponseOutputItem } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { defaultRunLimits } from '../server/runs/limits.ts';
import { connectEditor, socketTo } from './support/acp.ts';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { startFileServer } from './support/file-server.ts';
import { connect } from './support/mcp-doors.ts';
import { openAiOf } from './support/openai.ts';
import { type Act, type Answer, file, finish, scriptedModel, text } from './support/scripted-model.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { withoutTimes } from './support/times.ts';
import { begin, resume, send, takeUp, toMessage, user } from './support/vercel-ai.ts';
import { startWholeServer } from './support/whole-server.ts';

const PNG = 'iVBORw0KGgo=';
const PDF = Buffer.from('%PDF-1.7').toString('base64');
const URL_OF_IMAGE = 'https://files.test/far.png';
const pngUrl = `data:image/png;base64,${PNG}`;
const draws: Act[] = [
  ...text('See '),
  file('image/png', PNG),
  ...text('and '),
  file('application/pdf', PDF),
  file('image/png', new URL(URL_OF_IMAGE)),
  finish(),
];
const start = (options: Parameters<typeof startAgentRuns>[1] = {}, answers: readonly Answer[] = [draws]) =>
  startAgentRuns(scriptedModel(answers), options);

/** An answer with a gate behind its first file. */
function gated() {
  const gate = Promise.withResolvers<void>();
  const [, , , , ...rest] = draws;
  return { answer: [...draws.slice(0, 4), { wait: gate.promise }, ...rest] satisfies Answer, open: gate.resolve };
}

const uiParts = [
  { type: 'step-start' },
  { type: 'text', text: 'See ' },
  { type: 'file', mediaType: 'image/png', url: pngUrl },
  { type: 'text', text: 'and ' },
  { type: 'file', mediaType: 'application/pdf', url: `data:application/pdf;base64,${PDF}` },
  { type: 'file', mediaType: 'image/png', url: URL_OF_IMAGE },
];
const files = [
  { media_type: 'image/png', data: PNG },
  { media_type: 'application/pdf', data: PDF },
  { media_type: 'image/png', url: URL_OF_IMAGE },
];
const storedChat = async (server: AgentRuns) =>
  (await server.call('GET', '/vercel-ai/tester/chat/messages')).body.messages[1].parts;

describe('the AI SDK', () => {
  test('shows them in their place, and finds them stored after a restart', async () => {
    await using folder = await temporaryFolder();
    {
      await using server = await start({ folder: folder.path });
      const chunks = await send(server, { messages: [user('Draw')] });
      expect(chunks.filter(({ type }) => type === 'file')).toEqual(uiParts.filter(({ type }) => type === 'file'));
      expect((await toMessage(chunks)).parts).toMatchObject(uiParts);
      expect(await storedChat(server)).toMatchObject(uiParts);
    }
    await using server = await start({ folder: folder.path });
    expect(await storedChat(server)).toMatchObject(uiParts);
  });

  test('takes an answer up that was left behind a file', async () => {
    const { answer, open } = gated();
    await using server = await start({}, [answer]);
    const leave = new AbortController();
    const reader = (await begin(server, { messages: [user('Draw')], abortSignal: leave.signal })).getReader();
    for (let type = ''; type !== 'file'; ) type = (await reader.read()).value?.type ?? 'file';
    leave.abort();
    await reader.cancel().catch(() => undefined);
    const taken = await takeUp(server);
    open();
    expect((await toMessage(await Array.fromAsync(taken))).parts).toMatchObject(uiParts);
    expect(await resume(server)).toBeNull();
  });

  test('takes an answer up behind a file as large as may be', async () => {
    const gate = Promise.withResolvers<void>();
    const large = Buffer.alloc(defaultRunLimits.answerFileBytes, 'large');
    await using server = await start({}, [
      [file('image/png', large), { wait: gate.promise }, ...text('Done'), finish()],
    ]);
    const reader = (await begin(server, { messages: [user('Draw')] })).getReader();
    for (let type = ''; type !== 'file'; ) type = (await reader.read()).value?.type ?? 'file';
    await reader.cancel();
    const taken = await takeUp(server);
    gate.resolve();
    const url = `data:image/png;base64,${large.toString('base64')}`;
    const parts = (await toMessage(await Array.fromAsync(taken))).parts;
    const [, image, words] = parts;
    expect([image?.type === 'file' && image.url === url, words]).toMatchObject([true, { text: 'Done' }]);
    const [, stored] = await storedChat(server);
    expect(stored.url === url).toBe(true);
  });

  test('brings those of a conversation that is new here', async () => {
    const model = scriptedModel([draws], { provider: 'google.test' });
    await using server = await startAgentRuns(model);
    const before = {
      id: 'a0',
      role: 'assistant' as const,
      parts: [uiParts[2], { type: 'file', url: 'blob:nowhere' }] as never,
    };
    await send(server, { messages: [user('Draw', 'u0'), before, user('More')] });
    expect(model.asked[0]?.prompt.slice(1, -1)).toEqual([
      {
        role: 'assistant',
        content: [{ type: 'file', mediaType: 'image/png', data: { type: 'data', data: PNG } }],
      },
    ]);
  });
});

describe('REST', () => {
  test('tells a stream of them where it is asked to, also after a restart, and lists them elsewhere', async () => {
    await using folder = await temporaryFolder();
    const prompt = { message: 'Draw', conversation_id: 'c', run_id: 'r', background: true };
    const dataOf = (events: readonly { data: object }[]) => withoutTimes(events.map(({ data }) => data));
    const words = [
      { type: 'text', content: 'See ' },
      { type: 'text', content: 'and ' },
    ];
    const done = { type: 'done', conversation_id: 'c', usage: { prompt_tokens: 10, completion_tokens: 5 } };
    const [first, ...others] = files.map((each) => ({ type: 'file', ...each }));
    const all = [words[0], first, words[1], ...others, done];
    {
      await using server = await start({ folder: folder.path });
      expect(dataOf(await server.read('/agents/tester/prompt', { ...prompt, include: ['files'] }))).toEqual(all);
      const sync = await server.call('POST', '/agents/tester/prompt/sync', { message: 'Draw' });
      expect(sync.body).toMatchObject({ response: 'See and ', files });
    }
    await using server = await start({ folder: folder.path });
    expect(dataOf(await server.read('/runs/r/events?include=files'))).toEqual(all);
    expect(dataOf(await server.read('/runs/r/events?include=files', undefined, { after: 2 }))).toEqual(all.slice(2));
    expect(dataOf(await server.read('/runs/r/events'))).toEqual([...words, done]);
    const { messages } = (await server.call('GET', '/conversations/c')).body;
    expect(messages[1]).toMatchObject({ role: 'assistant', content: 'See and ', files });
    expect(messages[0]).not.toHaveProperty('files');
  });

  test('keeps those of an answer that was cut off', async () => {
    const { answer } = gated();
    await using server = await start({}, [answer]);
    const prompt = { message: 'Draw', conversation_id: 'c', run_id: 'r', background: true, include: ['files'] };
    await server.read('/agents/tester/prompt', prompt, { count: 2 });
    await server.call('POST', '/runs/r/cancel');
    const { messages } = (await server.call('GET', '/conversations/c')).body;
    expect(messages[1]).toMatchObject({ content: 'See ', files: files.slice(0, 1) });
  });
});

describe('OpenAI', () => {
  const link = `![image/png](${URL_OF_IMAGE})`;

  test('Responses have images as calls that make them, and tell any other file in words', async () => {
    await using server = await start();
    const { responses } = openAiOf(server);
    const image = (item: ResponseOutputItem) => item.type === 'image_generation_call' && [item.status, item.result];
    const stream = await responses.create({ model: 'tester', input: 'Draw', stream: true });
    const types: string[] = [];
    for await (const event of stream) if (event.type.includes('image')) types.push(event.type.slice(31));
    expect(types).toEqual(['in_progress', 'generating', 'completed']);
    const whole = await responses.create({ model: 'tester', input: 'Draw' });
    expect(whole.output_text).toBe(`See and [file application/pdf]${link}`);
    expect(whole.output.map((item) => image(item) || item.type)).toEqual([
      'message',
      ['completed', PNG],
      'message',
      'message',
      'message',
    ]);
    expect((await responses.retrieve(whole.id)).output).toEqual(whole.output);
  });

  test('Responses take the items of an answer again', async () => {
    const model = scriptedModel([draws], { provider: 'google.test' });
    await using server = await startAgentRuns(model);
    const { responses } = openAiOf(server);
    const { output } = await responses.create({ model: 'tester', input: 'Draw', store: false });
    const input = [{ role: 'user' as const, content: 'Draw' }, ...output, { role: 'user' as const, content: 'More' }];
    await responses.create({ model: 'tester', input: input as never, store: false });
    expect(model.asked[1]?.prompt[1]?.content.slice(0, 2)).toEqual([
      { type: 'text', text: 'See ' },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PNG } },
    ]);
  });

  test('Chat Completions have images beside the text, in pieces and whole, and take them again', async () => {
    const model = scriptedModel([draws], { provider: 'google.test' });
    await using server = await startAgentRuns(model);
    const { completions } = openAiOf(server).chat;
    const images = [pngUrl, URL_OF_IMAGE].map((url, index) => ({ type: 'image_url', index, image_url: { url } }));
    const asked = { model: 'tester', messages: [{ role: 'user' as const, content: 'Draw' }] };
    const whole = await completions.create(asked);
    const { message } = whole.choices[0] ?? {};
    expect(message).toMatchObject({ role: 'assistant', images });
    expect(message?.content).toBe('See and \n\n[file application/pdf]');
    const told: unknown[] = [];
    for await (const { choices } of await completions.create({ ...asked, stream: true })) {
      told.push(...(Object(choices[0]?.delta).images ?? []));
    }
    expect(told).toEqual(images);
    await completions.create({ ...asked, messages: [...asked.messages, message as never, ...asked.messages] });
    expect(model.asked[2]?.prompt[1]?.content).toContainEqual({
      type: 'file',
      mediaType: 'image/png',
      data: { type: 'data', data: PNG },
    });
  });
});

test('AG-UI has each as an activity of its own, while the run goes on and in the stored thread', async () => {
  await using server = await start();
  const url = `${server.url}/api/v1/ag-ui/tester/`;
  const agent = new HttpAgent({ url, threadId: 't', initialMessages: [{ id: 'u1', role: 'user', content: 'Draw' }] });
  await agent.runAgent({ runId: 'r' });
  const shown = (messages: readonly object[]) =>
    messages.flatMap((message) => ('role' in message && message.role === 'activity' ? message : []));
  const activities = files.map((content, index) => ({
    id: expect.stringMatching(new RegExp(`^msg-.*-file-${index}$`)),
    role: 'activity',
    activityType: 'file',
    content,
  }));
  expect(shown(agent.messages)).toMatchObject(activities);
  const ids = shown(agent.messages).map((message) => Object(message).id);
  const again = new HttpAgent({ url: `${url}connect`, threadId: 't' });
  await again.runAgent({ runId: 'r' });
  expect(shown(again.messages).map((message) => Object(message).id)).toEqual(ids);
  agent.addMessage({ id: 'u2', role: 'user', content: 'More' });
  await agent.runAgent({ runId: 'r2' });
  const { messages } = (await server.call('GET', '/conversations/t')).body;
  expect(messages.filter(({ files: each }: { files?: unknown }) => each)).toHaveLength(2);
});

test('ACP shows an editor each as content, and again when the session is loaded', async () => {
  await using server = await start();
  const content = [
    { type: 'text', text: 'See ' },
    { type: 'image', mimeType: 'image/png', data: PNG },
    { type: 'text', text: 'and ' },
    {
      type: 'resource',
      resource: { uri: 'attachment:application%2Fpdf', mimeType: 'application/pdf', blob: PDF },
    },
    { type: 'resource_link', uri: URL_OF_IMAGE, name: 'image/png', mimeType: 'image/png' },
  ];
  const said = (updates: readonly object[] = []) =>
    updates.flatMap((update) =>
      'content' in update && Object(update).sessionUpdate === 'agent_message_chunk' ? update.content : [],
    );
  await using editor = await connectEditor(socketTo(server));
  const id = await editor.open();
  await editor.say(id, 'Draw');
  expect(said(editor.updates.get(id))).toEqual(content);
  await using other = await connectEditor(socketTo(server));
  await other.agent.request('session/load', { sessionId: id, cwd: '/', mcpServers: [] });
  expect(said(other.updates.get(id))).toEqual(content);
});

test('MCP clients have them behind what the agent says, from a model of Google that draws', async () => {
  const parts = [
    { text: 'See ' },
    { inlineData: { mimeType: 'image/png', data: PNG } },
    { inlineData: { mimeType: 'audio/wav', data: 'AAAA' } },
    { inlineData: { mimeType: 'application/pdf', data: PDF } },
  ];
  const body = `data: ${JSON.stringify({ candidates: [{ content: { parts }, finishReason: 'STOP' }] })}\n\n`;
  await using google = await startFileServer({
    '/v1beta/models/gemini-2.5-flash-image:streamGenerateContent?alt=sse': { type: 'text/event-stream', body },
  });
  const environment = { GEMINI_API_KEY: 'k', GOOGLE_GENERATIVE_AI_BASE_URL: google.url };
  await using server = await startWholeServer({ environment });
  await server.call('POST', '/agents', { id: 'painter', model: 'gemini-2.5-flash-image' });
  await using mcp = await connect(`${server.url}/api/v1/agents/painter/mcp`);
  const result = await mcp.client.callTool({ name: 'ask_painter', arguments: { message: 'Draw' } });
  expect(result.content).toEqual([
    { type: 'text', text: 'See ' },
    { type: 'image', mimeType: 'image/png', data: PNG },
    { type: 'audio', mimeType: 'audio/wav', data: 'AAAA' },
    {
      type: 'resource',
      resource: { uri: expect.stringMatching(/^answer:msg-.*\/2$/), mimeType: 'application/pdf', blob: PDF },
    },
  ]);
});
