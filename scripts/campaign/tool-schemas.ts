/** Tools with odd schemas, as each provider is told of them: all that it takes, and nothing that it refuses. */
import { oddAnswers } from '../../test/fixtures/answers/all.ts';
import type { Door } from '../../test/fixtures/answers/odd-answer.ts';
import { oddSchemas } from '../../test/fixtures/mcp/odd-schemas.ts';
import { refusalsOf, toolsIn } from '../../test/fixtures/mcp/tool-judge.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import { addServer } from './odd-mcp.ts';
import type { WireProvider } from './wire-provider.ts';
import { familyOf, makeAgent, planWireStage } from './wire-stage.ts';

const script = { tools: oddSchemas.map(([, inputSchema], index) => ({ name: `tool_${index}`, inputSchema })) };

/** Each schema is one of the tools of an agent, which is asked once for each. `models-tools.test.ts` tries them with every API too. */
export const toolSchemas: Group = {
  name: 'tool-schemas',
  stages: oddAnswers.map(({ door }, index) =>
    planWireStage(door, {
      isLong: index > 0,
      size: oddSchemas.length,
      async setUp(caller) {
        await addServer(caller, 'odd', script);
        await makeAgent(caller, 'odd', door, ['odd']);
      },
      toCases: (provider) =>
        oddSchemas.map(([title, , names], index) => toCase(title, names, { index, door, provider })),
    }),
  ),
};

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
