/** Each example over HTTP, offline on the demo model, with the official AG-UI client at the other end and its verifiers as judges. */
import { HttpAgent, type RunAgentParameters } from '@ag-ui/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGUIAdapter } from '../client/ag-ui-adapter.ts';
import { readEvents } from '../client/read-events.ts';
import { generations, judge, watchConsole } from './support/ag-ui-judges.ts';
import { startModelServer } from './support/model-server.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

let server: WholeServer;
beforeAll(async () => {
  server = await startWholeServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Event = { readonly type: string } & Record<string, unknown>;

/** A client on an example that says something and keeps what it hears. */
function open(example: string, initialState: unknown = {}) {
  const heard: Event[] = [];
  const url = `${server.url}/api/v1/examples/${example}/`;
  const agent = new HttpAgent({ url, threadId: crypto.randomUUID(), initialState });
  const run = async (parameters: RunAgentParameters = {}) => {
    const onEvent = ({ event }: { event: object }) => void heard.push(event as Event);
    const { warnings } = await watchConsole(() => agent.runAgent(parameters, { onEvent }));
    expect(warnings).toEqual([]);
  };
  const say = async (content: string, parameters?: RunAgentParameters) => {
    heard.length = 0;
    agent.addMessage({ id: `u-${agent.messages.length}`, role: 'user', content });
    await run(parameters);
  };
  return { agent, heard, run, say };
}

const resultsOf = (heard: readonly Event[]) =>
  heard.filter(({ type }) => type === 'TOOL_CALL_RESULT').map(({ content }) => content);
const deltasOf = (heard: readonly Event[]) =>
  heard.filter(({ type }) => type === 'STATE_DELTA').map(({ delta }) => delta);

test('agentic_chat streams text, and calls its own tool and those of the caller', async () => {
  const { agent, heard, say } = open('agentic_chat');
  await say('Hello!');
  expect(heard.filter(({ type }) => type === 'TEXT_MESSAGE_CONTENT').length).toBeGreaterThan(3);
  await say('What time is it in Tokyo?');
  expect(JSON.parse(String(resultsOf(heard)[0]))).toMatchObject({
    timezone: 'Asia/Tokyo',
    time: expect.stringMatching(/GMT\+9$/),
  });
  const colour = { type: 'object', properties: { background: { type: 'string' } }, required: ['background'] };
  const tools = [{ name: 'change_background', description: 'Changes the background colour', parameters: colour }];
  await say('Change the background to "teal"', { tools });
  expect(agent.messages.at(-1)).toMatchObject({
    role: 'assistant',
    toolCalls: [{ function: { name: 'change_background', arguments: '{"background":"teal"}' } }],
  });
});

test('agentic_chat says in words that a time zone does not exist', async () => {
  const { heard, say } = open('agentic_chat');
  await say('/tool current_time {"timezone":"Mars/Olympus"}');
  expect(resultsOf(heard)).toEqual(['There is no time zone Mars/Olympus']);
});

test('human_in_the_loop agrees on nothing before a person does, and then on exactly what was shown', async () => {
  const { agent, heard, say, run } = open('human_in_the_loop');
  await say('Agree on the steps "boil water", "add tea"');
  expect(resultsOf(heard)).toEqual([]);
  const [interrupt] = agent.pendingInterrupts;
  expect(heard.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'interrupt' } });
  const resume = [{ interruptId: interrupt?.id ?? '', status: 'resolved' as const, payload: { approved: true } }];
  await run({ resume });
  expect(resultsOf(heard)).toEqual(['Agreed on 2 steps']);
  expect(agent.state).toEqual({ agreed_steps: ['boil water', 'add tea'] });
});

