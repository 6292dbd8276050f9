import { expect, test } from 'vitest';
import { readEvents } from '../client/read-events.ts';
import type { AgUiEvent } from '../contract/ag-ui-events.ts';
import { ApiError } from '../server/call/errors.ts';
import type { RunEvent } from '../server/runs/run-events.ts';
import { collect, fullRun, noUsage } from './support/ag-ui-runs.ts';
import { STARTED_AT, speakAndWait, startAgUiServer } from './support/ag-ui-server.ts';

const hello = { id: 'msg-1', role: 'user', content: 'Hello, how are you?' };
const documented = {
  thread_id: 'thread-123',
  run_id: 'run-456',
  messages: [hello],
  state: {},
  tools: [],
  context: [],
  forwardedProps: {},
};
const tool = { name: 'confirm', description: '' };
const camel = { threadId: 't', runId: 'r', messages: [hello] };
const answer: readonly RunEvent[] = [
  { type: 'text-started', messageId: 'msg-2' },
  { type: 'text-delta', messageId: 'msg-2', delta: 'Hello! ' },
  { type: 'text-delta', messageId: 'msg-2', delta: "I'm doing well." },
  { type: 'text-ended', messageId: 'msg-2' },
  { type: 'run-ended', outcome: { status: 'finished', pending: [] }, usage: noUsage },
];

async function eventsOf(response: Response): Promise<AgUiEvent[]> {
  expect(response.status).toBe(200);
  if (!response.body) throw new Error('the answer has no body');
  return (await collect(readEvents(response.body))).map(({ data }) => JSON.parse(data));
}

test('agents are listed as documented', async () => {
  await using server = await startAgUiServer(answer);
  const response = await fetch(`${server.url}/api/v1/ag-ui/agents`);
  expect(await response.json()).toEqual({
    protocol: 'ag-ui',
    version: '0.1.0',
    agents: [{ agent_id: 'my-agent', endpoint: '/api/v1/ag-ui/my-agent/', id: 'my-agent', name: 'My Custom Agent' }],
    agents_endpoint: '/api/v1/ag-ui/agents',
    terminate_endpoint: '/api/v1/ag-ui/terminate',
    note: 'Each agent is mounted at /api/v1/ag-ui/{agent_id}/ (trailing slash required)',
    count: 1,
  });
});

test('the protocol info is the list of agents and what they can do', async () => {
  await using server = await startAgUiServer(answer);
  const info = await (await fetch(`${server.url}/api/v1/ag-ui/`)).json();
  expect(info).toMatchObject({
    protocol: 'ag-ui',
    protocol_version: '1.0',
    count: 1,
    capabilities: { transport: { streaming: true }, tools: { supported: true, clientProvided: true } },
  });
});

test('the documented request is answered with the documented frames, byte for byte', async () => {
  await using server = await startAgUiServer(answer);
  const response = await server.run(documented, '?casing=snake');
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  expect(await response.text()).toBe(
    [
      'id: 1\nevent: RUN_STARTED\ndata: {"type":"RUN_STARTED","timestamp":1795428000000,"thread_id":"thread-123","run_id":"run-456"}\n\n',
      'id: 2\nevent: TEXT_MESSAGE_START\ndata: {"type":"TEXT_MESSAGE_START","message_id":"msg-2","role":"assistant"}\n\n',
      'id: 3\nevent: TEXT_MESSAGE_CONTENT\ndata: {"type":"TEXT_MESSAGE_CONTENT","message_id":"msg-2","delta":"Hello! "}\n\n',
      'id: 4\nevent: TEXT_MESSAGE_CONTENT\ndata: {"type":"TEXT_MESSAGE_CONTENT","message_id":"msg-2","delta":"I\'m doing well."}\n\n',
      'id: 5\nevent: TEXT_MESSAGE_END\ndata: {"type":"TEXT_MESSAGE_END","message_id":"msg-2"}\n\n',
      'id: 6\nevent: RUN_FINISHED\ndata: {"type":"RUN_FINISHED","thread_id":"thread-123","run_id":"run-456"}\n\n',
    ].join(''),
  );
});

test.each([
  [documented, '', ['type', 'thread_id', 'threadId', 'run_id', 'runId']],
  [camel, '', ['type', 'threadId', 'runId']],
  [{ ...camel, threadId: undefined, thread_id: 't' }, '', ['type', 'thread_id', 'threadId', 'run_id', 'runId']],
  [camel, '?casing=both', ['type', 'thread_id', 'threadId', 'run_id', 'runId']],
  [documented, '?casing=camel', ['type', 'threadId', 'runId']],
  [camel, '?casing=snake', ['type', 'thread_id', 'run_id']],
])('a body like %j with %j is answered in its spelling', async (body, query, keys) => {
  await using server = await startAgUiServer(answer);
  const [started] = await eventsOf(await server.run(body, query));
  const { timestamp, ...names } = started ?? {};
  expect(Object.keys(names)).toEqual(keys);
  expect(timestamp).toBe(STARTED_AT);
});

