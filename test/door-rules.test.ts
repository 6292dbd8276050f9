/** What holds at every door that streams a run: what runs-resume says of cuts, and what is here. */
import { describe, expect, test } from 'vitest';
import { type AgentRuns, type ReadEvent, startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { type Answer, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';

type Data = ReadEvent['data'];
type Request = readonly [path: string, body: object];

interface Door {
  readonly name: string;
  /** Begins the run `run-<thread>`, which goes on when its reader leaves. */
  start(thread: string, message?: string): Request;
  /** Reads a run. */
  again(thread: string, runId?: string): Request;
  /** What the agent has said. */
  textOf(told: readonly Data[]): string;
  /** How the run has ended: `done`, `cancelled` or the code of its failure; undefined of what is no end. */
  endOf(data: Data): string | undefined;
  /** What a tool gave; undefined of what is no result. */
  resultOf?(data: Data): unknown;
}

const contentOf = (told: readonly Data[]) =>
  told.flatMap(({ type, content }) => (type === 'text' ? content : [])).join('');
const endOf = ({ type, code }: Data) => {
  if (type === 'error') return code === 'run-cancelled' ? 'cancelled' : code;
  return type === 'done' ? 'done' : undefined;
};
const resultOf = ({ type, result }: Data) => (type === 'tool_result' ? result : undefined);

/** A door that takes a message, and goes on reading a run by the same request. */
const plainDoor = (path: string) => {
  const bodyOf = (thread: string, run_id: string) => ({ message: 'Hi', conversation_id: thread, run_id });
  return {
    start: (thread: string, message = 'Hi'): Request => [
      path,
      { ...bodyOf(thread, `run-${thread}`), message, background: true },
    ],
    again: (thread: string, runId = `run-${thread}`): Request => [path, bodyOf(thread, runId)],
  };
};

const doors: Door[] = [
  { name: 'prompts', ...plainDoor('/agents/tester/prompt'), textOf: contentOf, endOf, resultOf },
  { name: 'MCP-UI', ...plainDoor('/mcp-ui/tester/'), textOf: contentOf, endOf, resultOf },
  {
    name: 'A2UI',
    ...plainDoor('/a2ui/tester/'),
    textOf: (told) => told.flatMap(({ updateDataModel }) => updateDataModel?.value ?? []).at(-1),
    endOf: ({ error }) => (error?.code === 'run-cancelled' ? 'cancelled' : error?.code),
  },
  {
    name: 'AG-UI',
    start: (threadId, content = 'Hi') => [
      '/ag-ui/tester/',
      {
        threadId,
        runId: `run-${threadId}`,
        messages: [{ id: 'u1', role: 'user', content }],
        forwardedProps: { background: true },
      },
    ],
    again: (threadId, runId = `run-${threadId}`) => ['/ag-ui/tester/connect', { threadId, runId }],
    textOf: (told) => told.flatMap(({ type, delta }) => (type === 'TEXT_MESSAGE_CONTENT' ? delta : [])).join(''),
    endOf({ type, code, result }) {
      if (type === 'RUN_ERROR') return code;
      return type === 'RUN_FINISHED' ? (result?.status ?? 'done') : undefined;
    },
    resultOf: ({ type, content }) => (type === 'TOOL_CALL_RESULT' ? content : undefined),
  },
];

const datasOf = (events: readonly ReadEvent[]): Data[] => events.map(({ data }) => data);
const endsOf = (door: Door, told: readonly Data[]) => told.flatMap((data) => door.endOf(data) ?? []);
const isStream = ({ headers }: Response) => headers.get('content-type')?.startsWith('text/event-stream') ?? false;

describe.each(doors)('$name', (door) => {
  const begin = (server: AgentRuns, thread: string) => server.read(...door.start(thread));

  test('a run is stopped after a reload, and the page that reads on is told so, once and last', async () => {
    await using server = await startAgentRuns(scriptedModel([[...text('One ', 'moment'), 'hang']]));
    const first = await server.read(...door.start('t'), { count: 1 });
    const rest = server.read(...door.again('t'), { after: first.at(-1)?.id ?? 0 });
    const cancelled = await server.call('POST', '/runs/run-t/cancel');
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    const told = datasOf([...first, ...(await rest)]);
    expect([door.textOf(told), endsOf(door, told)]).toEqual(['One moment', ['cancelled']]);
    expect(door.endOf(told.at(-1))).toBe('cancelled');
  });

  test('of two calls that wait for a person one is allowed and one denied, and the run that goes on is read here', async () => {
    const called: string[] = [];
    const look = (name: string) => () => {
      called.push(name);
      return ok(name);
    };
    const asks: Answer = [...toolCall('c1', 'look', {}), ...toolCall('c2', 'touch', {}), finish('tool-calls')];
    const model = scriptedModel([asks, [...text('Looked.'), finish()]]);
    await using server = await startAgentRuns(model, {
      toolset: toolsetOf({ look: look('look'), touch: look('touch') }),
      agent: { approvals: { tools: ['look', 'touch'] } },
    });
    const waiting = await begin(server, 't');
    const { body } = await server.call('GET', '/approvals?conversation_id=t');
    const [touch, looked] = ['touch', 'look'].map((tool) => body.approvals.find((each: Data) => each.tool === tool));
    for (const { id } of [touch, looked]) expect(JSON.stringify(datasOf(waiting))).toContain(id);
    await server.call('POST', `/approvals/${touch.id}`, { approved: false });
    const { body: answered } = await server.call('POST', `/approvals/${looked.id}`, { approved: true });
    const told = datasOf(await server.read(...door.again('t', answered.resumed_by), { after: 0 }));
    expect([called, door.textOf(told), model.asked.length]).toEqual([['look'], 'Looked.', 2]);
  });

  test('a tool result of 100 KB is whole', async () => {
    const long = 'ä'.repeat(100_000);
    const model = scriptedModel([
      [...toolCall('c1', 'look', {}), finish('tool-calls')],
      [...text('Long.'), finish()],
    ]);
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ look: () => ok(long) }) });
    const told = datasOf(await begin(server, 't'));
    expect(door.textOf(told)).toBe('Long.');
    if (door.resultOf) expect(told.flatMap((data) => door.resultOf?.(data) ?? [])).toEqual([long]);
  });

  test.each([
    ['before it says anything', [], ''],
    ['in the middle', text('One ', 'moment'), 'One moment'],
  ])('a provider that fails %s is one error, which is last', async (_, said, words) => {
    const fails: Answer = [...said.slice(0, -1), { fail: new Error('out of order') }];
    await using server = await startAgentRuns(scriptedModel([fails]), { limits: { retries: 0 } });
    const response = await server.open(...door.start('t'));
    if (!isStream(response)) {
      // A stream that has not begun keeps its status.
      expect([words, response.status, await response.json()]).toMatchObject(['', 502, { code: 'model-failed' }]);
      return;
    }
    await response.body?.cancel();
    const told = datasOf(await server.read(...door.again('t'), { after: 0 }));
    expect([endsOf(door, told), door.endOf(told.at(-1))]).toEqual([['model-failed'], 'model-failed']);
    if (words) expect(door.textOf(told)).toBe(words);
  });

  test('200 streams side by side have each its own', async () => {
    const model = scriptedModel((call): Answer => {
      const said = model.asked[call]?.prompt.at(-1)?.content[0];
      const words = typeof said === 'object' && said.type === 'text' ? said.text : '';
      return [...text('You ', 'said ', words), finish()];
    });
    await using server = await startAgentRuns(model);
    const threads = Array.from({ length: 200 }, (_, index) => `thread-${index}`);
    const texts = await Promise.all(
      threads.map(async (thread) => door.textOf(datasOf(await server.read(...door.start(thread, `this ${thread}`))))),
    );
    expect(texts).toEqual(threads.map((thread) => `You said this ${thread}`));
  });

  test('another key reads nothing of a run, does not stop it, and may use its ids for another', async () => {
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel([[...text('Secret ', 'words'), { wait: gate.promise }, finish()]]);
    await using server = await startAgentRuns(model, { apiKeys: ['one', 'two'] });
    const send = (key: string, [path, body]: Request, headers: Record<string, string> = {}) =>
      fetch(`${server.url}/api/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const own = await send('one', door.start('t'));
    expect(own.status).toBe(200);
    const foreign = await send('two', door.again('t'), { 'last-event-id': '0' });
    const stop = await send('two', ['/runs/run-t/cancel', {}]);
    expect([foreign.status, stop.status]).toEqual([404, 404]);
    expect(`${await foreign.text()}${await stop.text()}`).not.toContain('Secret');
    const none = await send('three', door.again('t'), { 'last-event-id': '0' });
    expect(none.status).toBe(401);
    const another = await send('two', door.start('t'));
    gate.resolve();
    expect([another.status, (await own.text()).includes('Secret'), model.asked.length]).toEqual([200, true, 2]);
    await another.text();
  });
});