test('human_in_the_loop goes on from an answer that came over REST', async () => {
  const { agent, say } = open('human_in_the_loop');
  await say('Agree on the steps "boil water", "add tea"');
  const path = `/approvals?conversation_id=${agent.threadId}`;
  const { body } = await server.call('GET', path);
  const { approvals } = body as { approvals: { id: string; agent_id: string; status: string }[] };
  expect(approvals).toMatchObject([{ agent_id: 'example:human_in_the_loop', status: 'pending' }]);
  const answer = await server.call('POST', `/approvals/${approvals[0]?.id}`, { approved: true });
  expect(answer).toMatchObject({ status: 200, body: { status: 'approved' } });
  const { resumed_by: runId } = answer.body as { resumed_by: string };
  const response = await fetch(`${server.url}/api/v1/ag-ui/example:human_in_the_loop/connect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ threadId: agent.threadId, runId }),
  });
  expect(await response.text()).toContain('"snapshot":{"agreed_steps":["boil water","add tea"]}');
});

test('tool_based_generative_ui calls the tool of the caller with what is to be shown', async () => {
  const { agent, say, run } = open('tool_based_generative_ui');
  const lines = { type: 'array', items: { type: 'string' } };
  const parameters = { type: 'object', properties: { english: lines }, required: ['english'] };
  const tools = [{ name: 'generate_haiku', description: 'Shows a haiku', parameters }];
  await say('Generate a haiku: "old pond", "a frog leaps in", "sound of water"', { tools });
  const call = agent.messages.at(-1);
  expect(call).toMatchObject({ role: 'assistant', toolCalls: [{ function: { name: 'generate_haiku' } }] });
  const [made] = call?.role === 'assistant' ? (call.toolCalls ?? []) : [];
  expect(JSON.parse(made?.function.arguments ?? '')).toEqual({
    english: ['old pond', 'a frog leaps in', 'sound of water'],
  });
  agent.addMessage({ id: 'shown', role: 'tool', toolCallId: made?.id ?? '', content: 'shown' });
  await run({ tools });
  expect(agent.messages.at(-1)).toMatchObject({ role: 'assistant', content: expect.stringContaining('shown') });
});

test('shared_state changes the recipe that the caller has, and leaves alone what it does not know', async () => {
  const pancakes = {
    title: 'Pancakes',
    cooking_time: '15 min',
    ingredients: [{ icon: '🥚', name: 'Egg', amount: '2' }],
  };
  const { agent, heard, say } = open('shared_state', { recipe: pancakes, theme: 'dark' });
  await say('Add the ingredient "Flour". Then add the ingredient "Milk".');
  expect(deltasOf(heard)).toHaveLength(2);
  expect(agent.state).toEqual({
    theme: 'dark',
    recipe: {
      title: 'Pancakes',
      cooking_time: '15 min',
      instructions: [],
      ingredients: [
        { icon: '🥚', name: 'Egg', amount: '2' },
        { icon: '', name: 'Flour', amount: '' },
        { icon: '', name: 'Milk', amount: '' },
      ],
    },
  });
  agent.setState({ recipe: { ...agent.state.recipe, title: 'Crêpes' } });
  await say('Remove the ingredient "egg"');
  expect(agent.state.recipe).toMatchObject({ title: 'Crêpes', ingredients: [{ name: 'Flour' }, { name: 'Milk' }] });
  await say('Remove the ingredient "salt"');
  expect(resultsOf(heard)).toEqual(['The recipe has no salt']);
});

test('shared_state begins a recipe for a caller without one', async () => {
  const { agent, say } = open('shared_state');
  await say('/tool name_recipe {"title":"Soup"}\n/tool add_instruction {"instruction":"Boil"}');
  expect(agent.state).toEqual({ recipe: { title: 'Soup', ingredients: [], instructions: ['Boil'] } });
});

test('agentic_generative_ui shows a plan as state and ticks its steps off as patches', async () => {
  const { agent, heard, say } = open('agentic_generative_ui');
  await say('Create a plan with steps "pack", "fly", "land"');
  expect(agent.state).toEqual({
    steps: ['pack', 'fly', 'land'].map((description) => ({ description, status: 'pending' })),
  });
  await say('Complete step 1. Complete step 2.');
  expect(deltasOf(heard)).toEqual([
    [{ op: 'replace', path: '/steps/0/status', value: 'completed' }],
    [{ op: 'replace', path: '/steps/1/status', value: 'completed' }],
  ]);
  expect(agent.state.steps.map(({ status }: { status: string }) => status)).toEqual([
    'completed',
    'completed',
    'pending',
  ]);
  await say('Complete step 9');
  expect(resultsOf(heard)).toEqual(['The plan has 3 steps, so there is no step 9']);
});

test('backend_tool_rendering answers with the numbers of a loan', async () => {
  const { heard, say } = open('backend_tool_rendering');
  await say('Repay a loan: amount 1200, rate 12, years 1');
  // 1200 at 1 % a month, by the annuity formula.
  expect(JSON.parse(String(resultsOf(heard)[0]))).toEqual({
    monthly_payment: 106.62,
    total_interest: 79.42,
    balances: [{ year: 1, balance: 0 }],
  });
  await say('/tool repay_loan {"amount":2400,"rate":0,"years":2}');
  expect(JSON.parse(String(resultsOf(heard)[0]))).toEqual({
    monthly_payment: 100,
    total_interest: 0,
    balances: [
      { year: 1, balance: 1200 },
      { year: 2, balance: 0 },
    ],
  });
});

test('haiku_generative_ui tells of each haiku in an event of its own and keeps them all', async () => {
  const { agent, heard, say } = open('haiku_generative_ui');
  const first = ['old pond', 'a frog leaps in', 'sound of water'];
  const second = ['snow', 'falls', 'still'];
  await say(`/tool show_haiku ${JSON.stringify({ lines: first })}`);
  expect(heard.find(({ type }) => type === 'CUSTOM')).toMatchObject({ name: 'haiku_shown', value: { lines: first } });
  await say(`/tool show_haiku ${JSON.stringify({ lines: second })}`);
  expect(agent.state).toEqual({ haikus: [{ lines: first }, { lines: second }] });
});

test('an example on the model of a provider runs, is stopped by an adapter, and is read again', async () => {
  await using model = await startModelServer();
  await using other = await startWholeServer({
    args: ['--model', 'gpt-4o'],
    environment: { OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url },
  });
  const url = `${other.url}/api/v1/examples/agentic_generative_ui/`;
  const agent = new HttpAgent({ url, threadId: crypto.randomUUID() });
  agent.addMessage({ id: 'u', role: 'user', content: 'tool create_plan {"steps":["pack","fly"]}' });
  await agent.runAgent();
  expect(agent.state.steps).toMatchObject([{ description: 'pack' }, { description: 'fly' }]);
  expect(agent.messages.at(-1)).toMatchObject({ content: 'The tool said: The plan has 2 steps' });

  const baseUrl = `${other.url}/api/v1/examples/agentic_chat?casing=camel`;
  const adapter = new AGUIAdapter({ baseUrl });
  const begun = Promise.withResolvers<void>();
  const outcomes: string[] = [];
  const answer = adapter.sendMessage('hold stopped', {
    onToken: () => begun.resolve(),
    onComplete: (_, { outcome }) => outcomes.push(outcome),
  });
  await begun.promise;
  await adapter.stop();
  expect(outcomes).toEqual(['cancelled']);
  const again = new AGUIAdapter({ baseUrl, threadId: adapter.threadId });
  expect(await again.connect()).toEqual(await answer);
});

test('the list names all seven, with where each runs and what it shows', async () => {
  const { status, body } = await server.call('GET', '/examples/');
  expect(status).toBe(200);
  const { examples, ...rest } = body as { examples: { id: string; endpoint: string; features: string[] }[] };
  expect(rest).toEqual({ count: 7, protocol: 'ag-ui' });
  expect(examples.map(({ id, endpoint }) => [id, endpoint])).toEqual([
    ['agentic_chat', '/api/v1/examples/agentic_chat/'],
    ['human_in_the_loop', '/api/v1/examples/human_in_the_loop/'],
    ['tool_based_generative_ui', '/api/v1/examples/tool_based_generative_ui/'],
    ['shared_state', '/api/v1/examples/shared_state/'],
    ['agentic_generative_ui', '/api/v1/examples/agentic_generative_ui/'],
    ['backend_tool_rendering', '/api/v1/examples/backend_tool_rendering/'],
    ['haiku_generative_ui', '/api/v1/examples/haiku_generative_ui/'],
  ]);
  for (const { features } of examples) expect(features.length).toBeGreaterThan(1);
});

test('an example that does not exist is a 404', async () => {
  const body = { thread_id: 't', run_id: 'r', messages: [] };
  expect(await server.call('POST', '/examples/nothing/', body)).toMatchObject({
    status: 404,
    body: { detail: 'Example not found: nothing', code: 'example-not-found' },
  });
});

test.each(generations)('client %s objects to nothing in a run of any example', async (generation) => {
  const asks = {
    agentic_chat: 'What time is it in Tokyo?',
    tool_based_generative_ui: 'Hello',
    shared_state: 'Add the ingredient "Flour"',
    agentic_generative_ui: 'Create a plan with steps "pack", "fly"',
    backend_tool_rendering: 'Repay a loan: amount 1200, rate 12, years 1',
    haiku_generative_ui: '/tool show_haiku {"lines":["a","b","c"]}',
    human_in_the_loop: 'Agree on the steps "boil water", "add tea"',
  };
  for (const [example, content] of Object.entries(asks)) {
    const response = await fetch(`${server.url}/api/v1/examples/${example}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        threadId: `${generation}-${example}`,
        runId: 'r',
        messages: [{ id: 'u', role: 'user', content }],
        ...(generation === '1.0.0' && { protocolVersion: '1.0' }),
      }),
    });
    const events: Event[] = [];
    if (response.body) for await (const { data } of readEvents(response.body)) events.push(JSON.parse(data));
    expect(events.at(-1)?.type, example).toBe('RUN_FINISHED');
    expect(await judge(generation, events), example).toBe(events.length);
  }
});
