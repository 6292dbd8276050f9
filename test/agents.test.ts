import { describe, expect, it } from 'vitest';
import { agentMcpServers } from '../contract/agent-mcp-servers.ts';
import { agents as agentsContract } from '../contract/agents.ts';
import { createAgentHandlers } from '../server/agents/agent-handlers.ts';
import { createAgentMcpServersHandlers } from '../server/agents/agent-mcp-servers-handlers.ts';
import { loadAgents } from '../server/agents/agents.ts';
import { ensureDemoAgent } from '../server/agents/demo-agent.ts';
import { ApiError } from '../server/call/errors.ts';
import { implement } from '../server/call/implement.ts';
import { EVERYBODY } from '../server/call/principal.ts';
import { RunningServers } from '../server/mcp/servers/running-servers.ts';
import type { Store } from '../server/store/store.ts';
import { openPlace, openStore, toKept } from './support/stores.ts';

const KNOWN_SERVERS = ['tavily', 'filesystem', 'toolbox'];
const KNOWN_SKILLS = ['csv-summary', 'markdown-toc'];
const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

const demoAnswer = {
  id: 'my-agent',
  name: 'My Custom Agent',
  description: '',
  transport: 'streaming',
  model: 'gpt-4o',
  status: 'idle',
  system_prompt: 'You are a helpful assistant.',
  selected_mcp_servers: [],
  max_steps: 20,
  temperature: null,
  codemode: false,
  approvals: { tools: [] },
  skills: ['csv-summary'],
  agents: [],
  offer_as_tool: true,
  output_schema: null,
  durable: false,
  created_at: timestamp,
  updated_at: timestamp,
};

/** Agents over a store, with the operations a caller has. */
async function startAgents(store: Store) {
  const running = new Set<string>();
  const cancelled: string[] = [];
  const agents = await loadAgents(store.agents, {
    checkModel(model) {
      if (!model.startsWith('gpt')) throw new ApiError('validation-failed', `Unknown model provider: ${model}`);
    },
    findUnknownServers: (selection) =>
      selection
        .map((server) => (typeof server === 'string' ? server : server.id))
        .filter((id) => !KNOWN_SERVERS.includes(id)),
    findUnknownSkills: async (names) => ({
      unknown: names.filter((one) => !KNOWN_SKILLS.includes(one)),
      known: KNOWN_SKILLS,
    }),
  });
  const handlers = createAgentHandlers({
    agents,
    defaultModel: () => 'demo:rules',
    isCodemode: (setting) => setting ?? false,
    effectiveSkills: (names) => names ?? ['csv-summary'],
    isRunning: (id) => running.has(id),
    async cancelRuns(id) {
      cancelled.push(id);
      running.delete(id);
    },
  });
  const serverHandlers = createAgentMcpServersHandlers({
    agents,
    servers: new RunningServers({ environment: {}, version: '0.0.0' }),
    configureSandbox: () => Promise.reject(new Error('there is no sandbox here')),
    rebuildCodemode: async () => false,
  });
  const operations = implement(
    { agents: agentsContract, agentMcpServers },
    { agents: handlers, agentMcpServers: serverHandlers },
  );
  /** The answer, or the body of the error. */
  const call = async (name: string, input: unknown = {}): Promise<unknown> => {
    const operation = operations.find((one) => one.name === name);
    try {
      return await operation?.run(
        input,
        { requestId: 'r', headers: {}, principal: EVERYBODY },
        { signal: AbortSignal.timeout(5000) },
      );
    } catch (cause) {
      if (cause instanceof ApiError) return cause.toBody();
      throw cause;
    }
  };
  return { agents, call, running, cancelled };
}

const startInMemory = async () => {
  const store = await openStore();
  return { ...(await startAgents(store)), store, [Symbol.asyncDispose]: () => store.close() };
};

const notFound = (id: string) => ({ detail: `Agent not found: ${id}`, status_code: 404, code: 'agent-not-found' });

