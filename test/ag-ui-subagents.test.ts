/** Agents that ask agents, as AG-UI tells of them. */
import { HttpAgent } from '@ag-ui/client';
import { EventSchema } from '@ag-ui/core/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgUiEvent } from '../contract/ag-ui-events.ts';
import { createAgUiTranslator } from '../server/protocols/ag-ui/translator.ts';
import type { RunEvent, RunOutcome, SubagentEvent } from '../server/runs/run-events.ts';
import { generations, judge, watchConsole } from './support/ag-ui-judges.ts';
import { noUsage } from './support/ag-ui-runs.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const finished: RunOutcome = { status: 'finished', pending: [] };
const of = (runId: string, ...events: readonly SubagentEvent[]) =>
  events.map((event): SubagentEvent => ({ type: 'subagent-event', runId, event }));
const call = { callId: 'c1', name: 'ask_b', messageId: 'm1' };
const says = (messageId: string, delta: string): SubagentEvent[] => [
  { type: 'text-started', messageId },
  { type: 'text-delta', messageId, delta },
  { type: 'text-ended', messageId },
];

/** An agent asks b, which says something and asks c by a call of the same id, which calls a tool. */
const nested: readonly RunEvent[] = [
  { type: 'step-started', step: 1, model: 'demo' },
  { type: 'tool-call-started', ...call },
  { type: 'tool-call-ended', ...call, args: { message: 'Hi' } },
  { type: 'subagent-started', runId: 'rb', callId: 'c1', agentId: 'b', conversationId: 'conv-b' },
  ...of('rb', ...says('mb', 'I ask c.')),
  ...of('rb', { type: 'tool-call-started', callId: 'c1', name: 'ask_c', messageId: 'mb' }),
  ...of('rb', { type: 'tool-call-ended', callId: 'c1', name: 'ask_c', args: {} }),
  ...of('rb', { type: 'subagent-started', runId: 'rc', callId: 'c1', agentId: 'c', conversationId: 'conv-c' }),
  ...of('rb', ...of('rc', { type: 'tool-call-started', callId: 'c1', name: 'look', messageId: 'mc' })),
  ...of('rb', ...of('rc', { type: 'tool-call-ended', callId: 'c1', name: 'look', args: {} })),
  ...of(
    'rb',
    ...of('rc', {
      type: 'tool-result',
      callId: 'c1',
      messageId: 'tc',
      name: 'look',
      result: 42,
      isError: false,
      bytes: 2,
    }),
  ),
  ...of('rb', { type: 'subagent-ended', runId: 'rc', outcome: finished, omitted: 0 }),
  ...of('rb', {
    type: 'tool-result',
    callId: 'c1',
    messageId: 'tb',
    name: 'ask_c',
    result: { answer: '42' },
    isError: false,
    bytes: 2,
  }),
  { type: 'subagent-ended', runId: 'rb', outcome: finished, omitted: 0 },
  {
    type: 'tool-result',
    callId: 'c1',
    messageId: 't1',
    name: 'ask_b',
    result: { answer: 'I ask c.' },
    isError: false,
    bytes: 2,
  },
  { type: 'step-ended', step: 1, usage: noUsage },
  { type: 'run-ended', outcome: finished, usage: noUsage },
];

const translate = (events: readonly RunEvent[], isVersion1 = true, casing: 'camel' | 'both' = 'camel') => {
  const translator = createAgUiTranslator({ threadId: 't', runId: 'r', isVersion1, casing });
  return [...translator.start(), ...events.flatMap((event) => translator.next(event))];
};

