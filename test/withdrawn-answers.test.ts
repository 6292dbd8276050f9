/** What each protocol tells of an answer that does not count any more, as another process has gone on with its run. */
import { defaultApplyEvents, runHttpRequest, transformHttpEventStream } from '@ag-ui/client';
import { expect, test } from 'vitest';
import { EVERYBODY } from '../server/call/principal.ts';
import { serverSentEvents } from '../server/http/sse.ts';
import type { AgentTool } from '../server/mcp/doors/door-tools.ts';
import { createPromptHandlers } from '../server/prompts/prompt-handlers.ts';
import { TaskArtifacts } from '../server/protocols/a2a/tasks/artifacts.ts';
import { toA2uiEvents } from '../server/protocols/a2ui/events.ts';
import { toUpdates } from '../server/protocols/acp/updates.ts';
import { toAgUiEvents } from '../server/protocols/ag-ui/events.ts';
import { createAgentTools } from '../server/protocols/mcp/agent-tools.ts';
import { toMcpUiEvents } from '../server/protocols/mcp-ui/events.ts';
import { collectChat } from '../server/protocols/openai/chat-answer.ts';
import { ResponseTranslation } from '../server/protocols/openai/response-events.ts';
import { toChunks } from '../server/protocols/vercel-ai/stream.ts';
import type { Run } from '../server/runs/active-run.ts';
import { AnswerText } from '../server/runs/asked-agent.ts';
import { PromptTranslation } from '../server/runs/prompt-events.ts';
import { rebuildMessages } from '../server/runs/rebuild-messages.ts';
import { NO_USAGE, type RunEvent } from '../server/runs/run-events.ts';
import type { Runs } from '../server/runs/runs.ts';
import { generations, judge } from './support/ag-ui-judges.ts';
import { userSays } from './support/loop.ts';

const say = (messageId: string, delta: string): RunEvent[] => [
  { type: 'text-started', messageId },
  { type: 'text-delta', messageId, delta },
];
const think = (messageId: string, delta: string): RunEvent[] => [
  { type: 'reasoning-started', messageId },
  { type: 'reasoning-delta', messageId, delta },
  { type: 'reasoning-ended', messageId },
];
const draw = (messageId: string, data: string, mediaType = 'image/png'): RunEvent => ({
  type: 'file',
  messageId,
  mediaType,
  data,
});
/** A step that was cut off in the middle of a text, behind files and a call, and then taken again. */
const run: RunEvent[] = [
  { type: 'step-started', step: 1, model: 'script' },
  ...think('m1', 'I think.'),
  ...say('m1', 'First.'),
  { type: 'text-ended', messageId: 'm1' },
  draw('m1', 'Zmlyc3Q='),
  { type: 'step-ended', step: 1, usage: NO_USAGE },
  { type: 'step-started', step: 2, model: 'script' },
  ...think('m2', 'Half a thought'),
  ...say('m2', 'Half a '),
  { type: 'text-ended', messageId: 'm2' },
  draw('m2', 'aGFsZg=='),
  draw('m2', 'aGFsZg==', 'text/plain'),
  { type: 'tool-call-started', callId: 'c1', name: 'look', messageId: 'm2' },
  { type: 'tool-call-ended', callId: 'c1', name: 'look', args: {} },
  ...say('m2', 'word'),
  { type: 'answer-withdrawn', messageIds: ['m2'], callIds: ['c1'] },
  { type: 'step-started', step: 2, model: 'script' },
  ...say('m3', 'Second.'),
  { type: 'text-ended', messageId: 'm3' },
  { type: 'step-ended', step: 2, usage: NO_USAGE },
  { type: 'run-ended', outcome: { status: 'finished', pending: [] }, usage: NO_USAGE },
];
const RUN = { storedId: 'run', conversationId: 'c' };
const WHOLE = 'First.\n\nSecond.';

async function* logged(events: readonly RunEvent[] = run) {
  for (const [index, event] of events.entries()) {
    const messages = [userSays('Hello'), ...rebuildMessages(events.slice(0, index + 1))];
    yield { id: index + 1, event, ...(event.type === 'answer-withdrawn' && { messages }) };
  }
}
async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const AG_UI_VIEW = { threadId: 't', runId: 'r', isVersion1: true, casing: 'camel' as const };

interface HeldMessage {
  readonly id: string;
  readonly role: string;
  readonly content?: unknown;
}

/** The messages that the official client holds at the end of a run. */
async function heldByClient(happened: readonly RunEvent[]): Promise<readonly HeldMessage[]> {
  const events = await collect(toAgUiEvents(logged(happened), AG_UI_VIEW));
  const messages = [{ id: 'u1', role: 'user' as const, content: 'Hello' }];
  const input = { threadId: 't', runId: 'r', messages, state: {}, tools: [], context: [], forwardedProps: {} };
  const agent = { messages, state: {}, agentId: 'a' };
  const { encode } = serverSentEvents({ eventName: (event) => (event as { type: string }).type });
  const body = events.map((event, index) => encode(event, index + 1)).join('');
  const headers = { 'content-type': 'text/event-stream' };
  const stream = transformHttpEventStream(runHttpRequest(async () => new Response(body, { headers })));
  const applied = defaultApplyEvents(input, stream, agent as unknown as Parameters<typeof defaultApplyEvents>[2], []);
  return new Promise((resolve, reject) => {
    let held: readonly HeldMessage[] = [];
    applied.subscribe({
      next: (change) => {
        held = change.messages ?? held;
      },
      error: reject,
      complete: () => resolve(held),
    });
  });
}