test('an unknown casing is refused', async () => {
  await using server = await startAgUiServer(answer);
  const response = await server.run(camel, '?casing=kebab');
  expect(response.status).toBe(422);
});

test('the path without its trailing slash redirects, and the redirected run works', async () => {
  await using server = await startAgUiServer(answer);
  const events = await eventsOf(await server.post('/my-agent', camel));
  expect(events.map(({ type }) => type).at(-1)).toBe('RUN_FINISHED');
});

test('a client that says it speaks 1.0 is told that this server does too', async () => {
  await using server = await startAgUiServer(answer);
  for (const [sent, told] of [
    [{ protocolVersion: '1.0' }, '1.0'],
    [{ protocol_version: '1.2' }, '1.0'],
    [{ protocolVersion: '0.9' }, undefined],
    [{ protocolVersion: null }, undefined],
  ] as const) {
    const [started] = await eventsOf(await server.run({ ...camel, ...sent }));
    expect(started?.protocolVersion).toBe(told);
  }
});

test.each([
  ['no ids', { messages: [] }, ['thread_id', 'run_id']],
  ['no run id', { threadId: 't', messages: [] }, ['run_id']],
  ['no messages', { threadId: 't', runId: 'r' }, ['messages']],
  ['ids that contradict each other', { ...camel, thread_id: 'other' }, ['thread_id']],
  ['an id that is a number', { ...camel, threadId: 7 }, ['threadId']],
  ['a message without a role', { ...camel, messages: [{ id: '1', content: 'x' }] }, ['messages.0.role']],
  ['a message without content', { ...camel, messages: [{ id: '1', role: 'user' }] }, ['messages.0.content']],
  ['a message that is no object', { ...camel, messages: ['hello'] }, ['messages.0']],
  ['a tool without a name', { ...camel, tools: [{ description: '' }] }, ['tools.0.name']],
  ['a tool whose name models refuse', { ...camel, tools: [{ name: 'a b', description: '' }] }, ['tools.0.name']],
  ['two tools of one name', { ...camel, tools: [tool, tool] }, ['tools.1.name']],
  [
    'a tool whose parameters are no schema',
    { ...camel, tools: [{ ...tool, parameters: 'x' }] },
    ['tools.0.parameters'],
  ],
  [
    'a tool that takes text',
    { ...camel, tools: [{ ...tool, parameters: { type: 'string' } }] },
    ['tools.0.parameters'],
  ],
  [
    'an answer that is neither yes nor no',
    { ...camel, resume: [{ interrupt_id: 'i', status: 'resolved' }] },
    ['resume.0.payload.approved'],
  ],
  ['a background that is no boolean', { ...camel, forwardedProps: { background: 1 } }, ['forwardedProps.background']],
  ['an unknown way to be busy', { ...camel, forwardedProps: { when_busy: 'now' } }, ['forwardedProps.when_busy']],
  ['answers that are no list', { ...camel, forwardedProps: { resume: 'yes' } }, ['forwardedProps.resume']],
  ['an empty message id', { ...camel, messages: [{ ...hello, id: '' }] }, ['messages.0.id']],
  ['one id for two texts', { ...camel, messages: [hello, { ...hello, content: 'Bye' }] }, ['messages.1.id']],
  ['one id for two roles', { ...camel, messages: [hello, { ...hello, role: 'system' }] }, ['messages.1.id']],
])('a run with %s is a 422 that names the field', async (_, body, paths) => {
  await using server = await startAgUiServer(answer);
  const response = await server.run(body);
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ code: 'validation-failed', errors: paths.map((path) => ({ path })) });
  expect(server.requests).toEqual([]);
});

test('of very many wrong fields the first twenty are named', async () => {
  await using server = await startAgUiServer(answer);
  const response = await server.run({ ...camel, messages: Array.from({ length: 5_000 }, () => ({})) });
  expect(response.status).toBe(422);
  expect((await response.text()).length).toBeLessThan(10_000);
});

test('an unknown agent is a 404, whatever the run', async () => {
  await using server = await startAgUiServer(answer);
  const response = await server.post('/nobody/', camel);
  expect([response.status, await response.json()]).toEqual([
    404,
    { detail: 'Agent not found: nobody', status_code: 404, code: 'agent-not-found' },
  ]);
});

