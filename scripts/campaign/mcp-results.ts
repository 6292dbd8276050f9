/** Odd results of the tools of one MCP server, called by HTTP. */
import { failures, read } from '../../test/fixtures/mcp/odd-results.ts';
import { Caller } from './caller.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import { addServer } from './odd-mcp.ts';
import { planStage } from './plain-stage.ts';

const all = [
  ...read.map(([title, result, right]) => ({ title, result, right: { success: true, result: right, error: null } })),
  ...failures.map(([title, result, right]) => ({
    title: `a failure ${title}`,
    result,
    right: { success: false, result: null, error: typeof right === 'string' ? right : JSON.stringify(right) },
  })),
];
const script = {
  tools: all.map((_, index) => ({ name: `tool_${index}` })),
  results: Object.fromEntries(all.map(({ result }, index) => [`tool_${index}`, result])),
};

const cases = all.map(
  ({ title, right }, index): OddCase => ({
    title,
    async attempt(caller) {
      const { status, body } = await caller.ask('POST', `/mcp/proxy/odd/tools/tool_${index}`, { arguments: {} });
      const { success, result, error } = Object(body);
      return expectEqual([status, { success, result, error }], [200, right]);
    },
  }),
);

/** One tool for each result. */
export const mcpResults: Group = {
  name: 'mcp-results',
  stages: [
    planStage({
      title: 'results',
      cases,
      async toCases(server) {
        await addServer(new Caller(server), 'odd', script);
        return cases;
      },
    }),
  ],
};