test('what an asked agent does carries the id of its run, and the agent the call that asked it', () => {
  const events = translate(nested);
  expect(events.slice(5, -4)).toEqual([
    { type: 'SUBAGENT_STARTED', subagentRunId: 'rb', name: 'b', parentToolCallId: 'c1' },
    { type: 'TEXT_MESSAGE_START', messageId: 'mb', role: 'assistant', subagentRunId: 'rb' },
    { type: 'TEXT_MESSAGE_CONTENT', messageId: 'mb', delta: 'I ask c.', subagentRunId: 'rb' },
    { type: 'TEXT_MESSAGE_END', messageId: 'mb', subagentRunId: 'rb' },
    {
      type: 'TOOL_CALL_START',
      toolCallId: 'rb.c1',
      toolCallName: 'ask_c',
      parentMessageId: 'mb',
      subagentRunId: 'rb',
    },
    { type: 'TOOL_CALL_ARGS', toolCallId: 'rb.c1', delta: '{}', subagentRunId: 'rb' },
    { type: 'TOOL_CALL_END', toolCallId: 'rb.c1', subagentRunId: 'rb' },
    {
      type: 'SUBAGENT_STARTED',
      subagentRunId: 'rc',
      name: 'c',
      parentToolCallId: 'rb.c1',
      parentSubagentRunId: 'rb',
    },
    {
      type: 'TOOL_CALL_START',
      toolCallId: 'rc.c1',
      toolCallName: 'look',
      parentMessageId: 'mc',
      subagentRunId: 'rc',
    },
    { type: 'TOOL_CALL_ARGS', toolCallId: 'rc.c1', delta: '{}', subagentRunId: 'rc' },
    { type: 'TOOL_CALL_END', toolCallId: 'rc.c1', subagentRunId: 'rc' },
    {
      type: 'TOOL_CALL_RESULT',
      messageId: 'tc',
      toolCallId: 'rc.c1',
      content: '42',
      role: 'tool',
      subagentRunId: 'rc',
    },
    { type: 'SUBAGENT_FINISHED', subagentRunId: 'rc', outcome: { type: 'success' } },
    {
      type: 'TOOL_CALL_RESULT',
      messageId: 'tb',
      toolCallId: 'rb.c1',
      content: '{"answer":"42"}',
      role: 'tool',
      subagentRunId: 'rb',
    },
  ]);
  expect(events.at(-4)?.type).toBe('SUBAGENT_FINISHED');
  for (const event of events) expect(EventSchema.safeParse(event).success).toBe(true);
  for (const event of translate(nested, true, 'both')) expect(AgUiEvent.parse(event)).toEqual(event);
  const older = translate(nested, false).map(({ type }) => type);
  expect(older.filter((type) => type.startsWith('SUBAGENT'))).toEqual([]);
  expect(older).toHaveLength(events.length - 15);
});

test.each(generations)('client %s accepts it cut at any event', async (generation) => {
  const outcomes: RunOutcome[] = [
    { status: 'cancelled', reason: 'terminated' },
    { status: 'failed', code: 'run-interrupted', detail: 'The server stopped' },
  ];
  for (let cut = 0; cut < nested.length; cut++) {
    for (const outcome of outcomes) {
      const end: RunEvent = { type: 'run-ended', outcome, usage: noUsage };
      const events = translate([...nested.slice(0, cut), end], generation === '1.0.0');
      expect(await judge(generation, events), `after ${cut} events`).toBe(events.length);
    }
  }
});

test('one that failed, or waits for a person, ends so', () => {
  const until = nested.slice(0, 4);
  const end = (outcome: RunOutcome) =>
    translate([...until, { type: 'subagent-ended', runId: 'rb', outcome, omitted: 0 }]).at(-1);
  expect(end({ status: 'failed', code: 'model-failed', detail: 'It hung up' })).toEqual({
    type: 'SUBAGENT_ERROR',
    subagentRunId: 'rb',
    message: 'It hung up',
    code: 'model-failed',
  });
  expect(end({ status: 'cancelled', reason: 'enough' })).toMatchObject({ code: 'run-cancelled' });
  const approvals = [{ id: 'appr-1', callId: 'c1', tool: 'look', description: '', args: {} }];
  expect(end({ status: 'finished', pending: ['c1'], approvals })).toEqual({
    type: 'SUBAGENT_FINISHED',
    subagentRunId: 'rb',
    outcome: { type: 'suspended', interruptIds: ['appr-1'] },
  });
});

const owned = new AsyncDisposableStack();
let model: ModelServer;
let server: WholeServer;

beforeAll(async () => {
  model = owned.use(await startModelServer());
  const environment = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url };
  server = owned.use(await startWholeServer({ environment, args: ['--model', 'openai:gpt-4o'] }));
  const toolbox = { selected_mcp_servers: ['toolbox'] };
  await server.call('POST', '/agents', { id: 'c', ...toolbox });
  await server.call('POST', '/agents', { id: 'careful', ...toolbox, approvals: { tools: ['*'] } });
  await server.call('POST', '/agents', { id: 'b', agents: ['c'] });
  await server.call('POST', '/agents', { id: 'a', agents: ['b', 'careful'] });
});
afterAll(() => owned.disposeAsync());

const ask = (id: string, message: string) => `tool ask_${id} ${JSON.stringify({ message })}`;
const CALCULATE = 'tool calculate {"expression": "6 * 7"}';
const talk = (threadId: string, content: string) =>
  new HttpAgent({
    url: `${server.url}/api/v1/ag-ui/a/`,
    threadId,
    initialMessages: [{ id: `${threadId}-u1`, role: 'user', content }],
  });