describe('an agent', () => {
  it('that is created is answered, listed and found', async () => {
    await using server = await startInMemory();
    const body = {
      id: 'my-agent',
      name: 'My Custom Agent',
      model: 'gpt-4o',
      system_prompt: 'You are a helpful assistant.',
    };
    expect(await server.call('agents.create', body)).toEqual({ ...demoAnswer, mcp_toolsets: [] });
    expect(await server.call('agents.list')).toEqual({ agents: [demoAnswer] });
    expect(await server.call('agents.get', { agent_id: 'my-agent' })).toEqual({ ...demoAnswer, mcp_toolsets: [] });
  });

  it('may state everything, and what it does not state has its default', async () => {
    await using server = await startInMemory();
    const everything = {
      id: 'all',
      name: 'All',
      description: 'Says everything',
      model: 'gpt-4o-mini',
      system_prompt: 'Hello',
      selected_mcp_servers: ['tavily', { id: 'filesystem', origin: 'catalog' }, 'tavily'],
      max_steps: 3,
      temperature: 0.2,
      skills: ['markdown-toc'],
      approvals: { tools: ['fetch__*'] },
      agents: [],
      offer_as_tool: false,
      output_schema: { type: 'object', properties: { a: { type: 'string' } } },
      durable: true,
    };
    const said = { ...everything, enable_codemode: true, isRunning: true, created_at: 'x' };
    expect(await server.call('agents.create', said)).toEqual({
      ...everything,
      codemode: true,
      transport: 'streaming',
      status: 'idle',
      created_at: timestamp,
      updated_at: timestamp,
      mcp_toolsets: ['tavily', 'filesystem'],
    });
    expect(await server.call('agents.create', { name: 'Only a name' })).toEqual({
      ...demoAnswer,
      id: 'only-a-name',
      name: 'Only a name',
      model: 'demo:rules',
      system_prompt: '',
      mcp_toolsets: [],
    });
    expect(await server.call('agents.create', { id: 'only.an_ID' })).toMatchObject({
      id: 'only.an_ID',
      name: 'only.an_ID',
    });
    expect(await server.call('agents.create', {})).toEqual({
      detail: 'name: is required when there is no id',
      status_code: 422,
      code: 'validation-failed',
      errors: [{ path: 'name', message: 'is required when there is no id' }],
    });
  });

  it('with an id that is taken is a 409 and changes nothing', async () => {
    await using server = await startInMemory();
    await server.call('agents.create', { id: 'a', name: 'First' });
    expect(await server.call('agents.create', { id: 'a', name: 'Second' })).toEqual({
      detail: "Agent with ID 'a' already exists",
      status_code: 409,
      code: 'agent-exists',
    });
    expect(server.agents.get('a').name).toBe('First');
  });

  it('created 50 times at once exists once', async () => {
    await using server = await startInMemory();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => server.call('agents.create', { id: 'a', name: `Number ${index}` })),
    );
    expect(answers.filter((answer) => Object.hasOwn(answer ?? {}, 'code'))).toHaveLength(49);
    expect(await server.store.agents.list()).toEqual(server.agents.list());
    expect(server.agents.list()).toHaveLength(1);
  });

  it('with a model or a server that does not exist is a 422 and is not created', async () => {
    await using server = await startInMemory();
    expect(await server.call('agents.create', { id: 'a', model: 'nobody:x' })).toEqual({
      detail: 'Unknown model provider: nobody:x',
      status_code: 422,
      code: 'validation-failed',
    });
    expect(await server.call('agents.create', { id: 'a', selected_mcp_servers: ['x', 'tavily', 'y'] })).toEqual({
      detail: "selected_mcp_servers: no MCP server has the id 'x', 'y'",
      status_code: 422,
      code: 'validation-failed',
      errors: [{ path: 'selected_mcp_servers', message: "no MCP server has the id 'x', 'y'" }],
    });
    expect(await server.call('agents.list')).toEqual({ agents: [] });
  });

  it('is unknown everywhere under an id nobody has', async () => {
    await using server = await startInMemory();
    for (const id of ['nobody', '__proto__', 'constructor', '../etc', 'a\0b', '👻', 'x'.repeat(256)]) {
      expect(await server.call('agents.get', { agent_id: id })).toEqual(notFound(id));
      expect(await server.call('agents.update', { agent_id: id, name: 'x' })).toEqual(notFound(id));
      expect(await server.call('agents.delete', { agent_id: id })).toEqual(notFound(id));
      expect(await server.call('agentMcpServers.update', { agent_id: id, selected_mcp_servers: [] })).toEqual(
        notFound(id),
      );
    }
    expect(server.cancelled).toEqual([]);
  });

  it('keeps names, descriptions and prompts byte for byte', async () => {
    await using folder = await openPlace();
    const texts = [
      '日本語のエージェント',
      'שלום',
      'a\u200bb',
      '👩‍👩‍👧‍👦',
      '\u202eabc',
      'é vs e\u0301',
      "'; drop table agents; --",
    ];
    {
      await using store = await openStore({ folder: folder.path });
      const server = await startAgents(store);
      for (const text of texts) {
        expect(
          await server.call('agents.create', { name: text, description: text, system_prompt: ` ${text}\n` }),
        ).toMatchObject({ name: text, description: text, system_prompt: ` ${text}\n` });
      }
    }
    await using store = await openStore({ folder: folder.path });
    const server = await startAgents(store);
    expect(server.agents.list().map(({ name }) => name)).toEqual(texts);
    expect(server.agents.list().map(({ systemPrompt }) => systemPrompt)).toEqual(texts.map((text) => ` ${text}\n`));
  });
});

