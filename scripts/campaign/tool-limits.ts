/** More tools than the API of a provider takes, and names that it does not take: a prompt is answered, and what is told of is called. */
import { oddAnswers } from '../../test/fixtures/answers/all.ts';
import { ARGS, type Door, type OddAnswer } from '../../test/fixtures/answers/odd-answer.ts';
import { oddNames } from '../../test/fixtures/mcp/odd-names.ts';
import { startOddRemote } from '../../test/fixtures/mcp/odd-remote.ts';
import { MAX_TOOLS, refusalsOf, type SentTool, toolsIn } from '../../test/fixtures/mcp/tool-judge.ts';
import type { Caller } from './caller.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import { addRemote } from './odd-mcp.ts';
import type { WireProvider } from './wire-provider.ts';
import { familyOf, makeAgent, planWireStage } from './wire-stage.ts';

/** By the servers of an agent: how many tools each has. The last has more than this server takes of one. */
const CROWDS: readonly (readonly number[])[] = [[128], [129], [600], [100, 100], [513, 700], [1001]];
/** How many tools are taken of one server. */
const MOST_OF_SERVER = 1000;
const crowdId = (index: number, part: number) => `crowd-${index}-${part}`;
const toolIn = (mark: string, name: string) => ({
  name,
  inputSchema: { type: 'object', properties: { expression: { type: 'string' }, [mark]: { type: 'string' } } },
});
const says = (text: string) => ({ content: [{ type: 'text', text }] });

/** Adds a server with these tools; each answers with its mark. */
async function addTools(
  caller: Caller,
  id: string,
  tools: readonly (readonly [mark: string, name: string])[],
  owned: AsyncDisposableStack,
): Promise<void> {
  const script = {
    tools: tools.map(([mark, name]) => toolIn(mark, name)),
    results: Object.fromEntries(tools.map(([mark, name]) => [name, says(mark)])),
  };
  const { url } = owned.use(await startOddRemote('json', script));
  const { body, text } = await addRemote(caller, id, url);
  if (body?.status !== 'running') throw new Error(`The server '${id}' does not run: ${text.slice(0, 300)}`);
}

/** Each stage is an API; `mcp-odd-agent.test.ts` and `models-tools.test.ts` try the same bounds. */
export const toolLimits: Group = {
  name: 'tool-limits',
  stages: oddAnswers.map(({ door, answers }) =>
    planWireStage(door, {
      isLong: true,
      size: CROWDS.length + oddNames.length,
      async setUp(caller, owned) {
        const servers = [...new Set(oddNames.map(([, server]) => server))];
        const marked = oddNames.map(([, server, name], index) => [server, `mark_${index}`, name] as const);
        for (const id of servers) {
          const tools = marked.flatMap(([server, mark, name]) => (server === id ? [[mark, name] as const] : []));
          await addTools(caller, id, tools, owned);
        }
        await makeAgent(caller, 'named', door, servers);
        for (const [index, sizes] of CROWDS.entries()) await addCrowd(caller, { index, sizes, door, owned });
      },
      toCases(provider) {
        const call = answers.find(({ ran = [], end, connection }) => ran.length === 1 && !end && !connection);
        if (!call) throw new Error(`No answer of ${door.name} calls a tool`);
        const asked = { door, provider, call };
        return [
          ...oddNames.map(([title], index) => toNameCase(title, index, asked)),
          ...CROWDS.map((sizes, index) => toCrowdCase(sizes, index, asked)),
        ];
      },
    }),
  ),
};

interface Crowd {
  readonly index: number;
  readonly sizes: readonly number[];
  readonly door: Door;
  readonly owned: AsyncDisposableStack;
}

async function addCrowd(caller: Caller, { index, sizes, door, owned }: Crowd): Promise<void> {
  for (const [part, size] of sizes.entries()) {
    const tools = Array.from({ length: size }, (_, at) => [`mark_${part}_${at}`, `tool_${at}`] as const);
    await addTools(caller, crowdId(index, part), tools, owned);
  }
  const ids = sizes.map((_, part) => crowdId(index, part));
  await makeAgent(caller, `crowd-${index}`, door, ids);
}

