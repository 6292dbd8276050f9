import { expect, test, vi } from 'vitest';
import { AGUIAdapter } from '../client/ag-ui-adapter.ts';
import { AGUIError } from '../client/ag-ui-error.ts';
import type { RunEvent } from '../server/runs/run-events.ts';
import { fullRun, noUsage } from './support/ag-ui-runs.ts';
import { speakAndWait, startAgUiServer } from './support/ag-ui-server.ts';

const answer = (messageId: string, ...tokens: string[]): RunEvent[] => [
  { type: 'text-started', messageId },
  ...tokens.map((delta) => ({ type: 'text-delta' as const, messageId, delta })),
  { type: 'text-ended', messageId },
  { type: 'run-ended', outcome: { status: 'finished', pending: [] }, usage: noUsage },
];

test('the documented example runs as it is printed', async () => {
  await using server = await startAgUiServer(answer('m1', 'Hello! ', "I'm well."));
  const log: unknown[][] = [];
  const console = { log: (...line: unknown[]) => log.push(line) };
  const adapter = new AGUIAdapter({
    baseUrl: server.agentUrl.slice(0, -1),
    // Note: The adapter automatically ensures trailing slash
  });

  await adapter.sendMessage('Hello!', {
    onToken: (token) => console.log(token),
    onComplete: (message) => console.log('Done:', message),
  });
  expect(log).toEqual([
    ['Hello! '],
    ["I'm well."],
    ['Done:', { id: 'm1', role: 'assistant', content: "Hello! I'm well." }],
  ]);
});

test('a second message carries the first with its answer, by the ids of the server', async () => {
  await using server = await startAgUiServer(answer('m1', 'Hi'), answer('m2', 'Ho'));
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl, threadId: 't' });
  await adapter.sendMessage('One');
  const reply = await adapter.sendMessage('Two');
  expect(reply).toEqual({ id: 'm2', role: 'assistant', content: 'Ho' });
  expect(server.requests.map(({ threadId }) => threadId)).toEqual(['t', 't']);
  expect(server.requests[1]?.messages).toMatchObject([
    { role: 'user', content: [{ text: 'One' }] },
    { id: 'm1', role: 'assistant', content: [{ text: 'Hi' }] },
    { role: 'user', content: [{ text: 'Two' }] },
  ]);
  expect(adapter.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
});

test('a page that came over plain HTTP can talk too', async () => {
  await using server = await startAgUiServer(answer('m1', 'Hi'));
  const { getRandomValues } = crypto;
  vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) });
  try {
    const adapter = new AGUIAdapter({ baseUrl: server.agentUrl });
    expect(await adapter.sendMessage('Hello')).toMatchObject({ content: 'Hi' });
    expect(adapter.threadId).toMatch(/^[0-9a-f]{32}$/);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('a message may carry files', async () => {
  await using server = await startAgUiServer(answer('m1', 'A cat'));
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl });
  const picture = { type: 'data', value: 'aGk=', mimeType: 'image/png' } as const;
  await adapter.sendMessage([
    { type: 'text', text: 'What is this?' },
    { type: 'image', source: picture },
  ]);
  const content = [
    { type: 'text', text: 'What is this?' },
    { type: 'file', mediaType: 'image/png', data: 'aGk=' },
  ];
  expect(server.requests[0]?.messages).toMatchObject([{ role: 'user', content }]);
});

test('tool calls of a run are told with their arguments, and their results stand behind them', async () => {
  await using server = await startAgUiServer(fullRun);
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl });
  const calls: unknown[] = [];
  const message = await adapter.sendMessage('Weather?', { onToolCall: (call) => calls.push(call) });
  expect(calls).toEqual([
    { id: 'c1', name: 'weather', args: { city: 'Paris' } },
    { id: 'c2', name: 'weather', args: { city: 'Oslo' } },
  ]);
  expect(message).toEqual({ id: 'm2', role: 'assistant', content: 'Paris 18 °C, Oslo 4 °C.' });
  expect(adapter.messages.map(({ id }) => id).slice(1)).toEqual(['m1', 'r2', 'r1', 'm2']);
});

test('a call of a tool of the caller waits for its result, which the next run carries', async () => {
  const call: RunEvent[] = [
    { type: 'tool-call-started', callId: 'c1', name: 'confirm', messageId: 'm1' },
    { type: 'tool-call-ended', callId: 'c1', name: 'confirm', args: { question: 'Sure?' } },
    { type: 'run-ended', outcome: { status: 'finished', pending: ['c1'] }, usage: noUsage },
  ];
  await using server = await startAgUiServer(call, answer('m2', 'Thanks'));
  const tools = [{ name: 'confirm', description: 'Asks the user' }];
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl, tools });
  const results: unknown[] = [];
  await adapter.sendMessage('Do it', { onComplete: (_, { pendingToolCallIds }) => results.push(pendingToolCallIds) });
  expect(results).toEqual([['c1']]);
  adapter.addToolResult('c1', { answer: 'yes' });
  expect(await adapter.continue()).toMatchObject({ content: 'Thanks' });
  expect(server.requests[1]?.messages.slice(1)).toMatchObject([
    { id: 'm1', content: [{ callId: 'c1', args: { question: 'Sure?' } }] },
    { role: 'tool', callId: 'c1', result: '{"answer":"yes"}' },
  ]);
});