describe('an update', () => {
  it('changes the fields given and no other, and null resets', async () => {
    await using server = await startInMemory();
    await server.call('agents.create', {
      id: 'a',
      name: 'A',
      description: 'D',
      model: 'gpt-4o',
      system_prompt: 'S',
      selected_mcp_servers: ['tavily'],
      max_steps: 5,
      temperature: 1,
      skills: ['markdown-toc'],
      approvals: { tools: ['fetch__*'] },
      offer_as_tool: false,
    });
    const before = server.agents.get('a');
    const rest = {
      id: 'a',
      transport: 'streaming',
      status: 'idle',
      description: 'D',
      system_prompt: 'S',
      selected_mcp_servers: ['tavily'],
      max_steps: 5,
      codemode: false,
      output_schema: null,
      durable: false,
      approvals: { tools: ['fetch__*'] },
      agents: [],
      offer_as_tool: false,
      created_at: before.createdAt,
      updated_at: timestamp,
      mcp_toolsets: ['tavily'],
    };
    expect(await server.call('agents.update', { agent_id: 'a' })).toMatchObject({ updated_at: before.updatedAt });
    expect(await server.call('agents.update', { agent_id: 'a', name: 'B', id: 'c' })).toEqual({
      ...rest,
      name: 'B',
      model: 'gpt-4o',
      temperature: 1,
      skills: ['markdown-toc'],
    });
    const code = { agent_id: 'a', enable_codemode: true };
    expect(await server.call('agents.update', code)).toMatchObject({ name: 'B', codemode: true });
    const reset = { agent_id: 'a', model: null, temperature: null, enable_codemode: null, skills: null };
    expect(await server.call('agents.update', reset)).toEqual({
      ...rest,
      name: 'B',
      model: 'demo:rules',
      temperature: null,
      skills: ['csv-summary'],
    });
    expect(await server.call('agents.update', { agent_id: 'a', model: 'nobody:x' })).toMatchObject({
      status_code: 422,
    });
    expect(await server.call('agents.update', { agent_id: 'a', selected_mcp_servers: ['x'] })).toMatchObject({
      status_code: 422,
    });
    expect(await server.call('agents.update', { agent_id: 'a', skills: ['x'] })).toEqual({
      detail: "skills: no skill has the name 'x'; there are: 'csv-summary', 'markdown-toc'",
      status_code: 422,
      code: 'validation-failed',
      errors: [{ path: 'skills', message: "no skill has the name 'x'; there are: 'csv-summary', 'markdown-toc'" }],
    });
    expect(await server.call('agents.update', { agent_id: 'a', name: null })).toMatchObject({ status_code: 422 });
    expect(await server.store.agents.list()).toEqual([server.agents.get('a')]);
  });

  it('is seen at once by whoever reads the agent anew', async () => {
    await using server = await startInMemory();
    await server.call('agents.create', { id: 'a', system_prompt: 'one' });
    const agent = () => server.agents.get('a');
    expect(agent().systemPrompt).toBe('one');
    await server.call('agents.update', { agent_id: 'a', system_prompt: 'two' });
    expect(agent().systemPrompt).toBe('two');
  });

  it('at the same time as others keeps what each of them changed', async () => {
    await using server = await startInMemory();
    await server.call('agents.create', { id: 'a', name: 'A' });
    await Promise.all([
      server.call('agents.update', { agent_id: 'a', name: 'B' }),
      server.call('agents.update', { agent_id: 'a', description: 'D' }),
      server.call('agents.update', { agent_id: 'a', max_steps: 9 }),
      server.call('agentMcpServers.update', { agent_id: 'a', selected_mcp_servers: ['tavily'] }),
    ]);
    const expected = { name: 'B', description: 'D', maxSteps: 9, selectedMcpServers: ['tavily'] };
    expect(server.agents.get('a')).toMatchObject(expected);
    expect(await server.store.agents.list()).toMatchObject([expected]);
  });

  it('of the selected servers echoes them as they were sent', async () => {
    await using server = await startInMemory();
    await server.call('agents.create', { id: 'my-agent' });
    const selected_mcp_servers = ['tavily', { id: 'filesystem', origin: 'catalog' }];
    expect(await server.call('agentMcpServers.update', { agent_id: 'my-agent', selected_mcp_servers })).toEqual({
      agent_id: 'my-agent',
      selected_mcp_servers,
      message: 'MCP servers updated successfully',
    });
    expect(await server.call('agents.get', { agent_id: 'my-agent' })).toMatchObject({
      selected_mcp_servers,
      mcp_toolsets: ['tavily', 'filesystem'],
    });
    expect(
      await server.call('agentMcpServers.update', { agent_id: 'my-agent', selected_mcp_servers: ['nothing'] }),
    ).toMatchObject({ status_code: 422, detail: "selected_mcp_servers: no MCP server has the id 'nothing'" });
    expect(server.agents.get('my-agent').selectedMcpServers).toEqual(selected_mcp_servers);
    await server.call('agentMcpServers.update', { agent_id: 'my-agent', selected_mcp_servers: [] });
    expect(server.agents.get('my-agent').selectedMcpServers).toEqual([]);
  });
});

