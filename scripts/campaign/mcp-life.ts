/** What happens to MCP servers while they are used: their tools change, their sessions expire, and they take long to come. */
import { startForgetfulServer } from '../../test/fixtures/mcp/forgetful-server.ts';
import { answers, good } from '../../test/fixtures/mcp/odd-handshakes.ts';
import { startOddRemote } from '../../test/fixtures/mcp/odd-remote.ts';
import type { Script } from '../../test/fixtures/mcp/odd-server.ts';
import { leftOut } from '../../test/fixtures/mcp/odd-tools.ts';
import { startSdkServer } from '../../test/fixtures/mcp/sdk-server.ts';
import { type Answer, askUntil, type Caller } from './caller.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import { addRemote, addServer, callTool, promptTool, runs } from './odd-mcp.ts';
import { planStage } from './plain-stage.ts';

/** A server that was added, and what is to end with it. */
type Add = (caller: Caller, id: string, script: Script) => Promise<Answer & Partial<AsyncDisposable>>;

const remote =
  (kind: 'json' | 'events' | 'sse'): Add =>
  async (caller, id, script) => {
    const odd = await startOddRemote(kind, script);
    const view = await addRemote(caller, id, odd.url);
    return { ...view, [Symbol.asyncDispose]: () => odd[Symbol.asyncDispose]() };
  };
const PLACES: readonly (readonly [title: string, id: string, add: Add])[] = [
  ['a process', 'process', addServer],
  ['HTTP with events', 'events', remote('events')],
  ['SSE', 'sse', remote('sse')],
];

/** Tries something with a server that is removed then. */
const withServer = (
  title: string,
  id: string,
  add: (caller: Caller, id: string) => ReturnType<Add>,
  attempt: (caller: Caller, id: string, view: Answer) => Promise<string | undefined>,
): OddCase => ({
  title,
  async attempt(caller) {
    await using stack = new AsyncDisposableStack();
    const view = await add(caller, id);
    stack.defer(async () => view[Symbol.asyncDispose]?.());
    const problem = await attempt(caller, id, view);
    await caller.ask('DELETE', `/mcp/servers/${id}`);
    return problem;
  },
});

const grow = { name: 'grow', inputSchema: { type: 'object' } };
const grown = { name: 'grown', inputSchema: { type: 'object' } };
const says = (text: string) => ({ content: [{ type: 'text', text }] });
const results = { ...answers.results, grow: says('grown'), grown: says('grown up') };
/** Lists that take the place of one with a good tool, and what is said of them. */
const lists: readonly (readonly [title: string, list: readonly unknown[], problems: readonly object[]])[] = [
  ['one tool more', [good, grow, grown], []],
  ['a tool that is mended', [good, { name: 'mended', inputSchema: null }, grow, grown], []],
  ...leftOut.map(
    ([title, tool, name, detail]) => [title, [good, tool, grow, grown], [{ tool: name, detail }]] as const,
  ),
];

/** Calls the tool that changes the list, and waits for what it brings. */
async function changeTools(caller: Caller, id: string, problems: readonly object[]): Promise<string | undefined> {
  const problem = await callTool(caller, id, 'grow', 'grown');
  const view = await askUntil(caller, `/mcp/servers/${id}`, ({ body }) => namesIn(body).includes('grown'));
  return (
    problem ??
    runs(view) ??
    expectEqual(view.body.problems, problems) ??
    (await callTool(caller, id, 'grown', 'grown up')) ??
    (await promptTool(caller, id, 'grown', 'grown up'))
  );
}

const namesIn = (view: unknown): string[] => (Object(view).tools ?? []).map(({ name }: { name: string }) => name);

const changes = PLACES.flatMap(([place, at, add]) =>
  lists.map(([title, list, problems], index) => {
    const script = { tools: [good, grow], grown: list, results };
    return withServer(
      `${title}, from ${place}`,
      `grows-${at}-${index}`,
      (caller, id) => add(caller, id, script),
      async (caller, id, view) =>
        runs(view) ?? (await changeTools(caller, id, problems)) ?? (await callTool(caller, id, 'good', 'fine')),
    );
  }),
);

