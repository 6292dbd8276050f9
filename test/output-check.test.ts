/** What becomes of an answer, or of an event, that is not as its endpoint declares. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createClient, errorBodyOf } from '../client/index.ts';
import { get, group } from '../contract/kit.ts';
import { implement } from '../server/call/implement.ts';
import { EVERYBODY } from '../server/call/principal.ts';
import { startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { operations } from './support/surfaces.ts';

const Thing = z.object({ id: z.string(), sizes: z.array(z.int()).optional() });
const contract = {
  things: group('Things', 'For the test.', {
    list: get('/things', {
      summary: 'List',
      output: z.object({ things: z.array(Thing), next: z.string().nullable() }),
    }),
  }),
};

/** What the list answers when its handler returns `value`, and what is logged. */
function listOf(value: unknown) {
  const logged: object[] = [];
  const log = { error: (details: object) => void logged.push(details) };
  const [list] = implement(contract, { things: { list: () => value as never } }, log);
  const context = { requestId: '1', headers: {}, principal: EVERYBODY };
  const answer = () => list?.run({}, context, new AbortController());
  return { answer, logged };
}

test('an item that is not as declared is left out of its list, at any depth, and told once', () => {
  const { answer, logged } = listOf({
    things: [{ id: 'a' }, { id: 7 }, null, { id: 'b', sizes: [1, 2.5, 'three', 4] }, { id: 'c', sizes: 'no list' }],
    next: null,
  });
  const right = { things: [{ id: 'a' }, { id: 'b', sizes: [1, 4] }], next: null };
  expect(answer()).toEqual(right);
  expect(answer()).toEqual(right);
  expect(logged).toMatchObject([
    { items: ['things.1', 'things.2', 'things.3.sizes.1', 'things.3.sizes.2', 'things.4 (c)'] },
  ]);
  expect(JSON.stringify(logged)).not.toContain('no list');
});

test.each([
  ['is wrong outside of its lists', { things: [{ id: 7 }], next: 7 }],
  ['has no list where one is declared', { things: 'none', next: null }],
  ['is nothing', undefined],
])('an answer that %s is a fault of the server', (_, value) => {
  const { answer, logged } = listOf(value);
  expect(answer).toThrow('Internal Server Error');
  expect(logged).toEqual([]);
});

const streams = [...operations].filter(([, { kind }]) => kind === 'stream');

test.each(streams)('%s has an event that ends it when it breaks off', (_, { failure, output, eventName }) => {
  const event = failure?.({ detail: 'The disk is full', status_code: 507, code: 'store-full' }, {}, 1);
  expect(output.parse(event)).toEqual(event);
  expect(JSON.stringify(event)).toContain('The disk is full');
  if (eventName) expect(eventName(output.parse(event))).toMatch(/error/i);
});

test('a run with an event that cannot be said ends, over each protocol, with the error of that protocol', async () => {
  // A name that stays no text, whatever is done to it.
  const toolName = { toWellFormed: () => 7 };
  const call = toolCall('c', 'look', {}).map((part) => ({ ...part, ...('toolName' in part && { toolName }) }));
  const model = scriptedModel([[...text('Hi'), ...(call as ReturnType<typeof toolCall>), finish('tool-calls')]]);
  await using server = await startAgentRuns(model, { toolset: toolsetOf({ look: () => ok('seen') }) });
  const prompt = { message: 'Hello', conversation_id: 'c1' };
  const internal = { code: 'internal', detail: 'Internal Server Error' };
  const told = await server.read('/agents/tester/prompt', prompt);
  expect(told.map(({ data }) => data)).toMatchObject([
    { type: 'text', content: 'Hi' },
    { type: 'error', ...internal, conversation_id: 'c1' },
  ]);
  const thread = { threadId: 't', runId: 'r', messages: [{ id: 'u', role: 'user', content: 'Hello' }] };
  const overAgUi = await server.read('/ag-ui/tester/', thread);
  expect(overAgUi.at(-1)?.data).toEqual({ type: 'RUN_ERROR', code: 'internal', message: 'Internal Server Error' });
  const events = await createClient(server.url).prompts.stream.mutate({ agent_id: 'tester', message: 'Hello' });
  const failed = await Array.fromAsync(events).catch((cause: unknown) => errorBodyOf(cause));
  expect(failed).toEqual({ ...internal, status_code: 500 });
});