it('shows in the list and alone what has become of an agent, however often it was shown before', async () => {
  await using server = await startInMemory();
  await server.call('agents.create', { id: 'a' });
  await server.call('agents.create', { id: 'b' });
  const shown = async () => {
    const { agents } = (await server.call('agents.list')) as { agents: { id: string; status: string; name: string }[] };
    const alone = await server.call('agents.get', { agent_id: 'a' });
    expect(alone).toMatchObject(agents.find(({ id }) => id === 'a') ?? {});
    return agents.map(({ id, status, name }) => [id, status, name].join(' '));
  };
  expect(await shown()).toEqual(['a idle a', 'b idle b']);
  expect(await shown()).toEqual(['a idle a', 'b idle b']);
  server.running.add('a');
  expect(await shown()).toEqual(['a running a', 'b idle b']);
  server.running.delete('a');
  await server.call('agents.update', { agent_id: 'a', name: 'Anna' });
  expect(await shown()).toEqual(['a idle Anna', 'b idle b']);
  await server.call('agents.create', { id: 'c' });
  await server.call('agents.delete', { agent_id: 'b' });
  expect(await shown()).toEqual(['a idle Anna', 'c idle c']);
});

describe('deleting an agent', () => {
  it('ends its runs and frees its id', async () => {
    await using server = await startInMemory();
    await server.call('agents.create', { id: 'a' });
    await server.call('agents.create', { id: 'b' });
    server.running.add('a');
    expect(await server.call('agents.get', { agent_id: 'a' })).toMatchObject({ status: 'running' });
    expect(await server.call('agents.delete', { agent_id: 'a' })).toEqual({ message: 'Agent a deleted successfully' });
    expect(server.cancelled).toEqual(['a']);
    expect(await server.call('agents.get', { agent_id: 'a' })).toEqual(notFound('a'));
    expect(await server.call('agents.delete', { agent_id: 'a' })).toEqual(notFound('a'));
    expect((await server.store.agents.list()).map(({ id }) => id)).toEqual(['b']);
    expect(await server.call('agents.create', { id: 'a', name: 'Again' })).toMatchObject({ id: 'a', name: 'Again' });
    expect(server.agents.list().map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('while it is updated leaves either the agent or nothing, in memory and on disk alike', async () => {
    await using server = await startInMemory();
    for (let round = 0; round < 20; round += 1) {
      await server.call('agents.create', { id: 'a' });
      await Promise.all([
        server.call('agents.update', { agent_id: 'a', name: 'Changed' }),
        server.call('agents.delete', { agent_id: 'a' }),
        server.call('agents.update', { agent_id: 'a', name: 'Changed again' }),
      ]);
      expect(server.agents.list()).toEqual([]);
      expect(await server.store.agents.list()).toEqual([]);
    }
  });
});

describe('a store that fails', () => {
  it('registers, changes and deletes nothing', async () => {
    await using memory = await openStore();
    let isBroken = false;
    const failing =
      <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
      async (...args: Args) => {
        if (isBroken) throw new ApiError('store-full', 'The store failed: the disk is full');
        return work(...args);
      };
    const { insert, update, delete: remove, ...reads } = memory.agents;
    const writes = { insert: failing(insert), update: failing(update), delete: failing(remove) };
    const server = await startAgents({ ...memory, agents: { ...reads, ...writes } });
    await server.call('agents.create', { id: 'a', name: 'A' });
    isBroken = true;
    const full = { detail: 'The store failed: the disk is full', status_code: 507, code: 'store-full' };
    expect(await server.call('agents.create', { id: 'b' })).toEqual(full);
    expect(await server.call('agents.update', { agent_id: 'a', name: 'B' })).toEqual(full);
    expect(await server.call('agents.delete', { agent_id: 'a' })).toEqual(full);
    expect(server.agents.list().map(({ id, name }) => [id, name])).toEqual([['a', 'A']]);
    isBroken = false;
    expect(await server.call('agents.create', { id: 'b' })).toMatchObject({ id: 'b' });
  });
});

describe('an id made from a name', () => {
  it.each([
    ['My Custom Agent', 'my-custom-agent'],
    ['Ünïcode Agent', 'unicode-agent'],
    ['  --Straße №5--  ', 'strasse-no5'],
    ['../../etc/passwd', 'etc-passwd'],
    ['ﬁne Ａgent', 'fine-agent'],
    ['a'.repeat(200), 'a'.repeat(64)],
  ])('of %j is %s', async (name, id) => {
    await using server = await startInMemory();
    expect(await server.call('agents.create', { name })).toMatchObject({ id });
  });

  it.each(['日本語', '👻', 'MCP servers', 'Sandbox', 'terminate', 'Agents', '...', '__proto__!'])(
    'of %j is valid and none of the words of the paths',
    async (name) => {
      await using server = await startInMemory();
      expect(await server.call('agents.create', { name })).toMatchObject({
        id: expect.stringMatching(/^(agent-[0-9a-f]{8}|proto)$/),
        name,
      });
    },
  );

  it('that is taken is numbered, also when 20 come at once', async () => {
    await using server = await startInMemory();
    await server.call('agents.create', { id: 'helper-3' });
    await Promise.all(Array.from({ length: 20 }, () => server.call('agents.create', { name: 'Helper' })));
    const ids = server.agents.list().map(({ id }) => id);
    expect(ids.slice(0, 4)).toEqual(['helper-3', 'helper', 'helper-2', 'helper-4']);
    expect(new Set(ids).size).toBe(21);
  });

  it('of random characters is always accepted', async () => {
    await using server = await startInMemory();
    const random = () => String.fromCodePoint(...Array.from({ length: 1 + Math.random() * 20 }, randomCharacter));
    for (let round = 0; round < 300; round += 1) {
      const name = `${random()}x`;
      expect(await server.call('agents.create', { name })).toMatchObject({
        id: expect.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
        name: toKept(name.trim()),
      });
    }
  });
});

function randomCharacter(): number {
  const point = Math.floor(Math.random() ** 4 * 0x10ffff);
  return point >= 0xd800 && point <= 0xdfff ? 0x20 : point;
}

it.each(['mcp-servers', 'sandbox', 'terminate', '../etc', 'a/b', '', '.hidden', 'ä', 'x'.repeat(129), '__proto__'])(
  'an id of %j is a 422',
  async (id) => {
    await using server = await startInMemory();
    expect(await server.call('agents.create', { id, name: 'A' })).toMatchObject({ status_code: 422 });
  },
);

it('whatever a body holds, the answer is an agent, a 422, or a 409 when its id is taken', async () => {
  await using server = await startInMemory();
  const values = [
    undefined,
    null,
    '',
    'gpt-4o',
    ' ',
    0,
    -1,
    7,
    1.5,
    Number.POSITIVE_INFINITY,
    true,
    [],
    ['tavily'],
    [null],
    [{ id: 'tavily' }],
    {},
  ];
  const fields = [
    'id',
    'name',
    'description',
    'model',
    'system_prompt',
    'selected_mcp_servers',
    'max_steps',
    'temperature',
    'approvals',
    'skills',
  ];
  const any = () => values[Math.floor(Math.random() * values.length)];
  await server.call('agents.create', { id: 'a' });
  for (let round = 0; round < 2000; round += 1) {
    // Mostly one field beside a good name, so that not every body fails for another reason.
    const some = fields.filter(() => Math.random() < 0.2);
    const body = { name: 'Agent', ...Object.fromEntries(some.map((field) => [field, any()])) };
    for (const name of ['agents.create', 'agents.update']) {
      const answer = await server.call(name, { agent_id: 'a', ...body });
      if (!agentsContract.create.output.safeParse(answer).success)
        expect(answer).toMatchObject({ status_code: expect.toBeOneOf([409, 422]) });
    }
  }
  expect(await server.store.agents.list()).toEqual(server.agents.list());
});

it('a body with __proto__ pollutes nothing', async () => {
  await using server = await startInMemory();
  const body: unknown = JSON.parse('{"id":"a","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  expect(await server.call('agents.create', body)).not.toHaveProperty('polluted');
  expect(await server.call('agents.update', { ...Object(body), agent_id: 'a' })).not.toHaveProperty('polluted');
  expect({}).not.toHaveProperty('polluted');
});

describe('the demo agent', () => {
  it('is made once in an empty data folder, and deleted it stays deleted', async () => {
    await using folder = await openPlace();
    {
      await using store = await openStore({ folder: folder.path });
      const { agents, call } = await startAgents(store);
      await ensureDemoAgent(agents, store.facts);
      await ensureDemoAgent(agents, store.facts);
      expect(await call('agents.list')).toMatchObject({
        agents: [{ id: 'demo', name: 'Demo agent', model: 'demo:rules', selected_mcp_servers: ['toolbox'] }],
      });
      await agents.delete('demo');
    }
    await using store = await openStore({ folder: folder.path });
    const { agents } = await startAgents(store);
    await ensureDemoAgent(agents, store.facts);
    expect(agents.list()).toEqual([]);
  });

  it('is not made beside other agents, nor after they were deleted', async () => {
    await using server = await startInMemory();
    await server.call('agents.create', { id: 'mine' });
    await ensureDemoAgent(server.agents, server.store.facts);
    await server.agents.delete('mine');
    await ensureDemoAgent(server.agents, server.store.facts);
    expect(server.agents.list()).toEqual([]);
  });
});
