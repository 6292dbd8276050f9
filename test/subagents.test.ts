/** Agents that ask agents, on a whole server whose model does as it is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holderOf, type KeyHolder } from './support/key-holder.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of a body where they read it.
type Body = any;

const owned = new AsyncDisposableStack();
let model: ModelServer;
let server: WholeServer;

beforeAll(async () => {
  model = owned.use(await startModelServer());
  server = owned.use(await startWholeServer({ environment: environment() }));
  await make('c', { selected_mcp_servers: ['toolbox'] });
  await make('b', { name: 'Second', description: 'Knows c.', agents: ['c'] });
  await make('a', { agents: ['b', 'c'] });
});
afterAll(() => owned.disposeAsync());

const environment = (more = {}) => ({ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url, ...more });
const make = (id: string, fields: object = {}, at = server) =>
  at.call('POST', '/agents', { id, model: 'openai:gpt-4o', ...fields });
const get = async (path: string, at = server): Promise<Body> => (await at.call('GET', path)).body;
const post = async (path: string, body?: object, at = server): Promise<Body> =>
  (await at.call('POST', path, body)).body;
/** What a user says to make the agent ask another. */
const ask = (id: string, message: string, more = {}) => `tool ask_${id} ${JSON.stringify({ message, ...more })}`;
const prompt = (id: string, message: string, more = {}) => post(`/agents/${id}/prompt/sync`, { message, ...more });
const lastRun = async (agentId: string) => (await get(`/runs?agent_id=${agentId}&limit=1`)).runs[0];
const isStatus = (status: string) => (body: unknown) => Object(body).status === status;