test('what is rebuilt of the run has nothing of it', () => {
  expect(rebuildMessages(run).map(({ id }) => id)).toEqual(['m1', 'm3']);
});

test('a prompt is told what to take away, of all that it was told', () => {
  const translation = new PromptTranslation({ conversationId: 'c', include: ['reasoning', 'files'] });
  let text = '';
  const files: unknown[] = [];
  const told = run.flatMap((event) => translation.translate({ event, at: 1 }) ?? []);
  for (const event of told) {
    if (event.type === 'text') text += event.content;
    if (event.type === 'file') files.push(event.data);
    if (event.type !== 'withdrawn') continue;
    expect(event).toEqual({
      type: 'withdrawn',
      content: '\n\nHalf a word',
      reasoning: '\n\nHalf a thought',
      files: 2,
      tool_calls: ['c1'],
      timestamp: 1,
    });
    expect(text.endsWith(event.content)).toBe(true);
    text = text.slice(0, -event.content.length);
    files.splice(-(event.files ?? 0));
  }
  expect(text).toBe(WHOLE);
  expect(files).toEqual(['Zmlyc3Q=']);
  const plain = new PromptTranslation({ conversationId: 'c' });
  expect(run.flatMap((event) => plain.translate({ event, at: 1 }) ?? [])).toContainEqual({
    type: 'withdrawn',
    content: '\n\nHalf a word',
    tool_calls: ['c1'],
    timestamp: 1,
  });
});

test('a prompt that was told of nothing but a file is told to take that away', () => {
  const translation = new PromptTranslation({ conversationId: 'c', include: ['files'] });
  const events: RunEvent[] = [draw('m1', 'aGFsZg=='), { type: 'answer-withdrawn', messageIds: ['m1'], callIds: [] }];
  expect(events.flatMap((event) => translation.translate({ event, at: 1 }) ?? []).at(-1)).toEqual({
    type: 'withdrawn',
    content: '',
    files: 1,
    tool_calls: [],
    timestamp: 1,
  });
});

test('a prompt that is answered at once has what counts', async () => {
  const started = { ...RUN, events: () => logged() };
  const handlers = createPromptHandlers({
    runs: { findById: async () => undefined } as unknown as Runs,
    startRun: async () => started as unknown as Run,
    requireAgent: () => undefined,
  });
  const call = {
    input: { agent_id: 'a', message: 'Hello', include: ['reasoning'] },
    context: { principal: EVERYBODY, headers: {} },
    signal: new AbortController().signal,
  };
  expect(await handlers.sync(call as unknown as Parameters<typeof handlers.sync>[0])).toMatchObject({
    response: WHOLE,
    reasoning: 'I think.',
    files: [{ media_type: 'image/png', data: 'Zmlyc3Q=' }],
    tool_calls: [],
  });
});

test('clients of AG-UI have the messages that count, and every generation takes the stream', async () => {
  const events = await collect(toAgUiEvents(logged(run), AG_UI_VIEW));
  for (const generation of generations) expect(await judge(generation, events)).toBe(events.length);
  const held = await heldByClient(run);
  expect(held.map(({ id, role }) => [id, role])).toEqual([
    ['u1', 'user'],
    ['m1-reasoning', 'reasoning'],
    ['m1', 'assistant'],
    ['m1-file-0', 'activity'],
    ['m3', 'assistant'],
  ]);
  // Where nothing else of the kind is in the conversation, these clients keep what it does not hold any more: empty, then.
  const begun = run.findIndex((event) => event.type === 'step-ended') + 1;
  const half = await heldByClient(run.slice(begun));
  expect(half.filter(({ id }) => id.startsWith('m2'))).toEqual([
    expect.objectContaining({ id: 'm2-reasoning', content: '' }),
    expect.objectContaining({ id: 'm2-file-0', content: {} }),
    expect.objectContaining({ id: 'm2-file-1', content: {} }),
  ]);
});

test('a chat completion that is read whole holds what counts', async () => {
  const view = { id: 'i', model: 'm', created: 1, showsTools: false, isJson: false, includesUsage: false };
  const { choices } = await collectChat(logged(), view);
  expect(choices[0]?.message).toEqual({
    role: 'assistant',
    content: WHOLE,
    refusal: null,
    reasoning_content: 'I think.',
    images: [{ type: 'image_url', index: 0, image_url: { url: 'data:image/png;base64,Zmlyc3Q=' } }],
  });
});

