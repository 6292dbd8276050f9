/** `POST /conversations/{id}/rewind`: what was said is forgotten from a message on, and said anew over any protocol. */
import { expect, test } from 'vitest';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { holderOf } from './support/key-holder.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { type Act, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { send, textOf, toMessage, user } from './support/vercel-ai.ts';

const ANNA = 'anna-0123456789';
const says = (...words: string[]): Act[] => [...text(...words), finish()];
/** Answers with the number of the answer. */
const counting = () => scriptedModel((call) => says(`Answer ${call + 1}`));

const ask = (server: AgentRuns, message: string) =>
  server.call('POST', '/agents/tester/prompt/sync', { message, conversation_id: 'talk' });
const rewind = (server: AgentRuns, body: object) => server.call('POST', '/conversations/talk/rewind', body);
const read = async (server: AgentRuns, id = 'talk') =>
  (await server.call('GET', `/conversations/${id}`)).body.messages as { id: string; role: string; content: string }[];
const textsOf = async (server: AgentRuns, id = 'talk') => (await read(server, id)).map(({ content }) => content);

test('the messages are forgotten from the one that is named on, and what is said next stands in their place', async () => {
  const model = counting();
  await using server = await startAgentRuns(model);
  for (const message of ['One', 'Two', 'Three']) await ask(server, message);
  const edited = (await read(server))[2]?.id;
  const { status, body } = await rewind(server, { message_id: edited });
  expect([status, body]).toMatchObject([200, { id: 'talk', title: 'One', message_count: 2 }]);
  await ask(server, 'Two, but shorter');
  expect(await textsOf(server)).toEqual(['One', 'Answer 1', 'Two, but shorter', 'Answer 4']);
  expect(model.asked.at(-1)?.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  expect((await server.call('GET', '/runs?conversation_id=talk')).body.runs).toHaveLength(4);
});

test('so many messages are kept as are asked for, and all where there are fewer', async () => {
  await using server = await startAgentRuns(counting());
  await ask(server, 'One');
  await ask(server, 'Two');
  expect((await rewind(server, { keep: 9 })).body).toMatchObject({ message_count: 4 });
  expect((await rewind(server, { keep: 3 })).body).toMatchObject({ message_count: 3 });
  expect(await textsOf(server)).toEqual(['One', 'Answer 1', 'Two']);
  expect((await rewind(server, { keep: 0 })).body).toMatchObject({ message_count: 0, title: '' });
  await ask(server, 'Something else');
  expect((await server.call('GET', '/conversations')).body.conversations).toMatchObject([
    { title: 'Something else', message_count: 2 },
  ]);
});

test('what cannot be forgotten is an error, and changes nothing', async () => {
  await using server = await startAgentRuns(counting());
  await ask(server, 'One');
  expect(await rewind(server, { message_id: 'nobody' })).toEqual({
    status: 404,
    body: { detail: "Conversation 'talk' has no message 'nobody'", status_code: 404, code: 'message-not-found' },
  });
  for (const body of [{}, { keep: 1, message_id: 'm' }, { keep: -1 }, { keep: 1.5 }, { message_id: '' }]) {
    expect(await rewind(server, body)).toMatchObject({ status: 422, body: { code: 'validation-failed' } });
  }
  expect(await server.call('POST', '/conversations/other/rewind', { keep: 0 })).toMatchObject({
    status: 404,
    body: { code: 'conversation-not-found' },
  });
  expect(await textsOf(server)).toEqual(['One', 'Answer 1']);
});

test('a conversation that a run is on is not rewound', async () => {
  const gate = Promise.withResolvers<void>();
  await using server = await startAgentRuns(scriptedModel([[...text('So'), { wait: gate.promise }, finish()]]));
  const prompt = { message: 'One', conversation_id: 'talk', run_id: 'r1', background: true };
  await server.read('/agents/tester/prompt', prompt, { count: 1 });
  expect(await rewind(server, { keep: 0 })).toMatchObject({ status: 409, body: { code: 'conversation-busy' } });
  gate.resolve();
  await server.read('/runs/r1/events');
  expect(await textsOf(server)).toEqual(['One', 'So']);
});

test('what the forgotten calls wait for is cancelled, and the conversation is free', async () => {
  const model = scriptedModel([[...toolCall('c1', 'mail', { to: 'a' }), finish('tool-calls')], says('Hello')]);
  const toolset = toolsetOf({ mail: () => ok('sent') });
  await using server = await startAgentRuns(model, { toolset, agent: { approvals: { tools: ['mail'] } } });
  await ask(server, 'Send it');
  await rewind(server, { keep: 0 });
  expect((await server.call('GET', '/approvals?status=cancelled')).body.approvals).toMatchObject([
    { tool: 'mail', conversation_id: 'talk' },
  ]);
  expect((await server.call('GET', '/approvals?status=pending')).body.approvals).toEqual([]);
  expect((await ask(server, 'Hi')).body.response).toBe('Hello');
  expect(await textsOf(server)).toEqual(['Hi', 'Hello']);
});

test('an AG-UI client that connects is told nothing of what was forgotten', async () => {
  await using server = await startAgentRuns(counting());
  const input = (id: string, content: string) => ({ threadId: 'talk', messages: [{ id, role: 'user', content }] });
  await server.read('/ag-ui/tester/', { ...input('u1', 'One'), runId: 'r1' });
  await server.read('/ag-ui/tester/', { ...input('u2', 'Two'), runId: 'r2' });
  const connect = async () =>
    (await server.read('/ag-ui/tester/connect', { threadId: 'talk' })).map(({ data }) => data);
  expect((await connect()).map(({ type }) => type)).toContain('TEXT_MESSAGE_CONTENT');
  await rewind(server, { message_id: 'u2' });
  const told = await connect();
  expect(told.map(({ type }) => type).filter((type) => !type.startsWith('STEP_'))).toEqual([
    'RUN_STARTED',
    'MESSAGES_SNAPSHOT',
    'RUN_FINISHED',
  ]);
  expect(told[1].messages.map(({ content }: { content: string }) => content)).toEqual(['One', 'Answer 1']);
  await server.read('/ag-ui/tester/', { ...input('u2', 'Two again'), runId: 'r3' });
  expect(await textsOf(server)).toEqual(['One', 'Answer 1', 'Two again', 'Answer 3']);
});

test('a chat of the AI SDK that sends a message again whose answer was forgotten gets a new one', async () => {
  await using server = await startAgentRuns(counting());
  await send(server, { messages: [user('Hi')] });
  await server.call('POST', '/conversations/chat/rewind', { keep: 1 });
  expect(textOf(await toMessage(await send(server, { messages: [user('Hi')] })))).toBe('Answer 2');
  expect(await textsOf(server, 'chat')).toEqual(['Hi', 'Answer 2']);
});

test('a conversation of another key is not there to be rewound', async () => {
  await using server = await startAgentRuns(counting(), { apiKeys: [`anna:${ANNA}`, 'ben:ben-0123456789'] });
  const anna = holderOf(server.url, ANNA);
  const ben = holderOf(server.url, 'ben-0123456789');
  await anna('POST', '/agents/tester/prompt/sync', { message: 'One', conversation_id: 'talk' });
  const refused = await ben('POST', '/conversations/talk/rewind', { keep: 0 });
  expect([refused.status, refused.body.code]).toEqual([404, 'conversation-not-found']);
  expect((await anna('POST', '/conversations/talk/rewind', { keep: 1 })).body.message_count).toBe(1);
});