interface Asked {
  readonly door: Door;
  readonly provider: WireProvider;
  /** An answer that calls `calculate`. */
  readonly call: OddAnswer;
}

/** Asks the agent once, and reads what the provider is told of. */
async function readTold(caller: Caller, agent: string, word: string, provider: WireProvider) {
  const { events } = await caller.stream(`/agents/${agent}/prompt`, { message: `${word} Hello` });
  const tools = toolsIn(JSON.parse(provider.asked(word) ?? '{}'));
  return { tools, end: events.at(-1)?.type };
}

/** Has the provider call a tool by the name it was told, and looks whether that one runs. */
async function callTold(caller: Caller, agent: string, word: string, asked: Asked & { tool: SentTool; mark: string }) {
  const { provider, call, tool, mark } = asked;
  const named = (text: string) => text.replaceAll('"calculate"', JSON.stringify(tool.name));
  const { body } = call;
  provider.answer(word, { ...call, body: typeof body === 'string' ? named(body) : body.map(named) });
  const { events } = await caller.stream(`/agents/${agent}/prompt`, { message: `${word} Call it` });
  const called = events.find(({ type }) => type === 'tool_call');
  const told = events.find(({ type }) => type === 'tool_result');
  const came = [called?.name, called?.args, told?.result, told?.is_error, events.at(-1)?.type];
  return expectEqual(came, [tool.name, ARGS, mark, false, 'done']);
}

const findMarked = (tools: readonly SentTool[], mark: string) =>
  tools.find(({ schema }) => Object.hasOwn(Object(schema.properties), mark));

function toNameCase(title: string, index: number, asked: Asked): OddCase {
  return {
    title: `a name with ${title}`,
    async attempt(caller) {
      const word = `case-${index}0-`;
      const { tools, end } = await readTold(caller, 'named', word, asked.provider);
      const mark = `mark_${index}`;
      const tool = findMarked(tools, mark);
      if (!tool) return `the tool is not told of; ${tools.length} are`;
      return (
        expectEqual(end, 'done') ??
        expectEqual(refusalsOf(familyOf(asked.door), tools), []) ??
        expectEqual(new Set(tools.map(({ name }) => name)).size, oddNames.length) ??
        (await callTold(caller, 'named', `case-${index}1-`, { ...asked, tool, mark }))
      );
    },
  };
}

function toCrowdCase(sizes: readonly number[], index: number, asked: Asked): OddCase {
  const agent = `crowd-${index}`;
  const family = familyOf(asked.door);
  const all = sizes.reduce((sum, size) => sum + Math.min(size, MOST_OF_SERVER), 0);
  const right = Math.min(all, MAX_TOOLS[family]);
  return {
    title: `${sizes.join(' and ')} tools`,
    async attempt(caller) {
      const { tools, end } = await readTold(caller, agent, `case-9${index}0-`, asked.provider);
      const tool = tools.at(-1);
      const mark = Object.keys(Object(tool?.schema.properties)).find((name) => name !== 'expression');
      if (!tool || !mark) return 'no tool is told of';
      return (
        expectEqual([end, tools.length], ['done', right]) ??
        expectEqual(refusalsOf(family, tools), []) ??
        (await callTold(caller, agent, `case-9${index}1-`, { ...asked, tool, mark })) ??
        (await judgeProblems(caller, index, sizes, all - right))
      );
    },
  };
}

/** The views of the servers name each tool that the provider is not told of. */
async function judgeProblems(caller: Caller, index: number, sizes: readonly number[], unsaid: number) {
  let named = 0;
  for (const [part, size] of sizes.entries()) {
    const { body } = await caller.ask('GET', `/mcp/servers/${crowdId(index, part)}`);
    const problems: readonly { readonly tool: string | null; readonly detail: string }[] = body?.problems ?? [];
    named += problems.filter(({ tool, detail }) => tool !== null && /takes \d+ tools at most/.test(detail)).length;
    const isTold = problems.some(({ tool }) => tool === null);
    if (isTold !== size > MOST_OF_SERVER) return `the bound of a server is told: ${isTold}`;
  }
  return expectEqual(named, unsaid);
}
