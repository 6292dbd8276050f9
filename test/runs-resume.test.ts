import { describe, expect, test } from 'vitest';
import type { PageTool } from '../server/protocols/mcp-ui/page-tools.ts';
import { INTERRUPTED } from '../server/runs/run-events.ts';
import { judge } from './support/ag-ui-judges.ts';
import { fullRun } from './support/ag-ui-runs.ts';
import { type AgentRuns, type ReadEvent, startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf, userSays } from './support/loop.ts';
import { type Answer, finish, reasoning, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { isShared, openPlace, openStore } from './support/stores.ts';
import { noSums, withoutTimes } from './support/times.ts';

const weather = toolsetOf({ weather: ({ city }) => ok({ city, celsius: 18 }) });

/** Says something, waits until it is released, calls a tool, and answers. */
function createModel() {
  const gate = Promise.withResolvers<void>();
  const asksTool: Answer = [
    ...reasoning('Hm, ', 'let me see'),
    ...text('One ', 'moment'),
    { wait: gate.promise },
    ...toolCall('c1', 'weather', { city: 'Paris' }),
    finish('tool-calls'),
  ];
  const model = scriptedModel((call): Answer => {
    const isAnswered = model.asked[call]?.prompt.at(-1)?.role === 'tool';
    return isAnswered ? [...text('It is ', '18 °C.'), finish()] : asksTool;
  });
  return { model, release: () => gate.resolve() };
}

/** Ids that differ by chance, and by the thread, are made equal; times are left out. */
function withoutChance(events: readonly ReadEvent[], thread: string): ReadEvent[] {
  const names = new Map<string, string>();
  const told = events.map(({ data }) => data);
  // What A2UI has is envelopes, which tell no time.
  const datas = told.some((data) => 'version' in data) ? told : withoutTimes(told);
  const all = JSON.stringify(events.map(({ id }, index) => ({ id, data: datas[index] })))
    .replaceAll(thread, 'THREAD')
    .replaceAll(/msg-[0-9a-f]{20}/g, (id) => {
      names.set(id, names.get(id) ?? `msg#${names.size}`);
      return names.get(id) ?? '';
    });
  return JSON.parse(all);
}

/** A page for what the tool gives. */
const page: PageTool = {
  server: 'weather',
  tool: 'weather',
  name: 'weather',
  resourceUri: 'ui://weather/page',
  readPage: async (uri) => ({ uri, mimeType: 'text/html;profile=mcp-app', text: '<p>18 °C</p>' }),
  listTools: () => [],
  callTool: async () => ({}),
};

interface Surface {
  readonly name: string;
  /** How many events come before the gate: what can be cut off while the run goes on. */
  readonly before: number;
  start(thread: string): readonly [path: string, body: unknown];
  /** Every way to read on. */
  again(thread: string): readonly (readonly [path: string, body?: unknown])[];
}

const surfaces: Surface[] = [
  {
    name: 'AG-UI',
    before: 11,
    start: (threadId) => [
      '/ag-ui/tester/',
      {
        threadId,
        runId: `run-${threadId}`,
        messages: [{ id: 'u1', role: 'user', content: 'Weather?' }],
        forwardedProps: { background: true },
      },
    ],
    again: (threadId) => [
      ['/ag-ui/tester/connect', { threadId, runId: `run-${threadId}` }],
      ['/ag-ui/tester/connect', { threadId }],
      ['/ag-ui/tester/', { threadId, runId: `run-${threadId}`, messages: [] }],
    ],
  },
  {
    name: 'prompts',
    before: 2,
    start: (thread) => [
      '/agents/tester/prompt',
      { message: 'Weather?', conversation_id: thread, run_id: `run-${thread}`, background: true },
    ],
    again: (thread) => [
      [`/runs/run-${thread}/events`],
      ['/agents/tester/prompt', { message: 'Weather?', conversation_id: thread, run_id: `run-${thread}` }],
    ],
  },
  ...[
    { name: 'A2UI', path: '/a2ui/tester/', before: 3 },
    { name: 'MCP-UI', path: '/mcp-ui/tester/', before: 2 },
  ].map(({ name, path, before }) => {
    const bodyOf = (thread: string) => ({ message: 'Weather?', conversation_id: thread, run_id: `run-${thread}` });
    const start: Surface['start'] = (thread) => [path, { ...bodyOf(thread), background: true }];
    return { name, before, start, again: (thread: string) => [[path, bodyOf(thread)]] as const };
  }),
];

describe.each(surfaces)('$name', ({ before, start, again }) => {
  const readWhole = async (server: AgentRuns, thread: string) => server.read(...start(thread));

  test('a stream cut at every event while the run goes on, and read on, is the whole list without gap or double', async () => {
    const { model, release } = createModel();
    await using server = await startAgentRuns(model, { toolset: weather, pageTools: [page] });
    const whole = readWhole(server, 'whole');
    const first = await server.read(...start('counted'), { count: 1 });
    expect(first[0]?.id).toBe(1);
    const cuts = await Promise.all(
      Array.from({ length: before }, async (_, index) => {
        const thread = `cut-${index + 1}`;
        return { thread, events: await server.read(...start(thread), { count: index + 1 }) };
      }),
    );
    const rests = cuts.map(({ thread, events }) => {
      const [path, body] = again(thread)[events.length % again(thread).length] ?? [''];
      return server.read(path, body, { after: events.length });
    });
    release();
    const expected = withoutChance(await whole, 'whole');
    expect(expected.map(({ id }) => id)).toEqual(expected.map((_, index) => index + 1));
    for (const [index, { thread, events }] of cuts.entries()) {
      expect(withoutChance([...events, ...((await rests[index]) ?? [])], thread)).toEqual(expected);
    }
  });

  test('a run that has ended is read on from every event, in every way, also after a restart', async () => {
    await using folder = await openPlace();
    const { model, release } = createModel();
    let whole: ReadEvent[];
    const expectTails = async (server: AgentRuns) => {
      for (const [path, body] of again('t')) {
        for (let after = 0; after <= whole.length; after++) {
          expect(await server.read(path, body, { after })).toEqual(whole.slice(after));
        }
      }
    };
    {
      await using server = await startAgentRuns(model, { toolset: weather, pageTools: [page], folder: folder.path });
      release();
      whole = await readWhole(server, 't');
      await expectTails(server);
    }
    await using server = await startAgentRuns(model, { toolset: weather, pageTools: [page], folder: folder.path });
    await expectTails(server);
    expect(model.asked).toHaveLength(2);
  });
});

test('a reader without a number gets the conversation before the run and all of its events, to every client', async () => {
  const { model, release } = createModel();
  await using server = await startAgentRuns(model, { toolset: weather });
  release();
  const [path, body] = surfaces[0]?.start('t') ?? [''];
  const whole = await server.read(path, body);
  const again = await server.read('/ag-ui/tester/connect', { threadId: 't', protocolVersion: '1.0' });
  expect(again[1]).toEqual({
    id: 1,
    data: { type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'u1', role: 'user', content: 'Weather?' }] },
  });
  expect(again.toSpliced(1, 1).slice(1, -1)).toEqual(whole.slice(1, -1));
  const events = again.map(({ data }) => data);
  expect(await judge('1.0.0', events)).toBe(events.length);
});