test('the official client shows what they say, and its next run is about its own conversation', async () => {
  const client = talk('shown', ask('b', ask('c', CALCULATE)));
  const seen: string[] = [];
  const { warnings } = await watchConsole(async () => {
    await client.runAgent({ runId: 's1' }, { onEvent: ({ event }) => void seen.push(event.type) });
    client.addMessage({ id: 'u2', role: 'user', content: 'words 1' });
    await client.runAgent({ runId: 's2' });
  });
  expect(warnings).toEqual([]);
  expect(seen.filter((type) => type.startsWith('SUBAGENT'))).toEqual([
    'SUBAGENT_STARTED',
    'SUBAGENT_STARTED',
    'SUBAGENT_FINISHED',
    'SUBAGENT_FINISHED',
  ]);
  const ofOthers = client.messages.filter((message) => message.subagentRunId !== undefined);
  expect(new Set(ofOthers.map(({ subagentRunId }) => subagentRunId)).size).toBe(2);
  expect(ofOthers.some(({ content }) => content === 'The tool said: {"expression":"6 * 7","value":42}')).toBe(true);
  const { body } = await server.call('GET', '/conversations/shown');
  expect(Object(body).messages.map(({ role }: { role: string }) => role)).toEqual([
    ...['user', 'assistant', 'tool', 'assistant'],
    ...['user', 'assistant'],
  ]);
  expect(client.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'word1 ' });
});

test.each([
  ['approves', true, '"value\\\\\\":42'],
  ['refuses', false, 'the user refused it: no'],
] as const)('the official client %s what an asked agent waits for, in its own thread', async (name, approved, said) => {
  const client = talk(name, ask('careful', CALCULATE));
  const seen: object[] = [];
  const { warnings } = await watchConsole(async () => {
    const told: { interrupts?: readonly { id: string; toolCallId?: string | undefined }[] } = {};
    await client.runAgent(
      { runId: `${name}-1` },
      {
        onEvent: ({ event }) => void seen.push(event),
        onRunFinishedEvent: (event) => void Object.assign(told, { interrupts: Object(event).interrupts }),
      },
    );
    const [interrupt] = told.interrupts ?? [];
    expect(interrupt).toMatchObject({ toolCallId: 'call_1', metadata: { tool: 'toolbox__calculate' } });
    expect(seen).toContainEqual(
      expect.objectContaining({
        type: 'SUBAGENT_FINISHED',
        outcome: { type: 'suspended', interruptIds: [interrupt?.id] },
      }),
    );
    const payload = { approved, reason: 'no' };
    const resume = [{ interruptId: interrupt?.id ?? '', status: 'resolved' as const, payload }];
    await client.runAgent({ runId: `${name}-2`, resume }, { onEvent: ({ event }) => void seen.push(event) });
  });
  expect(warnings).toEqual([]);
  expect(seen.filter((event) => Object(event).type === 'SUBAGENT_STARTED')).toHaveLength(2);
  expect(JSON.stringify(client.messages.at(-1))).toContain(said);
  expect((await server.call('GET', '/approvals')).body).toMatchObject({ approvals: [] });
});

test('what they say is told within bounds, and their answer comes whole', async () => {
  const client = talk('long', ask('b', 'words 2500'));
  const seen: { readonly type: string; readonly subagentRunId?: unknown }[] = [];
  await client.runAgent({ runId: 'long-1' }, { onEvent: ({ event }) => void seen.push(event) });
  const ofOthers = seen.filter(({ subagentRunId }) => subagentRunId !== undefined);
  // Its beginning and its end are told, and beside them so many.
  expect(ofOthers.length).toBeLessThanOrEqual(2000 + 3);
  expect(ofOthers.length).toBeGreaterThan(1000);
  expect(ofOthers.slice(-2).map(({ type }) => type)).toEqual(['TEXT_MESSAGE_END', 'SUBAGENT_FINISHED']);
  expect(client.messages.find(({ role }) => role === 'tool')?.content).toContain('word2500 ');
});

test('a reader that comes later is told the same, and one that is cut off after any event the rest', async () => {
  const body = {
    threadId: 'later',
    runId: 'l1',
    protocolVersion: '1.0',
    messages: [{ id: 'u1', role: 'user', content: ask('b', ask('c', CALCULATE)) }],
    forwardedProps: { background: true },
  };
  const read = async (path: string, sent?: object, after?: number) => {
    const response = await fetch(`${server.url}/api/v1/${path}`, {
      headers: {
        ...(sent && { 'content-type': 'application/json' }),
        ...(after !== undefined && { 'last-event-id': `${after}` }),
      },
      ...(sent && { method: 'POST', body: JSON.stringify(sent) }),
    });
    return [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));
  };
  const first = await read('ag-ui/a/', body);
  expect(first.map(({ type }) => type)).toContain('SUBAGENT_FINISHED');
  const names = { threadId: 'later', runId: 'l1', protocolVersion: '1.0' };
  const again = await read('ag-ui/a/connect', names);
  expect(again.filter(({ type }) => type !== 'MESSAGES_SNAPSHOT')).toEqual(first);
  for (let after = 1; after < first.length; after++)
    expect(await read('ag-ui/a/connect', names, after)).toEqual(first.slice(after));
  const overRest = await read('runs/l1/events');
  expect(overRest.map(({ type }) => type)).toEqual(['tool_call', 'tool_result', 'text', 'done']);
  for (let after = 1; after < overRest.length; after++)
    expect(await read('runs/l1/events', undefined, after)).toEqual(overRest.slice(after));
});
