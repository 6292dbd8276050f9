/** In what form A2A answers: media types, outputs as data, and errors that the two versions tell differently. */
import { describe, expect, test } from 'vitest';
import { type A2aTestServer, readStream, says, startA2aServer } from './support/a2a-server.ts';
import { finish, type ScriptedModel, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const hello = () => scriptedModel([[...text('Hello'), finish()]]);
const V03 = { 'a2a-version': '0.3' };
const oldSays = (words: string) => ({
  message: { kind: 'message', messageId: 'm1', role: 'user', parts: [{ kind: 'text', text: words }] },
});

describe('REST', () => {
  const accept = (type: string) => ({ accept: type });
  const typeOf = (response: Response) => response.headers.get('content-type');

  test.each([
    ['in JSON a caller that sends it', 'application/json; charset=utf-8', {}],
    ['in its own type a caller that sends that', 'application/a2a+json; charset=utf-8', ['application/a2a+json']],
    ['in its own type a caller that takes both', 'application/a2a+json; charset=utf-8', accept('application/a2a+json')],
  ])('answers %s, results and errors alike', async (_, type, headers) => {
    await using server = await startA2aServer({ model: hello() });
    const more = Array.isArray(headers) ? { 'content-type': headers[0] ?? '' } : headers;
    const sent = await server.rest('POST', '/message:send', { message: says('Hi') }, more);
    expect([sent.status, typeOf(sent)]).toEqual([200, type]);
    expect(await sent.json()).toMatchObject({ task: { status: { state: 'TASK_STATE_COMPLETED' } } });
    const refused = await server.rest('POST', '/message:send', {}, more);
    expect([refused.status, typeOf(refused)]).toEqual([400, type]);
  });

  test('answers in its own type a caller that speaks of none, and in JSON one that takes that alone', async () => {
    await using server = await startA2aServer({ model: hello() });
    const get = (headers: Record<string, string>) =>
      fetch(`${server.agentUrl}tasks/none`, { headers: { 'a2a-version': '1.0', ...headers } });
    const silent = await get({});
    expect([silent.status, typeOf(silent)]).toEqual([404, 'application/a2a+json; charset=utf-8']);
    const plain = await get(accept('application/json'));
    expect([plain.status, typeOf(plain)]).toEqual([404, 'application/json; charset=utf-8']);
  });
});

describe('an answer in a schema', () => {
  const toModel = (output: unknown): ScriptedModel =>
    scriptedModel([[...text('Here it is.'), ...toolCall('c1', 'final_answer', output), finish('tool-calls')]]);
  const start = (output: unknown, outputSchema: Record<string, unknown>) =>
    startA2aServer({
      model: toModel(output),
      around: ({ tasks, startRun }) => ({
        tasks,
        startRun: (agentId, request) => startRun(agentId, { ...request, outputSchema }),
      }),
    });
  const weather = { city: 'Paris', degrees: 18 };

  test('is an artifact of data beside the text', async () => {
    await using server = await start(weather, { type: 'object' });
    const { result } = await server.answer('SendMessage', { message: says('Weather?') });
    const output = { artifactId: 'output', name: 'Output', parts: [{ data: weather, mediaType: 'application/json' }] };
    expect(result).toMatchObject({
      task: {
        artifacts: [output, { artifactId: 'response', parts: [{ text: 'Here it is.{"city":"Paris","degrees":18}' }] }],
      },
    });
    const id = (result as { task: { id: string } }).task.id;
    expect((await server.answer('GetTask', { id })).result).toEqual((result as { task: object }).task);
  });

  test('is streamed whole before the end', async () => {
    await using server = await start(weather, { type: 'object' });
    const events = await readStream(await server.rpc('SendStreamingMessage', { message: says('Weather?') }));
    expect(events.slice(-2)).toMatchObject([
      { result: { artifactUpdate: { artifact: { artifactId: 'output', parts: [{ data: weather }] } } } },
      { result: { statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } } } },
    ]);
  });

  test('comes in 0.3 as a data part', async () => {
    await using server = await start(weather, { type: 'object' });
    const { result } = await server.answer('message/send', oldSays('Weather?'), V03);
    expect(result).toMatchObject({
      artifacts: [{ artifactId: 'output', parts: [{ kind: 'data', data: weather }] }, {}],
    });
  });
});

test('a negative historyLength is refused wherever there is one', async () => {
  await using server = await startA2aServer({ model: hello() });
  const { result } = await server.answer('SendMessage', { message: says('Hi') });
  const { id } = (result as { task: { id: string } }).task;
  const historyLength = -1;
  const refused = { error: { code: -32602, message: 'historyLength must not be negative' } };
  expect(await server.answer('GetTask', { id, historyLength })).toMatchObject(refused);
  expect(await server.answer('ListTasks', { historyLength })).toMatchObject(refused);
  const configuration = { historyLength };
  expect(await server.answer('SendMessage', { message: says('Hi'), configuration })).toMatchObject(refused);
  expect(await server.answer('tasks/get', { id, historyLength }, V03)).toMatchObject(refused);
});

describe('an error before the first event of a stream', () => {
  const ask = async (server: A2aTestServer, method: string, headers: Record<string, string>) => {
    const response = await server.rpc(method, { id: 'none' }, headers);
    return { type: response.headers.get('content-type'), body: await response.text() };
  };
  const error = expect.stringMatching(/"error":\{"code":-32001,"message":"Task not found: none"/);

  test('is an event in 0.3 for a caller that takes nothing else', async () => {
    await using server = await startA2aServer({ model: hello() });
    const { type, body } = await ask(server, 'tasks/resubscribe', { ...V03, accept: 'text/event-stream' });
    expect([type, body]).toEqual(['text/event-stream; charset=utf-8', error]);
    expect(body).toMatch(/^event: error\ndata: \{"jsonrpc":"2\.0",.*\}\n\n$/);
  });

  test('is JSON for others, and in 1.0', async () => {
    await using server = await startA2aServer({ model: hello() });
    const json = { type: 'application/json; charset=utf-8', body: error };
    const both = 'application/json, text/event-stream';
    expect(await ask(server, 'tasks/resubscribe', V03)).toEqual(json);
    expect(await ask(server, 'tasks/resubscribe', { ...V03, accept: both })).toEqual(json);
    expect(await ask(server, 'SubscribeToTask', { accept: 'text/event-stream' })).toEqual(json);
  });
});

test('to cancel a task twice is an error in 0.3, and the same as once in 1.0', async () => {
  await using server = await startA2aServer({ model: scriptedModel([[...text('Hel').slice(0, 2), 'hang']]) });
  const configuration = { returnImmediately: true };
  const { result } = await server.answer('SendMessage', { message: says('Hi'), configuration });
  const { id } = (result as { task: { id: string } }).task;
  const canceled = { result: { id, status: { state: 'TASK_STATE_CANCELED' } } };
  expect(await server.answer('CancelTask', { id })).toMatchObject(canceled);
  expect(await server.answer('CancelTask', { id })).toMatchObject(canceled);
  expect(await server.answer('tasks/cancel', { id }, V03)).toMatchObject({
    error: { code: -32002, message: `The task ${id} has been canceled before` },
  });
  const rest = await server.rest('POST', `/v1/tasks/${id}:cancel`, {}, V03);
  expect([rest.status, await rest.json()]).toMatchObject([400, { code: -32002 }]);
});