test('listeners hear every event, until they leave', async () => {
  await using server = await startAgUiServer(answer('m1', 'Hi'));
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl, threadId: 't' });
  const heard: string[] = [];
  const leave = adapter.subscribe((event) => heard.push(event.type));
  await adapter.sendMessage('One');
  leave();
  await adapter.sendMessage('Two');
  expect(heard).toEqual([
    'RUN_STARTED',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
    'RUN_FINISHED',
  ]);
});

test('stop ends the run at the server and completes with what was said', async () => {
  await using server = await startAgUiServer(speakAndWait, answer('m2', 'Again'));
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl });
  const outcomes: string[] = [];
  const started = Promise.withResolvers<void>();
  const answered = adapter.sendMessage('Think', {
    onToken: () => started.resolve(),
    onComplete: (_, { outcome }) => outcomes.push(outcome),
  });
  await started.promise;
  await adapter.stop();
  expect(await answered).toEqual({ id: 'm1', role: 'assistant', content: 'I am thinking' });
  expect(outcomes).toEqual(['cancelled']);
  await adapter.stop();
  expect(await adapter.sendMessage('And now?')).toMatchObject({ content: 'Again' });
});

test('a run that fails rejects with its code, and onError hears of it', async () => {
  const outcome = { status: 'failed', code: 'model-failed', detail: 'The model provider hung up' } as const;
  await using server = await startAgUiServer([{ type: 'run-ended', outcome, usage: noUsage }]);
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl });
  const heard: AGUIError[] = [];
  const failed = adapter.sendMessage('Hello', { onError: (error) => heard.push(error) });
  await expect(failed).rejects.toMatchObject({ name: 'AGUIError', code: 'model-failed', status: undefined });
  expect(heard.map(({ message }) => message)).toEqual(['The model provider hung up']);
  expect(adapter.messages).toMatchObject([{ role: 'user', content: 'Hello' }]);
});

test('a message that the server refuses is not kept', async () => {
  await using server = await startAgUiServer(answer('m1', 'Hi'));
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl.replace('my-agent', 'nobody') });
  await expect(adapter.sendMessage('Hello')).rejects.toMatchObject({
    code: 'agent-not-found',
    status: 404,
    message: 'Agent not found: nobody',
  });
  expect(adapter.messages).toEqual([]);
});

test('a message while another is being answered is refused here', async () => {
  await using server = await startAgUiServer(speakAndWait);
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl });
  const first = adapter.sendMessage('One');
  await expect(adapter.sendMessage('Two')).rejects.toMatchObject({ code: 'busy' });
  await adapter.stop();
  await first;
});

test('a stream that breaks before its end is an error', async () => {
  const frames = 'data: {"type":"RUN_STARTED","threadId":"t","runId":"r"}\n\n';
  const adapter = new AGUIAdapter({ baseUrl: 'http://agent.test/a', fetch: async () => new Response(frames) });
  await expect(adapter.sendMessage('Hello')).rejects.toMatchObject({ code: 'connection-lost' });
});

test('an event that is not JSON is an error', async () => {
  const adapter = new AGUIAdapter({ baseUrl: 'http://agent.test/a', fetch: async () => new Response('data: {\n\n') });
  await expect(adapter.sendMessage('Hello')).rejects.toBeInstanceOf(AGUIError);
});

test('a server that is not there is an error that names its address', async () => {
  const adapter = new AGUIAdapter({ baseUrl: 'http://127.0.0.1:9/api/v1/ag-ui/a' });
  await expect(adapter.sendMessage('Hello')).rejects.toMatchObject({
    code: 'unreachable',
    message: 'No answer from http://127.0.0.1:9/api/v1/ag-ui/a/',
  });
});

test('the key and further headers go with every request', async () => {
  const seen: (string | null)[] = [];
  const fetchOnce: typeof fetch = async (_, init) => {
    const headers = new Headers(init?.headers);
    seen.push(headers.get('authorization'), headers.get('x-team'));
    return Response.json({ detail: 'no', status_code: 401, code: 'unauthorized' }, { status: 401 });
  };
  const options = { baseUrl: 'http://agent.test/a', apiKey: 'k1', headers: { 'x-team': 'blue' }, fetch: fetchOnce };
  await expect(new AGUIAdapter(options).sendMessage('Hello')).rejects.toMatchObject({ code: 'unauthorized' });
  expect(seen).toEqual(['Bearer k1', 'blue']);
});

test('a callback that throws is an error, and the adapter can be used again', async () => {
  await using server = await startAgUiServer(answer('m1', 'Hi'), answer('m2', 'Ho'));
  const adapter = new AGUIAdapter({ baseUrl: server.agentUrl });
  const onToken = () => {
    throw new Error('no screen');
  };
  await expect(adapter.sendMessage('Hello', { onToken })).rejects.toMatchObject({ code: 'caller-failed' });
  expect(await adapter.sendMessage('Again')).toMatchObject({ content: 'Ho' });
});

test('nobody has to handle the rejection of a message that has onError', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const heard = Promise.withResolvers<AGUIError>();
  const adapter = new AGUIAdapter({ baseUrl: 'http://agent.test/a', fetch: async () => Response.error() });
  void adapter.sendMessage('Hello', { onError: heard.resolve });
  expect(await heard.promise).toBeInstanceOf(AGUIError);
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