/** A run that a server left open when it was killed: of the events of `fullRun` the first `stored` are in the store. */
async function leaveOpen(folder: string, stored: number) {
  await using store = await openStore({ folder });
  await store.runs.open({
    id: 'r1',
    conversationId: 't',
    agentId: 'tester',
    messages: [userSays('Weather?')],
    isDetached: true,
  });
  const half = Math.floor(stored / 2);
  const append = (from: number, to: number) => {
    const events = fullRun.slice(from, to);
    const batch = { runKey: 'r1', first: from + 1, events, times: events.map((_, index) => from + index + 1) };
    return store.runs.append({ events: [batch], steps: [] });
  };
  if (half) await append(0, half);
  await append(half, stored);
}

if (!isShared()) {
  describe('a run that a killed server left open', () => {
    test.each(fullRun.slice(0, -1).map((_, index) => index + 1))(
      'with %i events stored ends for every reader',
      async (stored) => {
        await using folder = await openPlace();
        await leaveOpen(folder.path, stored);
        const model = scriptedModel([[...text('Again'), finish()]]);
        await using server = await startAgentRuns(model, { folder: folder.path });
        expect((await server.call('GET', '/runs/r1')).body).toMatchObject({
          status: 'interrupted',
          background: true,
          outcome: { code: 'run-interrupted', detail: INTERRUPTED.detail },
        });

        const all = await server.read('/ag-ui/tester/connect', { threadId: 't', protocolVersion: '1.0' });
        const events = all.map(({ data }) => data);
        expect(await judge('1.0.0', events)).toBe(events.length);
        expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'run-interrupted' });
        expect(events.at(-2)?.type).toBe('MESSAGES_SNAPSHOT');
        const ids = all.slice(2).map(({ id }) => id);
        const known = ids.filter((id) => id < 1_000_000).length;
        expect(ids).toEqual([
          ...Array.from({ length: known }, (_, index) => index + 2),
          ...Array.from({ length: ids.length - known }, (_, index) => 1_000_000 + index),
        ]);

        // Each reader that had less gets the rest of it; one that had more, which was never stored, the last two.
        for (const { id } of all.slice(2)) {
          const rest = await server.read(
            '/ag-ui/tester/connect',
            { threadId: 't', protocolVersion: '1.0' },
            { after: id },
          );
          expect(rest).toEqual(
            all.slice(2).filter((event) => event.id > id && (id <= known + 1 || event.id >= (all.at(-2)?.id ?? 0))),
          );
        }
        const ahead = await server.read('/ag-ui/tester/connect', { threadId: 't' }, { after: known + 7 });
        expect(ahead.map(({ data }) => data.type)).toEqual(['MESSAGES_SNAPSHOT', 'RUN_ERROR']);
        const prompt = await server.read('/runs/r1/events', undefined, { after: 999 });
        expect(prompt).toMatchObject([{ id: 1_000_000, data: { type: 'error', code: 'run-interrupted' } }]);

        const next = await server.call('POST', '/agents/tester/prompt/sync', { message: 'On', conversation_id: 't' });
        expect(next).toMatchObject({ status: 200, body: { response: 'Again' } });
      },
    );

    test('keeps what it had said, and each of its calls has a result before the model is asked again', async () => {
      await using folder = await openPlace();
      const stored = fullRun.findIndex(({ type }) => type === 'tool-result') + 1;
      await leaveOpen(folder.path, stored);
      const model = scriptedModel([[...text('Again'), finish()]]);
      await using server = await startAgentRuns(model, { folder: folder.path });
      await server.call('POST', '/agents/tester/prompt/sync', { message: 'On', conversation_id: 't' });
      const call = (toolCallId: string, city: string) => ({
        type: 'tool-call',
        toolCallId,
        toolName: 'weather',
        input: { city },
      });
      expect(model.asked[0]?.prompt).toMatchObject([
        { role: 'user', content: [{ text: 'Weather?' }] },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'Two cities, two calls.' },
            { type: 'text', text: 'Let me look. ' },
            call('c1', 'Paris'),
            call('c2', 'Oslo'),
          ],
        },
        {
          role: 'tool',
          content: [
            { toolCallId: 'c1', output: { type: 'error-text' } },
            { toolCallId: 'c2', output: { type: 'json', value: { celsius: 4 } } },
          ],
        },
        { role: 'user', content: [{ text: 'On' }] },
      ]);
    });
  });
}