/** Servers of the official SDK. */
const real = (
  title: string,
  id: string,
  [kind, refusal, transport]: [kind: 'http' | 'sse', refusal?: number, transport?: 'sse'],
  attempt: (server: Awaited<ReturnType<typeof startSdkServer>>, caller: Caller) => Promise<string | undefined>,
): OddCase => ({
  title,
  async attempt(caller) {
    await using server = await startSdkServer(kind, { ...(refusal && { refusal }) });
    const problem = runs(await addRemote(caller, id, server.url, transport)) ?? (await attempt(server, caller));
    await caller.ask('DELETE', `/mcp/servers/${id}`);
    return problem;
  },
});

const realChanges = (['http', 'sse'] as const).map((kind) =>
  real(`one tool more, from the official SDK over ${kind}`, `grows-real-${kind}`, [kind], (_, caller) =>
    changeTools(caller, `grows-real-${kind}`, []),
  ),
);

const sessions = [
  real('a call after a session', 'expires', ['http'], async (server, caller) => {
    const call = async () => {
      server.forget();
      return callTool(caller, 'expires', 'echo', 'here');
    };
    return (await call()) ?? (await call()) ?? expectEqual(server.sessions(), 3);
  }),
  real('a prompt after a session', 'expires-prompt', ['http'], async (server, caller) => {
    server.forget();
    return (await promptTool(caller, 'expires-prompt', 'echo', 'here')) ?? expectEqual(server.sessions(), 2);
  }),
  real('a change of tools after a session', 'expires-grow', ['http'], async (server, caller) => {
    server.forget();
    return changeTools(caller, 'expires-grow', []);
  }),
  {
    title: 'two calls at once, whose session is forgotten in their middle',
    async attempt(caller: Caller) {
      await using server = await startForgetfulServer();
      const view = await addRemote(caller, 'forgetful', server.url);
      const call = () => callTool(caller, 'forgetful', 'echo', 'in session 2');
      const problem = runs(view) ?? (await Promise.all([call(), call()])).find(Boolean);
      await caller.ask('DELETE', '/mcp/servers/forgetful');
      return problem ?? expectEqual(server.sessions(), 2);
    },
  },
];

const legacy = [400, 404, 405, 406, 422, undefined].map((refusal) => {
  const id = `legacy-${refusal ?? 'named'}`;
  const title = refusal ? `one that answers a POST with ${refusal}` : 'one that is said to be one';
  return real(title, id, ['sse', refusal, refusal ? undefined : 'sse'], async (_, caller) => {
    return (await callTool(caller, id, 'echo', 'here')) ?? promptTool(caller, id, 'echo', 'here');
  });
});

/** Longer than a server is silent about what it waits for. */
const LATE_MS = 6000;
const slow = [...PLACES, ['HTTP with JSON', 'json', remote('json')] as const].flatMap(([place, at, add]) =>
  ['initialize', 'tools/list'].map((method): OddCase => {
    const id = `slow-${at}-${method.replace('/', '-')}`;
    return {
      title: `${method} of ${place}`,
      async attempt(caller) {
        await using stack = new AsyncDisposableStack();
        const adding = add(caller, id, { ...answers, lateMs: { [method]: LATE_MS } });
        const hears = `has not answered ${method} yet`;
        const meanwhile = await askUntil(caller, `/mcp/servers/${id}`, ({ body }) => body?.error?.includes(hears));
        const problem =
          expectEqual([meanwhile.body?.status, meanwhile.body?.error?.includes(hears)], ['starting', true]) ??
          (await promptTool(caller, id, 'good', 'fine'));
        const view = await adding;
        stack.defer(async () => view[Symbol.asyncDispose]?.());
        await caller.ask('DELETE', `/mcp/servers/${id}`);
        return problem ?? runs(view);
      },
    };
  }),
);

const stage = (title: string, cases: readonly OddCase[], isLong = false) =>
  planStage({ title, cases, isLong, toCases: () => cases });

/** Each is a server of its own, and serves calls and prompts. */
export const mcpLife: Group = {
  name: 'mcp-life',
  stages: [
    stage('tools that change', [...changes, ...realChanges]),
    // `mcp-remote-life.test.ts` and `mcp-odd-handshake.test.ts` try these too.
    stage('sessions that expire', sessions, true),
    stage('servers of the first version', legacy, true),
    stage('slow starts', slow, true),
  ],
};