test('a response ends without it, and its items keep their places', () => {
  const translation = new ResponseTranslation({ id: 'r', model: 'm', createdAt: 1 } as unknown as ConstructorParameters<
    typeof ResponseTranslation
  >[0]);
  for (const event of run) translation.next(event, 1);
  const texts = translation.last?.output.map((item) =>
    item.type === 'message' ? item.content.map((part) => ('text' in part ? part.text : '')).join('') : item.type,
  );
  expect(texts).toEqual([
    'reasoning',
    'First.',
    'image_generation_call',
    'reasoning',
    '',
    'image_generation_call',
    '',
    '',
    'Second.',
  ]);
  expect(translation.last?.output.slice(2, 7)).toMatchObject([
    { status: 'completed', result: 'Zmlyc3Q=' },
    { status: 'incomplete', summary: [] },
    { status: 'incomplete', content: [] },
    { status: 'failed', result: null },
    { status: 'incomplete', content: [] },
  ]);
});

test('a message of the AI SDK ends the step, and says that its calls do not count', async () => {
  const chunks = await collect(toChunks({ messageId: 'a', conversationId: 'c', events: logged() }));
  const types = chunks.map(({ type }) => type);
  expect(types.filter((type) => type === 'start-step')).toHaveLength(3);
  expect(types.filter((type) => type === 'finish-step')).toHaveLength(3);
  expect(types.filter((type) => type === 'text-start')).toHaveLength(
    types.filter((type) => type === 'text-end').length,
  );
  expect(chunks).toContainEqual(expect.objectContaining({ type: 'tool-output-error', toolCallId: 'c1' }));
});

test('the answer of a task is told anew', () => {
  const artifacts = new TaskArtifacts();
  const told = new Map<string, string>();
  for (const event of run) {
    for (const { artifact, append } of artifacts.take(event)) {
      const said = artifact.parts.map((part) => ('text' in part ? part.text : 'raw' in part ? part.raw : '')).join('');
      told.set(artifact.artifactId, append ? `${told.get(artifact.artifactId)}${said}` : said);
    }
  }
  expect(Object.fromEntries(told)).toEqual({ response: WHOLE, 'file-1': 'Zmlyc3Q=', 'file-2': '', 'file-3': '' });
  expect(artifacts.list()).toMatchObject([
    { artifactId: 'response', parts: [{ text: WHOLE }] },
    { artifactId: 'file-1', parts: [{ raw: 'Zmlyc3Q=' }] },
  ]);
  // What the step says when it is taken again takes its place.
  expect(artifacts.take(draw('m3', 'bmV3') as Extract<RunEvent, { type: 'file' }>)).toMatchObject([
    { artifact: { artifactId: 'file-2' }, append: false },
  ]);
});

test('an editor is told that its calls do not run', () => {
  const [withdrawn] = run.filter(({ type }) => type === 'answer-withdrawn');
  const view = { cwd: '/', hasNotices: true };
  expect(withdrawn && toUpdates(withdrawn, view)).toEqual([
    {
      sessionUpdate: 'tool_call_update',
      toolCallId: 'c1',
      status: 'failed',
      content: [{ type: 'content', content: { type: 'text', text: 'Not run: the step is taken again' } }],
    },
    {
      sessionUpdate: 'notice',
      severity: 'warning',
      title: 'The last answer does not count',
      description: 'The server that gave it has stopped; another one asks the model again',
    },
  ]);
  expect(withdrawn && toUpdates(withdrawn, { ...view, hasNotices: false })).toHaveLength(1);
});

test('an agent that is asked answers with what counts', () => {
  const said = new AnswerText();
  for (const event of run) said.add(event);
  expect(said.text).toBe(WHOLE);
});

test('an agent that is a tool of MCP answers with what counts', async () => {
  const agent = { id: 'a', name: 'A', description: '', offerAsTool: true };
  const tools = createAgentTools({
    agents: { list: () => [agent], find: () => agent, onChange: () => () => undefined },
    startRun: async () => ({ ...RUN, events: logged(), cancel: () => undefined }),
    log: { error: () => undefined },
  });
  const call = { principal: EVERYBODY, signal: new AbortController().signal, onProgress: undefined };
  const result = await tools.find('a')?.call({ message: 'Hello' }, call as Parameters<AgentTool['call']>[1]);
  expect(result?.content).toEqual([
    { type: 'text', text: WHOLE },
    { type: 'image', mimeType: 'image/png', data: 'Zmlyc3Q=' },
  ]);
});

test('MCP-UI is told what to take away, and A2UI empties the surface', async () => {
  const view = { agentId: 'a', findTool: async () => undefined, after: 0, signal: new AbortController().signal };
  const told = await collect(toMcpUiEvents({ events: logged(), conversationId: 'c' }, view));
  expect(told.map(({ event }) => event)).toContainEqual(
    expect.objectContaining({ type: 'withdrawn', content: '\n\nHalf a word', tool_calls: ['c1'] }),
  );
  const envelopes = await collect(toA2uiEvents({ events: logged(), conversationId: 'c' }, 0));
  const texts = new Map<string, unknown>();
  for (const envelope of envelopes) {
    if (!('updateDataModel' in envelope)) continue;
    const { surfaceId, path, value } = envelope.updateDataModel;
    if (path === '/text') texts.set(surfaceId, value);
  }
  expect([...texts.values()].filter(Boolean)).toEqual(['First.', 'Second.']);
});
