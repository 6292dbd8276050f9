import { HttpAgent } from '@ag-ui/client';
import { HttpAgent as HttpAgent47 } from '@ag-ui/client-0-0-47';
import { HttpAgent as HttpAgent59 } from '@ag-ui/client-0-0-59';
import { expect, test } from 'vitest';
import type { RunEvent } from '../server/runs/run-events.ts';
import { watchConsole } from './support/ag-ui-judges.ts';
import { fullRun, noUsage } from './support/ag-ui-runs.ts';
import { type AgUiTestServer, type Script, speakAndWait, startAgUiServer } from './support/ag-ui-server.ts';

const generations = { '1.0.0': HttpAgent, '0.0.59': HttpAgent59, '0.0.47': HttpAgent47 };
const each = Object.keys(generations) as (keyof typeof generations)[];

const confirm = { name: 'confirm', description: 'Asks the user', parameters: { type: 'object', properties: {} } };
const callOfConfirm: readonly RunEvent[] = [
  { type: 'step-started', step: 1, model: 'demo' },
  { type: 'tool-call-started', callId: 'c1', name: 'confirm', messageId: 'm1' },
  { type: 'tool-call-delta', callId: 'c1', delta: '{"question":"Sure?"}' },
  { type: 'tool-call-ended', callId: 'c1', name: 'confirm', args: { question: 'Sure?' } },
  { type: 'step-ended', step: 1, usage: noUsage },
  { type: 'run-ended', outcome: { status: 'finished', pending: ['c1'] }, usage: noUsage },
];
const thanks: readonly RunEvent[] = [
  { type: 'text-started', messageId: 'm2' },
  { type: 'text-delta', messageId: 'm2', delta: 'Thanks' },
  { type: 'text-ended', messageId: 'm2' },
  { type: 'run-ended', outcome: { status: 'finished', pending: [] }, usage: noUsage },
];

/** A real client of one generation on a real server; `work` may not make it warn. */
async function withClient<T>(
  generation: keyof typeof generations,
  scripts: Script[],
  work: (agent: InstanceType<typeof HttpAgent>, server: AgUiTestServer) => Promise<T>,
): Promise<T> {
  await using server = await startAgUiServer(...scripts);
  const initialMessages = [{ id: 'u1', role: 'user' as const, content: 'Hello' }];
  const options = { url: server.agentUrl, threadId: 't', initialMessages };
  // The older classes differ in types that are not used here.
  const agent = new generations[generation](options) as unknown as InstanceType<typeof HttpAgent>;
  const { result, warnings } = await watchConsole(() => work(agent, server));
  expect(warnings).toEqual([]);
  return result;
}

test.each(each)('client %s reads a whole run: text, reasoning, calls, results', async (generation) => {
  const messages = await withClient(generation, [fullRun], async (agent) => {
    await agent.runAgent({ runId: 'r' });
    return agent.messages;
  });
  expect(messages.filter(({ role }) => role !== 'reasoning')).toMatchObject([
    { id: 'u1', role: 'user' },
    {
      id: 'm1',
      role: 'assistant',
      content: 'Let me look. ',
      toolCalls: [
        { id: 'c1', function: { name: 'weather', arguments: '{"city":"Paris"}' } },
        { id: 'c2', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
      ],
    },
    { role: 'tool', toolCallId: 'c2', content: '{"celsius":4}' },
    { role: 'tool', toolCallId: 'c1', content: '18 °C' },
    { id: 'm2', role: 'assistant', content: 'Paris 18 °C, Oslo 4 °C.' },
  ]);
  expect(messages.find(({ role }) => role === 'reasoning')).toMatchObject({ content: 'Two cities, two calls.' });
});

test.each(each)('client %s answers a call of its own tool, and the next run carries the result', async (generation) => {
  await withClient(generation, [callOfConfirm, thanks], async (agent, server) => {
    await agent.runAgent({ runId: 'r1', tools: [confirm] });
    expect(agent.messages.at(-1)).toMatchObject({ role: 'assistant', toolCalls: [{ id: 'c1' }] });
    agent.addMessage({ id: 'x1', role: 'tool', toolCallId: 'c1', content: 'yes' });
    await agent.runAgent({ runId: 'r2', tools: [confirm] });
    expect(agent.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'Thanks' });
    expect(server.requests[0]?.callerTools).toMatchObject([{ name: 'confirm' }]);
    expect(server.requests[1]?.messages).toEqual([
      { id: 'u1', role: 'user', content: [{ type: 'text', text: 'Hello' }] },
      {
        id: 'm1',
        role: 'assistant',
        content: [{ type: 'tool-call', callId: 'c1', name: 'confirm', args: { question: 'Sure?' } }],
      },
      { id: 'x1', role: 'tool', callId: 'c1', name: 'confirm', result: 'yes', status: 'done' },
    ]);
  });
});

