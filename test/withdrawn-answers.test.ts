/** What each protocol tells of an answer that does not count any more, as another process has gone on with its run. */
import { defaultApplyEvents, runHttpRequest, transformHttpEventStream } from '@ag-ui/client';
import { expect, test } from 'vitest';
import { serverSentEvents } from '../server/http/sse.ts';
import { TaskArtifacts } from '../server/protocols/a2a/tasks/artifacts.ts';
import { toA2uiEvents } from '../server/protocols/a2ui/events.ts';
import { toAgUiEvents } from '../server/protocols/ag-ui/events.ts';
import { toMcpUiEvents } from '../server/protocols/mcp-ui/events.ts';
import { collectChat } from '../server/protocols/openai/chat-answer.ts';
import { ResponseTranslation } from '../server/protocols/openai/response-events.ts';
import { toChunks } from '../server/protocols/vercel-ai/stream.ts';
import { AnswerText } from '../server/runs/asked-agent.ts';
import { PromptTranslation } from '../server/runs/prompt-events.ts';
import { rebuildMessages } from '../server/runs/rebuild-messages.ts';
import { NO_USAGE, type RunEvent } from '../server/runs/run-events.ts';
import { generations, judge } from './support/ag-ui-judges.ts';
import { userSays } from './support/loop.ts';

const say = (messageId: string, delta: string): RunEvent[] => [
  { type: 'text-started', messageId },
  { type: 'text-delta', messageId, delta },
];
/** A step that was cut off in the middle of a call, and then taken again. */
const run: RunEvent[] = [
  { type: 'step-started', step: 1, model: 'script' },
  ...say('m1', 'First.'),
  { type: 'text-ended', messageId: 'm1' },
  { type: 'step-ended', step: 1, usage: NO_USAGE },
  { type: 'step-started', step: 2, model: 'script' },
  ...say('m2', 'Half a '),
  { type: 'text-ended', messageId: 'm2' },
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
const WHOLE = 'First.\n\nSecond.';

async function* logged() {
  for (const [index, event] of run.entries()) {
    const messages = [userSays('Hello'), ...rebuildMessages(run.slice(0, index + 1))];
    yield { id: index + 1, event, ...(event.type === 'answer-withdrawn' && { messages }) };
  }
}
async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('what is rebuilt of the run has nothing of it', () => {
  expect(rebuildMessages(run).map(({ id }) => id)).toEqual(['m1', 'm3']);
});

test('a prompt is told what to take away', () => {
  const translation = new PromptTranslation({ conversationId: 'c' });
  let text = '';
  const told = run.flatMap((event) => translation.translate({ event, at: 1 }) ?? []);
  for (const event of told) {
    if (event.type === 'text') text += event.content;
    if (event.type !== 'withdrawn') continue;
    expect(event).toEqual({ type: 'withdrawn', content: '\n\nHalf a word', tool_calls: ['c1'], timestamp: 1 });
    expect(text.endsWith(event.content)).toBe(true);
    text = text.slice(0, -event.content.length);
  }
  expect(text).toBe(WHOLE);
});

test('clients of AG-UI have the messages that count, and every generation takes the stream', async () => {
  const view = { threadId: 't', runId: 'r', isVersion1: true, casing: 'camel' as const };
  const events = await collect(toAgUiEvents(logged(), view));
  for (const generation of generations) expect(await judge(generation, events)).toBe(events.length);
  const messages = [{ id: 'u1', role: 'user' as const, content: 'Hello' }];
  const input = { threadId: 't', runId: 'r', messages, state: {}, tools: [], context: [], forwardedProps: {} };
  const agent = { messages, state: {}, agentId: 'a' };
  const { encode } = serverSentEvents({ eventName: (event) => (event as { type: string }).type });
  const body = events.map((event, index) => encode(event, index + 1)).join('');
  const headers = { 'content-type': 'text/event-stream' };
  const stream = transformHttpEventStream(runHttpRequest(async () => new Response(body, { headers })));
  const applied = defaultApplyEvents(input, stream, agent as unknown as Parameters<typeof defaultApplyEvents>[2], []);
  const held = await new Promise<{ messages?: { id: string; role: string }[] }>((resolve, reject) => {
    const changes: { messages?: { id: string; role: string }[] }[] = [];
    applied.subscribe({
      next: (change) => void changes.push(change),
      error: reject,
      complete: () => resolve(changes.at(-1) ?? {}),
    });
  });
  expect(held.messages?.map(({ id, role }) => [id, role])).toEqual([
    ['u1', 'user'],
    ['m1', 'assistant'],
    ['m3', 'assistant'],
  ]);
});

test('a chat completion that is read whole holds what counts', async () => {
  const view = { id: 'i', model: 'm', created: 1, showsTools: false, isJson: false, includesUsage: false };
  const { choices } = await collectChat(logged(), view);
  expect(choices[0]?.message.content).toBe(WHOLE);
});

test('a response ends without it, and its items keep their places', () => {
  const translation = new ResponseTranslation({ id: 'r', model: 'm', createdAt: 1 } as unknown as ConstructorParameters<
    typeof ResponseTranslation
  >[0]);
  for (const event of run) translation.next(event, 1);
  const texts = translation.last?.output.map((item) =>
    item.type === 'message' ? item.content.map((part) => ('text' in part ? part.text : '')).join('') : item.type,
  );
  expect(texts).toEqual(['First.', '', '', 'Second.']);
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
  let text = '';
  for (const event of run) {
    const piece = artifacts.take(event);
    if (!piece) continue;
    const said = piece.artifact.parts.map((part) => ('text' in part ? part.text : '')).join('');
    text = piece.append ? text + said : said;
  }
  expect(text).toBe(WHOLE);
  expect(artifacts.list()).toMatchObject([{ artifactId: 'response', parts: [{ text: WHOLE }] }]);
});

test('an agent that is asked answers with what counts', () => {
  const said = new AnswerText();
  for (const event of run) said.add(event);
  expect(said.text).toBe(WHOLE);
});

test('MCP-UI is told what to take away, and A2UI empties the surface', async () => {
  const view = { agentId: 'a', tools: () => [], after: 0, signal: new AbortController().signal };
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
