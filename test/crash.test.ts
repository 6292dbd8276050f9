/** kill -9 in the middle of everything: what was acknowledged is kept, what was cut off is marked, and nothing runs on. */
import { delimiter, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEvents } from '../client/rest.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { childrenOf, isAlive, until } from './support/processes.ts';
import { startServer, type TestServer } from './support/server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const KILLS = 10;
/** Many starts of a server in one test. */
const LONG = { timeout: 90_000 };
const PATH = [fileURLToPath(new URL('fixtures/npx', import.meta.url)), process.env.PATH].join(delimiter);

let model: ModelServer;
const owned = new AsyncDisposableStack();
beforeAll(async () => {
  model = owned.use(await startModelServer());
});
afterAll(() => owned.disposeAsync());

const start = (home: string, args: readonly string[] = []) =>
  startServer({
    home,
    args,
    environment: { PATH, AGENT_MODEL: 'gpt-4o', OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url },
    // One server that heeds the end of its input, and one that heeds nothing.
    mcpServers: {
      meek: { command: 'npx', args: ['-y', 'meek'] },
      stubborn: { command: 'npx', args: ['-y', 'stubborn', '--stubborn'] },
    },
  });

test(`after each of ${KILLS} kills every acknowledged turn is there, whole, and the conversations go on`, {
  timeout: 60_000,
}, async () => {
  await using home = await temporaryFolder();
  /** Of each conversation, the answers whose `done` was received, by what was asked. */
  const acknowledged = new Map<string, Map<string, string>>();
  const conversations = ['one', 'two', 'three'];
  for (const id of conversations) acknowledged.set(id, new Map());
  let cut = 0;
  const random = createRandom(20_261_123);

  for (let round = 0; round <= KILLS; round++) {
    await using server = await start(home.path, ['--no-config-mcp-servers']);
    if (round === 0)
      await server.ok('POST', '/agents', { id: 'keeper', selected_mcp_servers: ['meek'], name: 'Keeper' });
    await expectKept(server, acknowledged);
    if (round === KILLS) break;
    const killAfter = 1 + Math.floor(random() * 150);
    let events = 0;
    const onEvent = () => {
      events++;
      if (events === killAfter) server.kill('SIGKILL');
    };
    const prompts = conversations.map(async (id) => {
      for (let count = 0; ; count++) {
        const said = `words ${5 + Math.floor(random() * 20)} in round ${round}, number ${count}`;
        const answer = await promptUntilDone(server, id, said, onEvent);
        if (answer === undefined) return;
        acknowledged.get(id)?.set(said, answer);
      }
    });
    await Promise.all(prompts);
    cut += conversations.length;
    await server.ended;
  }
  const turns = [...acknowledged.values()].reduce((sum, answers) => sum + answers.size, 0);
  // Both kinds must have been there, or nothing was shown.
  expect(cut).toBe(KILLS * conversations.length);
  expect(turns).toBeGreaterThan(KILLS);
});

test(
  'a killed server leaves no MCP server behind once the next one has started, and no deleted demo agent returns',
  LONG,
  async () => {
    await using home = await temporaryFolder();
    let children: number[] = [];
    {
      await using server = await start(home.path, ['--demo']);
      expect((await server.ok('GET', '/agents')).agents).toMatchObject([{ id: 'demo' }]);
      await server.ok('DELETE', '/agents/demo');
      await until(async () => (await server.ok('GET', '/mcp/servers')).length === 2, 'both MCP servers run');
      await until(() => childrenOf(server.pid).length === 2, 'the toolbox of the agent that is gone has ended');
      children = childrenOf(server.pid);
      server.kill('SIGKILL');
      await server.ended;
      // One of them heeds nothing, so that it is there to be swept.
      expect(children.filter(isAlive).length).toBeGreaterThan(0);
    }
    await using next = await start(home.path, ['--demo']);
    expect(await next.ok('GET', '/agents')).toEqual({ agents: [] });
    await until(() => !children.some(isAlive), 'the children of the killed server are gone');
    await until(async () => (await next.ok('GET', '/mcp/servers')).length === 2, 'both run again');
  },
);

/** Prompts and reads the answer; undefined when the connection broke before `done`. */
async function promptUntilDone(
  server: TestServer,
  conversation_id: string,
  message: string,
  onEvent: () => void,
): Promise<string | undefined> {
  let answer = '';
  try {
    const { status, body } = await server.open('/agents/keeper/prompt', { message, conversation_id });
    if (status !== 200 || !body) throw new Error(`A prompt was answered with ${status}`);
    for await (const { data } of readEvents(body)) {
      const event = JSON.parse(data);
      if (event.type === 'error') throw new Error(`A prompt failed: ${event.detail}`);
      if (event.type === 'text') answer += event.content;
      if (event.type === 'done') return answer;
      onEvent();
    }
    return undefined;
  } catch (cause) {
    if (cause instanceof TypeError) return undefined; // what fetch throws when a connection breaks
    throw cause;
  }
}

/** Agent, selection and each acknowledged turn are there; of the runs that were cut off none is still open. */
async function expectKept(server: TestServer, acknowledged: Map<string, Map<string, string>>): Promise<void> {
  expect(await server.ok('GET', '/agents/keeper')).toMatchObject({ name: 'Keeper', selected_mcp_servers: ['meek'] });
  for (const [id, answers] of acknowledged) {
    const { status, body } = await server.call('GET', `/conversations/${id}`);
    if (answers.size === 0 && status === 404) continue;
    const { messages } = body as { messages: { role: string; content: string }[] };
    const kept = new Map<string, string>();
    for (const [at, { role, content }] of messages.entries()) {
      const next = messages[at + 1];
      // What was said and cut off stands there without an answer, or with the beginning of one.
      if (role === 'user' && next?.role === 'assistant') kept.set(content, next.content);
    }
    for (const [said, answer] of answers) expect(kept.get(said), `${id}: ${said}`).toBe(answer);
    const asked = messages.filter(({ role }) => role === 'user').map(({ content }) => content);
    expect(new Set(asked).size, 'nothing is there twice').toBe(asked.length);
  }
  using database = new DatabaseSync(join(server.home, 'data', 'agent-runtimes.db'), { readOnly: true });
  const states = database
    .prepare('select distinct status from runs order by status')
    .all()
    .map(({ status }) => status);
  expect(['', 'finished', 'interrupted', 'finished,interrupted']).toContain(states.join());
}

/** Numbers that look random and are the same in each run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
