/** Tools with odd schemas, as each provider is told of them: all that it takes, and nothing that it refuses. */
import { oddAnswers } from '../../test/fixtures/answers/all.ts';
import type { Door } from '../../test/fixtures/answers/odd-answer.ts';
import { oddSchemas } from '../../test/fixtures/mcp/odd-schemas.ts';
import { refusalsOf, toolsIn } from '../../test/fixtures/mcp/tool-judge.ts';
import { Caller } from './caller.ts';
import { expectEqual, type Group, type OddCase, type StagePlan } from './odd-case.ts';
import { addServer } from './odd-mcp.ts';
import { startTried } from './start-tried.ts';
import { startWireProvider, type WireProvider } from './wire-provider.ts';

const script = { tools: oddSchemas.map(([, inputSchema], index) => ({ name: `tool_${index}`, inputSchema })) };

/** Each schema is one of the tools of an agent, which is asked once for each. */
export const toolSchemas: Group = { name: 'tool-schemas', stages: oddAnswers.map(({ door }) => planDoor(door)) };

function planDoor(door: Door): StagePlan {
  return {
    title: door.name,
    size: oddSchemas.length,
    async open(entry) {
      await using stack = new AsyncDisposableStack();
      const provider = stack.use(await startWireProvider(door.plain));
      const server = stack.use(await startTried({ entry, environment: { ...door.environment(provider.url) } }));
      const caller = new Caller(server);
      await addServer(caller, 'odd', script);
      await caller.ask('POST', '/agents', { id: 'odd', model: door.model, selected_mcp_servers: ['odd'] });
      const cases = oddSchemas.map(([title, , names], index) => toCase(title, names, { index, door, provider }));
      const owned = stack.move();
      return { server, cases, [Symbol.asyncDispose]: () => owned.disposeAsync() };
    },
  };
}

interface Asked {
  readonly index: number;
  readonly door: Door;
  readonly provider: WireProvider;
}

function toCase(title: string, names: readonly string[], { index, door, provider }: Asked): OddCase {
  return {
    title,
    async attempt(caller) {
      const word = `case-${index}-`;
      const { events } = await caller.stream('/agents/odd/prompt', { message: `${word} Hello` });
      const tools = toolsIn(JSON.parse(provider.asked(word) ?? '{}'));
      const tool = tools.find(({ name }) => name === `odd__tool_${index}`);
      if (!tool) return `the tool is not told of; ${tools.length} are`;
      const told = Object.keys(Object(tool.schema.properties));
      return (
        expectEqual(events.at(-1)?.type, 'done') ??
        expectEqual(refusalsOf(familyOf(door), [tool]), []) ??
        expectEqual(told, names)
      );
    },
  };
}

function familyOf({ model, name }: Door) {
  if (model.startsWith('claude')) return 'anthropic';
  if (model.startsWith('gemini')) return 'google';
  return name.includes('compatible') ? 'compatible' : 'openai';
}
