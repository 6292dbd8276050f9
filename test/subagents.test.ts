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
    const { steps } = await get(`/runs/${parent.id}/steps`);
    const states = steps[0].tool_calls.map(({ status }: Body) => status);
    expect([states.length, states.filter((status: string) => status === 'running').length]).toEqual([50, 16]);
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

describe('what an asked agent waits for', () => {
  const CALCULATE = 'tool calculate {"expression": "6 * 7"}';
  const pending = async (at = server) => (await get('/approvals', at)).approvals as Body[];
  const setUp = async (at = server) => {
    await make('careful', { selected_mcp_servers: ['toolbox'], approvals: { tools: ['toolbox__*'] } }, at);
    await make('middle', { agents: ['careful'] }, at);
    await make('top', { agents: ['middle', 'careful'] }, at);
  };
  beforeAll(() => setUp());

  /** Asks, and returns what the run that asked ended with and the two approvals. */
  async function askCareful(at = server) {
    const ended = await post('/agents/top/prompt/sync', { message: ask('careful', CALCULATE) }, at);
    const approvals = await pending(at);
    const own = approvals.find(({ agent_id }) => agent_id === 'careful');
    const above = approvals.find(({ stands_for }) => stands_for === own.id);
    return { ended, own, above, count: approvals.length };
  }

  it('is waited for by the one that asked, whose call it names', async () => {
    const { ended, own, above, count } = await askCareful();
    expect(count).toBe(2);
    expect(own).toMatchObject({ tool: 'toolbox__calculate', args: { expression: '6 * 7' }, stands_for: null });
    expect(above).toMatchObject({
      agent_id: 'top',
      conversation_id: ended.conversation_id,
      tool_call_id: 'call_1',
      tool: 'toolbox__calculate',
      args: { expression: '6 * 7' },
      stands_for: own.id,
    });
    expect(ended).toMatchObject({
      response: '',
      approvals: [{ id: above.id, tool_call_id: 'call_1', tool: 'toolbox__calculate' }],
      tool_calls: [{ name: 'ask_careful', result: null }],
    });
    expect(await get(`/runs/${above.run_id}/steps`)).toMatchObject({
      steps: [{ tool_calls: [{ status: 'waiting', child_run_id: own.run_id, approval: { id: above.id } }] }],
    });
    const more = { message: 'Hi', conversation_id: ended.conversation_id };
    expect(await post('/agents/top/prompt/sync', more)).toMatchObject({ code: 'approval-pending' });
    // Whoever interrupts the one that asked gives up on both.
    expect(await post('/agents/top/prompt/sync', { ...more, when_busy: 'interrupt' })).toMatchObject({
      response: "Hello! I'm doing well.",
    });
    expect(await pending()).toEqual([]);
  });

  it.each([
    ['approved at its own', true, 'own', '"value":42'],
    ['approved at the one that asked', true, 'above', '"value":42'],
    ['refused', false, 'own', 'the user refused it: no sums'],
  ] as const)('%s lets it go on, and then the one that asked', async (_, approved, which, said) => {
    const asked = await askCareful();
    const answered = await post(`/approvals/${asked[which].id}`, { approved, reason: 'no sums' });
    const status = approved ? 'approved' : 'denied';
    expect(answered).toMatchObject({ id: asked[which].id, status });
    expect(await pending()).toEqual([]);
    const parent = await lastRun('top');
    await poll(server, `/runs/${parent.id}`, isStatus('finished'));
    const { messages } = await get(`/conversations/${asked.ended.conversation_id}`);
    expect(JSON.stringify(messages.at(-1)).replaceAll('\\', '')).toContain(said);
    const child = await lastRun('careful');
    expect(child).toMatchObject({ parent_run_id: parent.id, conversation_id: asked.own.conversation_id });
    expect(await get(`/runs/${parent.id}/steps`)).toMatchObject({
      steps: [{ step: 0, tool_calls: [{ tool: 'ask_careful', child_run_id: child.id, approval: { status } }] }, {}],
    });
    const all = await get(`/approvals?status=${status}`);
    expect(all.approvals.slice(0, 2).map(({ resumed_by }: Body) => resumed_by)).toEqual(
      expect.arrayContaining([parent.id, child.id]),
    );
    expect(await post(`/approvals/${asked.own.id}`, { approved })).toMatchObject({ code: 'approval-resolved' });
  });

  it('comes up through those between, one after the other when there are more', async () => {
    const twice = `tools 2 calculate {"expression": "1 + 1"}`;
    const ended = await post('/agents/top/prompt/sync', { message: ask('middle', ask('careful', twice)) });
    const approvals = await pending();
    expect(approvals.map(({ agent_id }) => agent_id).toSorted()).toEqual([
      'careful',
      'careful',
      'middle',
      'middle',
      'top',
      'top',
    ]);
    expect(ended.approvals).toHaveLength(2);
    const [first, second] = approvals.filter(({ agent_id }) => agent_id === 'careful');
    await post(`/approvals/${first.id}`, { approved: true });
    expect(await pending()).toHaveLength(3);
    expect((await lastRun('top')).outcome.approval_ids).toHaveLength(2);
    await post(`/approvals/${second.id}`, { approved: true });
    const parent = await lastRun('top');
    await poll(server, `/runs/${parent.id}`, isStatus('finished'));
    expect(await pending()).toEqual([]);
    expect(await lastRun('middle')).toMatchObject({ parent_run_id: parent.id, status: 'finished' });
    const { messages } = await get(`/conversations/${ended.conversation_id}`);
    expect(messages.filter(({ role }: Body) => role === 'tool')).toHaveLength(1);
  });

  it('is given up with a run that is cancelled while it does something else', async () => {
    await make('gate', { model: 'openai:gpt-4o' });
    await make('both', { agents: ['careful', 'gate'] });
    const careful = ask('careful', CALCULATE);
    const asked = prompt('both', `calls ${JSON.stringify([careful, ask('gate', 'hold forsaken')])}`);
    await model.held('forsaken');
    const parent = await lastRun('both');
    await poll(server, '/runs?agent_id=careful&limit=1', (body) =>
      Object(body).runs.some((run: Body) => run.parent_run_id === parent.id && run.status === 'finished'),
    );
    expect((await pending()).map(({ agent_id }) => agent_id)).toEqual(['careful']);
    await server.call('POST', `/runs/${parent.id}/cancel`);
    await asked;
    expect(await pending()).toEqual([]);
    expect((await get('/approvals?status=cancelled&limit=1')).approvals).toMatchObject([{ agent_id: 'careful' }]);
    model.release('forsaken');
  });

  it('outlives the server, and its conversation does not outlive its deletion', async () => {
    await using first = await startWholeServer({ environment: environment() });
    await setUp(first);
    const { own, ended } = await askCareful(first);
    await first.close();
    await using second = await startWholeServer({ environment: environment(), folder: first.folder });
    await post(`/approvals/${own.id}`, { approved: true }, second);
    const [parent] = (await get('/runs?agent_id=top&limit=1', second)).runs;
    await poll(second, `/runs/${parent.id}`, isStatus('finished'));
    expect(JSON.stringify((await get(`/conversations/${ended.conversation_id}`, second)).messages)).toContain('42');

    const asked = await askCareful(second);
    await second.call('DELETE', `/conversations/${asked.own.conversation_id}`);
    await post(`/approvals/${asked.above.id}`, { approved: true }, second);
    const [next] = (await get('/runs?agent_id=top&limit=1', second)).runs;
    await poll(second, `/runs/${next.id}`, isStatus('finished'));
    expect(JSON.stringify((await get(`/conversations/${asked.ended.conversation_id}`, second)).messages)).toContain(
      'the conversation that waited for an approval was deleted',
    );
  });

  it('is followed where somebody lets it go on in its own conversation', async () => {
    const { own, ended } = await askCareful();
    const { messages: said } = await get(`/conversations/${own.conversation_id}`);
    const resumed = await fetch(`${server.url}/api/v1/ag-ui/careful/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        threadId: own.conversation_id,
        runId: 'by-hand',
        messages: said.map(({ id, role, content, tool_calls: [call] = [] }: Body) => ({
          id,
          role,
          content,
          ...(call && {
            toolCalls: [
              { id: call.id, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.args) } },
            ],
          }),
        })),
        resume: [{ interruptId: own.id, status: 'resolved', payload: { approved: true } }],
      }),
    });
    expect(await resumed.text()).toContain('RUN_FINISHED');
    await post('/agents/top/prompt/sync', { message: 'Hi', conversation_id: ended.conversation_id });
    const { messages } = await get(`/conversations/${ended.conversation_id}`);
    const results = messages.filter(({ role }: Body) => role === 'tool');
    expect(results).toHaveLength(1);
    expect(JSON.stringify(results)).toContain('42');
    expect((await get(`/runs/by-hand`)).parent_run_id).toBeNull();
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