test('a failure before the first event keeps its HTTP status', async () => {
  await using server = await startAgUiServer(async () => {
    throw new ApiError('draining', 'The server is shutting down', { headers: { 'retry-after': '10' } });
  });
  const response = await server.run(camel);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
});

test('a second run on a thread that is busy is a 409', async () => {
  await using server = await startAgUiServer(speakAndWait);
  const first = await server.run(camel);
  const second = await server.run({ ...camel, runId: 'r2' });
  expect(second.status).toBe(409);
  expect(await second.json()).toMatchObject({ code: 'conversation-busy' });
  await first.body?.cancel();
});

test('a model that fails is a run that starts and ends in an error', async () => {
  const outcome = { status: 'failed', code: 'model-failed', detail: 'The model provider hung up' } as const;
  await using server = await startAgUiServer([{ type: 'run-ended', outcome, usage: noUsage }]);
  expect(await eventsOf(await server.run(camel))).toEqual([
    { type: 'RUN_STARTED', timestamp: STARTED_AT, threadId: 't', runId: 'r' },
    { type: 'RUN_ERROR', message: 'The model provider hung up', code: 'model-failed' },
  ]);
});

test.each([
  ['snake_case', { thread_id: 't', run_id: 'r' }],
  ['camelCase', { threadId: 't', runId: 'r' }],
])('terminate in %s ends the run, and its stream closes in order', async (_, ids) => {
  await using server = await startAgUiServer(speakAndWait);
  const events = eventsOf(await server.run(camel));
  const response = await server.post('/terminate', ids);
  expect([response.status, await response.json()]).toEqual([
    200,
    { success: true, message: 'Run r is ending', thread_id: 't', run_id: 'r' },
  ]);
  expect((await events).slice(3)).toEqual([
    { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm1', delta: 'I am thinking' },
    { type: 'TEXT_MESSAGE_END', messageId: 'm1' },
    { type: 'STEP_FINISHED', stepName: 'step-1' },
    { type: 'RUN_FINISHED', threadId: 't', runId: 'r', result: { status: 'cancelled', reason: 'terminated' } },
  ]);
  expect(await (await server.post('/terminate', ids)).json()).toMatchObject({ success: false });
});

test('terminate of an unknown run says so, and without ids is a 422', async () => {
  await using server = await startAgUiServer(answer);
  const unknown = await server.post('/terminate', { thread_id: 't', run_id: 'r' });
  expect([unknown.status, await unknown.json()]).toEqual([
    200,
    {
      success: false,
      message: 'No active run r on thread t: it is unknown or already over',
      thread_id: 't',
      run_id: 'r',
    },
  ]);
  for (const body of [undefined, {}, { thread_id: 't' }, { thread_id: 't', run_id: '' }]) {
    expect((await server.post('/terminate', body)).status).toBe(422);
  }
});

test('a reader who leaves ends the run', async () => {
  const left = Promise.withResolvers<void>();
  await using server = await startAgUiServer((request, cancelled) => {
    cancelled.addEventListener('abort', () => left.resolve());
    return speakAndWait(request, cancelled);
  });
  const response = await server.run(camel);
  await response.body?.cancel();
  await left.promise;
  expect(server.requests[0]?.signal.aborted).toBe(true);
});

test('events are numbered from one without a gap, end with the terminal event, and use LF alone', async () => {
  await using server = await startAgUiServer(fullRun);
  const text = await (await server.run(camel)).text();
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  expect(ids).toEqual(Array.from({ length: 28 }, (_, index) => index + 1));
  expect(text).not.toContain('\r');
  expect(text.trimEnd().split('\n').at(-2)).toBe('event: RUN_FINISHED');
  expect(text.match(/event: RUN_(FINISHED|ERROR)/g)).toHaveLength(1);
});

test('a run reaches the agent with its messages, tools and context', async () => {
  await using server = await startAgUiServer(answer);
  await eventsOf(
    await server.run({
      ...camel,
      tools: [{ name: 'confirm', description: 'Asks', parameters: { type: 'object', required: ['question'] } }],
      context: [{ description: 'The open page', value: '/orders/7' }],
    }),
  );
  expect(server.requests).toMatchObject([
    {
      agentId: 'my-agent',
      threadId: 't',
      runId: 'r',
      messages: [{ id: 'msg-1', role: 'user', content: [{ type: 'text', text: 'Hello, how are you?' }] }],
      instructions: 'Given by the application:\n- The open page: /orders/7',
      callerTools: [
        {
          name: 'confirm',
          description: 'Asks',
          inputSchema: { type: 'object', properties: {}, required: ['question'] },
        },
      ],
    },
  ]);
});
