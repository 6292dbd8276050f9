/** What may happen to an agent while an MCP client waits for its answer. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connect, eventsIn, INITIALIZE } from './support/mcp-doors.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

// Two hundred calls take a while on a machine with other work.
vi.setConfig({ testTimeout: 60_000 });

const owned = new AsyncDisposableStack();
let model: ModelServer;
let server: WholeServer;

beforeAll(async () => {
  model = owned.use(await startModelServer());
  const environment = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url };
  server = owned.use(await startWholeServer({ environment }));
  await make('helper', { selected_mcp_servers: ['toolbox'] });
  await make('careful', { selected_mcp_servers: ['toolbox'], approvals: { tools: ['toolbox__*'] } });
  await make('boss', { agents: ['helper', 'careful'] });
});
afterAll(() => owned.disposeAsync());

const make = (id: string, fields: object = {}) =>
  server.call('POST', '/agents', { id, model: 'openai:gpt-4o', ...fields });
const door = (id: string) => `${server.url}/api/v1/agents/${id}/mcp`;
const CALCULATE = 'tool calculate {"expression": "6 * 7"}';
const isStatus = (status: string) => (body: unknown) => Object(body).status === status;

/** Asks an agent by the official client. */
async function ask(
  id: string,
  message: string,
  onprogress: (report: { message?: string | undefined }) => unknown = () => undefined,
) {
  await using client = await connect(door(id));
  const call = { name: `ask_${id}`, arguments: { message } };
  const answer = await client.client.callTool(call, undefined, { onprogress });
  const [part] = answer.content as { text: string }[];
  return { text: part?.text ?? '', isError: answer.isError ?? false, said: Object(answer.structuredContent) };
}

it('an answer of more than 100 KB is whole, also as the result of an agent that asked', async () => {
  const letters = 'x'.repeat(120_000);
  expect((await ask('helper', 'letters 120000')).said.answer).toBe(letters);
  const { said } = await ask('boss', `tool ask_helper ${JSON.stringify({ message: 'letters 120000' })}`);
  const { body } = await server.call('GET', `/conversations/${said.conversation_id}`);
  const [result] = Object(body).messages.filter(({ role }: { role: string }) => role === 'tool');
  expect(JSON.parse(result.content)).toMatchObject({ answer: letters });
});

it('a provider that breaks off in the middle is a failure, with what was said until then', async () => {
  const { said, isError } = await ask(
    'helper',
    'break off',
    ({ message }) => message === 'begun ' && model.release('off'),
  );
  expect(isError).toBe(true);
  expect(said).toMatchObject({ status: 'failed', answer: 'begun ', error: { code: 'model-failed' } });
  const asked = ask('boss', `tool ask_helper ${JSON.stringify({ message: 'refuse' })}`);
  expect(await asked).toMatchObject({
    isError: false,
    text: expect.stringContaining("The agent 'helper' did not answer: "),
  });
});

it.each([
  ['careful', 'tools 2 calculate {"expression": "6 * 7"}'],
  ['boss', `tool ask_careful ${JSON.stringify({ message: 'tools 2 calculate {"expression": "6 * 7"}' })}`],
])('of two approvals of %s one is allowed and one refused, and each call comes to that', async (id, message) => {
  const { said } = await ask(id, message);
  expect(said).toMatchObject({ status: 'waiting', approvals: [{ tool: 'toolbox__calculate' }, {}] });
  const [first, second] = said.approvals;
  await server.call('POST', `/approvals/${first.id}`, { approved: true });
  const { body } = await server.call('POST', `/approvals/${second.id}`, { approved: false, reason: 'no sums' });
  await poll(server, `/runs/${Object(body).resumed_by}`, isStatus('finished'));
  const [run] = Object((await server.call('GET', '/runs?agent_id=careful&limit=1')).body).runs;
  const steps = await server.call('GET', `/runs/${run.id}/steps`);
  const calls = Object(steps.body).steps.flatMap((step: { tool_calls: object[] }) => step.tool_calls);
  const ended = calls.map((call: { status: string; approval: { status: string } }) => [
    call.approval.status,
    call.status,
  ]);
  expect(ended.toSorted()).toEqual([
    ['approved', 'done'],
    ['denied', expect.any(String)],
  ]);
});

it('200 calls at once are answered, each with its own', async () => {
  await using client = await connect(door('helper'));
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      const answer = await client.call('ask_helper', { message: `words ${(at % 20) + 1}` });
      return answer.split(' ').length - 1 === (at % 20) + 1;
    }),
  );
  expect(answers.filter(Boolean)).toHaveLength(200);
});

it('a connection that is cut after any of its events is taken up again, with nothing lost and nothing doubled', async () => {
  const { send } = await openSession(door('helper'));
  const ended: number[] = [];
  for (let cutAfter = 1; ended.length < 2; cutAfter++) {
    const params = { name: 'ask_helper', arguments: { message: CALCULATE }, _meta: { progressToken: cutAfter } };
    const first = await readUntil(await send('POST', { id: cutAfter, method: 'tools/call', params }), cutAfter);
    const last = first.at(-1);
    if (first.length < cutAfter || last?.message?.id === cutAfter) ended.push(cutAfter);
    const rest = await send('GET', undefined, { 'last-event-id': last?.id ?? '' });
    const all =
      rest.status === 204 ? first : [...first, ...(await readUntil(rest, Number.POSITIVE_INFINITY, cutAfter))];
    const messages = all.flatMap(({ message }) => message ?? []);
    const reports = messages.filter(({ method }) => method === 'notifications/progress');
    expect(reports.map(({ params: { progress } }) => progress)).toEqual(reports.map((_, at) => at + 1));
    expect(reports.map(({ params: { message } }) => message)).toContain('calling toolbox__calculate');
    expect(messages.filter(({ id }) => id === cutAfter)).toMatchObject([
      { result: { structuredContent: { status: 'finished', answer: expect.stringContaining('42') } } },
    ]);
  }
});

it('a call whose connection was cut is stopped by its caller all the same', async () => {
  await make('stopped');
  const { send } = await openSession(door('stopped'));
  const params = { name: 'ask_stopped', arguments: { message: 'hold stopped' }, _meta: { progressToken: 1 } };
  await readUntil(await send('POST', { id: 1, method: 'tools/call', params }), 1);
  await model.held('stopped');
  await send('POST', { method: 'notifications/cancelled', params: { requestId: 1 } });
  await poll(server, '/runs?agent_id=stopped', (body) => isStatus('cancelled')(Object(body).runs[0]));
});

/** Reads so many events, or until one answers the request `id`, and breaks the connection. */
async function readUntil(response: Response, count: number, id?: number): Promise<ReturnType<typeof eventsIn>> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const events = eventsIn(text);
    const isAnswered = events.some(({ message }) => message?.id === id && id !== undefined);
    const { value, done } =
      events.length >= count || isAnswered ? { done: true } : ((await reader?.read()) ?? { done: true });
    if (done) {
      await reader?.cancel();
      return events.slice(0, count);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** A session without a client. */
async function openSession(url: string) {
  const send = (method: string, body?: object, headers = {}) =>
    fetch(url, {
      method,
      headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify({ jsonrpc: '2.0', ...body }) }),
    });
  const opened = await send('POST', INITIALIZE);
  await opened.text();
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  return { send: (method: string, body?: object, headers = {}) => send(method, body, { ...session, ...headers }) };
}