describe('an agent that may ask others', () => {
  it('names agents that there are, and not itself', async () => {
    expect(await get('/agents/a')).toMatchObject({ agents: ['b', 'c'] });
    expect(await make('d', { agents: ['b', 'nobody', 'd'] })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'agents', message: "no agent has the id 'nobody', 'd'" }] },
    });
    expect((await server.call('PUT', '/agents/a', { agents: ['a'] })).body).toMatchObject({
      errors: [{ path: 'agents', message: 'an agent cannot ask itself' }],
    });
  });

  it('has a run for each call, which names the one that asked, and whose answer is the result', async () => {
    const { tool_calls, conversation_id } = await prompt('a', ask('b', 'words 2'));
    const [call] = tool_calls;
    expect(call).toMatchObject({ name: 'ask_b', is_error: false, result: { answer: 'word1 word2 ' } });
    expect(call.result.conversation_id).not.toBe(conversation_id);
    const parent = await lastRun('a');
    const child = await lastRun('b');
    expect(parent).toMatchObject({ parent_run_id: null, conversation_id });
    expect(child).toMatchObject({
      parent_run_id: parent.id,
      conversation_id: call.result.conversation_id,
      status: 'finished',
      background: false,
    });
    expect(await get(`/runs?parent_run_id=${parent.id}`)).toMatchObject({
      runs: [{ id: child.id }],
      sums: { runs: 1, usage: child.usage },
    });
    expect(await get(`/runs/${parent.id}/steps`)).toMatchObject({
      steps: [{ tool_calls: [{ tool: 'ask_b', server: null, child_run_id: child.id, status: 'done' }] }, {}],
    });
    const again = await prompt('a', ask('b', 'Hi', { conversation_id: child.conversation_id }));
    expect(again.tool_calls[0].result).toEqual({
      answer: "Hello! I'm doing well.",
      conversation_id: child.conversation_id,
    });
    expect((await get(`/conversations/${child.conversation_id}`)).messages).toHaveLength(4);
  });

  it('uses no token twice', async () => {
    const before = await get('/usage?group_by=agent');
    await prompt('a', ask('b', ask('c', 'Hi')));
    const after = await get('/usage?group_by=agent');
    const tokens = (body: Body) => body.total.usage.prompt_tokens;
    const calls = 2 + 2 + 1;
    expect(tokens(after) - tokens(before)).toBe(calls * 150);
    expect((await lastRun('a')).usage.prompt_tokens).toBe(2 * 150);
  });

  it('is told of runs that ask by the events of the server', async () => {
    const response = await fetch(`${server.url}/api/v1/events?types=run&after=0&until=now`);
    const events = [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));
    const runs = events.filter(({ type }) => type === 'run');
    const child = await lastRun('c');
    expect(runs.filter(({ id }) => id === child.id)).toMatchObject([
      { status: 'running', parent_run_id: child.parent_run_id },
      { status: 'finished', parent_run_id: child.parent_run_id },
    ]);
  });

  it('is refused agents that are at work already, and more than five below the first', async () => {
    await make('x');
    await make('y', { agents: ['x'] });
    await server.call('PUT', '/agents/x', { agents: ['y'] });
    expect((await prompt('x', ask('y', ask('x', 'Hi')))).response).toContain(
      "Not asked: the agent 'x' is at work already, and would ask itself: x → y → x",
    );
    for (let depth = 7; depth >= 1; depth--) await make(`d${depth}`, { agents: depth < 7 ? [`d${depth + 1}`] : [] });
    const deep = [2, 3, 4, 5, 6, 7].reduceRight((message, depth) => ask(`d${depth}`, message), 'Hi');
    expect((await prompt('d1', deep)).response).toContain(
      'Not asked: agents may ask each other 5 deep, and this is more: d1 → d2 → d3 → d4 → d5 → d6 → d7',
    );
    expect((await get('/runs?agent_id=d6')).runs).toHaveLength(1);
    expect((await get('/runs?agent_id=d7')).runs).toEqual([]);
  });

  it('leaves those it asks the steps it has left but one, which is for its answer', async () => {
    await make('short', { agents: ['b'], max_steps: 4 });
    const { response, stopped_by } = await prompt('short', ask('b', ask('c', 'Hi')));
    // One step of its own, one of b, one of c; the fourth is for its answer, and b has none for its own.
    expect(response).toContain('"stopped_by":"max-steps"');
    expect(stopped_by).toBeUndefined();
    expect(await lastRun('b')).toMatchObject({ outcome: { stopped_by: 'max-steps' } });
    await server.call('PUT', '/agents/short', { max_steps: 2 });
    expect((await prompt('short', ask('b', 'Hi'))).response).toContain("Not asked: no step is left for the agent 'b'");
  });

  it('is told of an agent that was deleted, and of one that fails', async () => {
    await make('gone');
    await make('asker', { agents: ['gone', 'b'] });
    const asked = prompt('asker', ask('gone', 'hold gone'));
    await model.held('gone');
    await server.call('DELETE', '/agents/gone');
    expect((await asked).response).toContain(
      "The agent 'gone' did not answer: The run was cancelled: the agent was deleted",
    );
    expect((await prompt('asker', ask('gone', 'Hi'))).response).toContain("There is no tool named 'ask_gone'");
    expect((await prompt('asker', ask('b', 'refuse'))).response).toContain("The agent 'b' did not answer: ");
    expect(await get('/agents/asker')).toMatchObject({ agents: ['gone', 'b'] });
  });

  it('ends those it has asked when it is ended, and when it is deleted', async () => {
    await make('boss', { agents: ['b'] });
    for (const end of [
      async (id: string) => server.call('POST', `/runs/${id}/cancel`),
      async () => server.call('DELETE', '/agents/boss'),
    ]) {
      const before = model.abandoned();
      void prompt('boss', ask('b', ask('c', 'hold end')), { background: true });
      await model.held('end');
      await end((await lastRun('boss')).id);
      const [parent, child, grandchild] = await Promise.all(['boss', 'b', 'c'].map(lastRun));
      expect(parent.status).toBe('cancelled');
      expect(child.parent_run_id).toBe(parent.id);
      for (const { id } of [child, grandchild]) await poll(server, `/runs/${id}`, isStatus('cancelled'));
      expect((await get(`/runs/${grandchild.id}`)).outcome.detail).toBe(parent.outcome.detail);
      expect(model.abandoned()).toBe(before + 1);
      model.release('end');
    }
  });

  it('runs as many of those it asks at once as tools, and the others after them', async () => {
    await make('wide', { agents: ['c'], max_steps: 60 });
    const asked = prompt('wide', `tools 50 ask_c ${JSON.stringify({ message: 'hold many' })}`);
    await model.held('many', 16);
    const parent = await lastRun('wide');
    const states = async () => {
      const { steps } = await get(`/runs/${parent.id}/steps`);
      return (steps[0]?.tool_calls ?? []).map(({ status }: Body) => status);
    };
    const counts = async () => {
      const all = await states();
      return [all.length, all.filter((status: string) => status === 'running').length];
    };
    // Steps are stored a moment after they change.
    await expect.poll(counts, { timeout: 10_000 }).toEqual([50, 16]);
    for (let done = 0; done < 50; done += 16) {
      await model.held('many', Math.min(16, 50 - done));
      model.release('many');
    }
    const { tool_calls } = await asked;
    const answers = tool_calls.map(({ result }: Body) => result.answer);
    expect(answers).toEqual(Array.from({ length: 50 }, () => 'begun released'));
    expect(await get(`/runs?parent_run_id=${parent.id}&limit=200`)).toMatchObject({ sums: { runs: 50 } });
  });
});

describe('with keys', () => {
  let one: KeyHolder;
  let two: KeyHolder;
  let guarded: WholeServer;
  beforeAll(async () => {
    const keys = { AGENT_RUNTIMES_API_KEYS: 'one:key-1,two:key-2' };
    guarded = owned.use(await startWholeServer({ environment: environment(keys) }));
    [one, two] = [holderOf(guarded.url, 'key-1'), holderOf(guarded.url, 'key-2')];
    await one('POST', '/agents', { id: 'b', model: 'openai:gpt-4o' });
    await one('POST', '/agents', { id: 'a', model: 'openai:gpt-4o', agents: ['b'] });
  });

  it('the conversation of an asked agent is of whoever asked the first', async () => {
    const { body } = await one('POST', '/agents/a/prompt/sync', { message: ask('b', 'Hi') });
    const { conversation_id: id } = body.tool_calls[0].result;
    expect((await one('GET', `/conversations/${id}`)).status).toBe(200);
    expect((await two('GET', `/conversations/${id}`)).status).toBe(404);
    expect((await two('GET', '/runs')).body).toMatchObject({ runs: [], sums: { runs: 0 } });
    const other = await two('POST', '/agents/a/prompt/sync', { message: ask('b', 'Hi', { conversation_id: id }) });
    expect(other.body.tool_calls[0].result).toMatchObject({ conversation_id: id });
    expect((await one('GET', `/conversations/${id}`)).body.messages).toHaveLength(2);
    expect((await two('GET', `/conversations/${id}`)).body.messages).toHaveLength(2);
  });
});
