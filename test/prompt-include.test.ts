/** Reasoning and status as events of their own: only for who asks, numbered the same for each who asks the same. */
import { expect, test } from 'vitest';
import type { Toolset } from '../server/runs/toolset.ts';
import { startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { finish, reasoning, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { withoutTimes } from './support/times.ts';

const thinks = () =>
  scriptedModel([
    [...reasoning('A look ', 'helps.'), ...text('Let me look.'), ...toolCall('c1', 'look', {}), finish('tool-calls')],
    [...reasoning('Clear.'), ...text('It is ', '18.'), finish()],
  ]);

/** A tool `look`, and a server `slow` that is waited for and does not come. */
const toolset: Toolset = {
  ...toolsetOf({ look: () => ok('18') }),
  async prepare({ onWaiting }) {
    onWaiting?.(['slow']);
    return ['slow'];
  },
};

const prompt = { message: 'Weather?', conversation_id: 'c', run_id: 'r', background: true };
const usage = { prompt_tokens: 20, completion_tokens: 10 };
const plain = [
  { type: 'text', content: 'Let me look.' },
  { type: 'tool_call', id: 'c1', name: 'look', args: {} },
  { type: 'tool_result', id: 'c1', name: 'look', result: '18', is_error: false },
  { type: 'text', content: '\n\nIt is ' },
  { type: 'text', content: '18.' },
  { type: 'done', conversation_id: 'c', usage, missing_servers: ['slow'] },
];
const waits = [
  { type: 'status', content: 'waiting for MCP server slow' },
  { type: 'status', content: 'going on without MCP server slow', missing_servers: ['slow'] },
];
const everything = [
  ...waits,
  { type: 'reasoning', content: 'A look ' },
  { type: 'reasoning', content: 'helps.' },
  ...plain.slice(0, 3),
  ...waits,
  { type: 'reasoning', content: '\n\nClear.' },
  ...plain.slice(3),
];
const dataOf = (events: readonly { data: object }[]) => withoutTimes(events.map(({ data }) => data));
const numbersOf = (events: readonly { id: number }[]) => events.map(({ id }) => id);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('a prompt that asks for nothing more is told neither of reasoning nor of waits', async () => {
  await using server = await startAgentRuns(thinks(), { toolset });
  const events = await server.read('/agents/tester/prompt', prompt);
  expect(dataOf(events)).toEqual(plain);
  expect(numbersOf(events)).toEqual(upTo(plain.length));
});

test('a prompt that includes both is told of them where they happen', async () => {
  await using server = await startAgentRuns(thinks(), { toolset });
  const events = await server.read('/agents/tester/prompt', { ...prompt, include: ['reasoning', 'status'] });
  expect(dataOf(events)).toEqual(everything);
  expect(numbersOf(events)).toEqual(upTo(everything.length));
});

test('each kind is told alone to who asks for it alone, also when the run is read again', async () => {
  await using server = await startAgentRuns(thinks(), { toolset });
  await server.read('/agents/tester/prompt', prompt);
  const isNot = (kind: string) => everything.filter(({ type }) => type !== kind);
  for (const [include, expected] of [
    ['include=reasoning', isNot('status')],
    ['include=status', isNot('reasoning')],
    ['include=status&include=reasoning', everything],
    ['', plain],
  ] as const) {
    const events = await server.read(`/runs/r/events?${include}`);
    expect(dataOf(events), include).toEqual(expected);
    expect(numbersOf(events), include).toEqual(upTo(expected.length));
  }
});

test('a stream that broke goes on behind its last event with the same include, as a prompt and as a run', async () => {
  await using server = await startAgentRuns(thinks(), { toolset });
  const include = ['reasoning', 'status'];
  const begun = await server.read('/agents/tester/prompt', { ...prompt, include }, { count: 4 });
  expect(dataOf(begun)).toEqual(everything.slice(0, 4));
  const again = await server.read('/agents/tester/prompt', { ...prompt, include }, { after: 4 });
  expect(dataOf(again)).toEqual(everything.slice(4));
  expect(numbersOf(again)).toEqual(upTo(everything.length).slice(4));
  const run = await server.read('/runs/r/events?include=reasoning&include=status', undefined, { after: 9 });
  expect(dataOf(run)).toEqual(everything.slice(9));
});

test('an answer at once has the reasoning as a text of its own', async () => {
  await using server = await startAgentRuns(thinks(), { toolset });
  const { body } = await server.call('POST', '/agents/tester/prompt/sync', { ...prompt, include: ['reasoning'] });
  expect(body).toMatchObject({ response: 'Let me look.\n\nIt is 18.', reasoning: 'A look helps.\n\nClear.' });
  const { body: without } = await server.call('POST', '/agents/tester/prompt/sync', { message: 'Again?' });
  expect(without).not.toHaveProperty('reasoning');
});

test('a kind that there is not is a 422 that names the place', async () => {
  await using server = await startAgentRuns(thinks());
  const refused = await server.call('POST', '/agents/tester/prompt', { ...prompt, include: ['reasoning', 'usage'] });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: 'include.1' }] } });
  expect(await server.call('GET', '/runs/r/events?include=usage')).toMatchObject({ status: 422 });
});