test('a run nobody waits for is cancelled with its last reader, and its end can still be read', async () => {
  const model = scriptedModel([[...text('Par', 'tial').slice(0, 2), 'hang']]);
  await using server = await startAgentRuns(model);
  const body = { message: 'Hi', conversation_id: 'c', run_id: 'r1' };
  const [first] = await server.read('/agents/tester/prompt', body, { count: 1 });
  expect(first).toMatchObject({ id: 1, data: { type: 'text', content: 'Par' } });
  await server.runs.find('c', 'r1')?.ended;
  expect(await server.read('/runs/r1/events', undefined, { after: 1 })).toMatchObject([
    { id: 2, data: { type: 'error', code: 'run-cancelled' } },
  ]);
});

test('runs are listed, found and cancelled; the answer names the run', async () => {
  const model = scriptedModel([[...text('Par', 'tial').slice(0, 2), 'hang']]);
  await using server = await startAgentRuns(model);
  const response = await server.open('/agents/tester/prompt', { message: 'Hi', run_id: 'r1', background: true });
  expect(response.headers.get('content-location')).toBe('/api/v1/runs/r1');
  await server.start({ conversationId: 'c2', runId: 'r2', detached: true });
  const { body } = await server.call('GET', '/runs?status=running&limit=1');
  expect(body.runs).toMatchObject([{ id: 'r2', status: 'running', background: true, outcome: null, ended_at: null }]);
  const rest = await server.call('GET', `/runs?status=running&cursor=${body.next_cursor}`);
  expect(rest.body).toMatchObject({ runs: [{ id: 'r1' }], next_cursor: null });
  const ended = { id: 'r1', status: 'cancelled', outcome: { detail: 'cancelled by the user' } };
  expect(await server.call('POST', '/runs/r1/cancel')).toMatchObject({ status: 200, body: ended });
  expect(await server.call('POST', '/runs/r1/cancel')).toMatchObject({ status: 200, body: ended });
  expect((await response.text()).match(/data: .*/g)?.at(-1)).toContain('run-cancelled');
  expect(await server.call('GET', '/runs?agent_id=nobody')).toEqual({
    status: 200,
    body: { runs: [], next_cursor: null, sums: noSums },
  });
  for (const [method, path] of [
    ['GET', '/runs/none'],
    ['GET', '/runs/none/events'],
    ['GET', '/runs/none/steps'],
    ['POST', '/runs/none/cancel'],
  ] as const) {
    expect(await server.call(method, path)).toMatchObject({ status: 404, body: { code: 'run-not-found' } });
  }
});