test.each(each)('what client %s sends back of a turn with two calls is that turn again', async (generation) => {
  await withClient(generation, [fullRun, thanks], async (agent, server) => {
    await agent.runAgent({ runId: 'r1' });
    await agent.runAgent({ runId: 'r2' });
    const [, asked, ...rest] = server.requests[1]?.messages ?? [];
    expect(asked).toEqual({
      id: 'm1',
      role: 'assistant',
      content: [
        { type: 'text', text: 'Let me look. ' },
        { type: 'tool-call', callId: 'c1', name: 'weather', args: { city: 'Paris' } },
        { type: 'tool-call', callId: 'c2', name: 'weather', args: { city: 'Oslo' } },
      ],
    });
    expect(rest.map(({ id }) => id)).toEqual(['r2', 'r1', 'm2']);
  });
});

test.each(each)('client %s takes a terminated run for one that has ended', async (generation) => {
  await withClient(generation, [speakAndWait], async (agent, server) => {
    const run = agent.runAgent(
      { runId: 'r' },
      { onTextMessageContentEvent: () => void server.post('/terminate', { threadId: 't', runId: 'r' }) },
    );
    await run;
    expect(agent.messages.at(-1)).toMatchObject({ id: 'm1', content: 'I am thinking' });
  });
});

test.each(each)('client %s that aborts ends the run', async (generation) => {
  const ended = Promise.withResolvers<void>();
  const script: Script = (request, cancelled) => {
    cancelled.addEventListener('abort', () => ended.resolve());
    return speakAndWait(request, cancelled);
  };
  await withClient(generation, [script], async (agent) => {
    const run = agent.runAgent({ runId: 'r' }, { onTextMessageContentEvent: () => agent.abortRun() });
    await Promise.allSettled([run]);
    await ended.promise;
  });
});

test.each(each)('client %s is told why a run failed', async (generation) => {
  const outcome = { status: 'failed', code: 'model-failed', detail: 'The model provider hung up' } as const;
  const script: Script = [...fullRun.slice(0, 7), { type: 'run-ended', outcome, usage: noUsage }];
  const errors: unknown[] = [];
  await using server = await startAgUiServer(script);
  const agent = new generations[generation]({ url: server.agentUrl, threadId: 't' }) as unknown as HttpAgent;
  const { warnings } = await watchConsole(() =>
    Promise.allSettled([
      agent.runAgent({ runId: 'r' }, { onRunErrorEvent: ({ event }) => void errors.push([event.code, event.message]) }),
    ]),
  );
  expect(errors).toEqual([['model-failed', 'The model provider hung up']]);
  expect(warnings.filter((warning) => !warning.includes('hung up'))).toEqual([]);
});

test.each(each)('client %s follows the redirect to the trailing slash', async (generation) => {
  await withClient(generation, [thanks], async (agent) => {
    agent.url = agent.url.slice(0, -1);
    await agent.runAgent({ runId: 'r' });
    expect(agent.messages.at(-1)).toMatchObject({ content: 'Thanks' });
  });
});

// The binary form of the older clients has no reasoning in it.
test.each([
  ['1.0.0', fullRun],
  ['0.0.59', thanks],
  ['0.0.47', thanks],
] as const)('client %s reads the same from protobuf as from text', async (generation, script) => {
  const read = () =>
    withClient(generation, [script], async (agent) => {
      await agent.runAgent({ runId: 'r' });
      return agent.messages;
    });
  const asText = await read();
  const realFetch = globalThis.fetch;
  const types: (string | null)[] = [];
  const askForBinary: typeof fetch = async (url, init) => {
    const headers = { 'content-type': 'application/json', accept: 'application/vnd.ag-ui.event+proto' };
    const response = await realFetch(url, { ...init, headers });
    types.push(response.headers.get('content-type'));
    return response;
  };
  // The client of 0.0.47 takes no fetch of its own.
  globalThis.fetch = askForBinary;
  try {
    expect(await read()).toEqual(asText);
  } finally {
    globalThis.fetch = realFetch;
  }
  expect(types).toEqual(['application/vnd.ag-ui.event+proto']);
});