test('a prompt with the id of a run is refused, and continued only with both numbers', async () => {
  await using server = await startAgentRuns(scriptedModel([[...text('Hi'), finish()]]));
  const body = { message: 'Hi', run_id: 'r1' };
  await server.read('/agents/tester/prompt', body);
  expect(await server.call('POST', '/agents/tester/prompt', body)).toMatchObject({
    status: 409,
    body: { code: 'run-exists' },
  });
  for (const [after, prompt, field] of [
    ['1', { message: 'Hi' }, 'run_id'],
    ['one', body, 'last-event-id'],
  ] as const) {
    const response = await fetch(`${server.url}/api/v1/agents/tester/prompt`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'last-event-id': after },
      body: JSON.stringify(prompt),
    });
    expect([response.status, await response.json()]).toMatchObject([422, { errors: [{ path: field }] }]);
  }
});

test.each(['prompts', 'AG-UI'])('%s: the next prompt interrupts the run of a busy conversation', async (surface) => {
  const model = scriptedModel([
    [...text('Par', 'tial').slice(0, 2), 'hang'],
    [...text('Next'), finish()],
  ]);
  await using server = await startAgentRuns(model);
  // Answered once its first word is there.
  const first = await server.open('/agents/tester/prompt', { message: 'A', conversation_id: 't', background: true });
  const [path, body] =
    surface === 'prompts'
      ? (['/agents/tester/prompt', { message: 'B', conversation_id: 't', when_busy: 'interrupt' }] as const)
      : ([
          '/ag-ui/tester/',
          {
            threadId: 't',
            runId: 'r',
            messages: [{ id: 'b', role: 'user', content: 'B' }],
            forwardedProps: { when_busy: 'interrupt' },
          },
        ] as const);
  const second = await server.read(path, body);
  const last = (await first.text()).trimEnd().split('\n').at(-1) ?? '';
  expect(JSON.parse(last.slice('data: '.length))).toMatchObject({
    type: 'error',
    detail: 'The run was cancelled: interrupted by the next prompt',
  });
  expect(JSON.stringify(second)).toContain('Next');
});
