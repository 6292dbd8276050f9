/** MCP servers with one odd tool, or an odd list of them, beside a good tool that must go on serving. */
import { good, leftOut, mendable, oddLists } from '../../test/fixtures/mcp/odd-tools.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import { addServer, callGood, runs, said } from './odd-mcp.ts';
import { planStage } from './plain-stage.ts';

const stage = (title: string, cases: readonly OddCase[]) => planStage({ title, cases, toCases: () => cases });

const mended = mendable.map(
  ([title, tool, right], index): OddCase => ({
    title,
    async attempt(caller) {
      const view = await addServer(caller, `mended-${index}`, {
        tools: [{ name: 'odd', ...tool }, good],
        results: said,
      });
      const { description = '', inputSchema } = Object(right);
      const served = view.body?.tools?.find(({ name }: { name: string }) => name === 'odd');
      return (
        runs(view) ??
        expectEqual(view.body.problems, []) ??
        expectEqual([served?.description, served?.inputSchema], [description, inputSchema]) ??
        (await callGood(caller, `mended-${index}`))
      );
    },
  }),
);

const left = leftOut.map(
  ([title, tool, name, detail], index): OddCase => ({
    title,
    async attempt(caller) {
      const view = await addServer(caller, `left-${index}`, { tools: [good, tool], results: said });
      return (
        runs(view) ??
        expectEqual(view.body.problems, [{ tool: name, detail }]) ??
        expectEqual(namesIn(view.body), ['good']) ??
        (await callGood(caller, `left-${index}`))
      );
    },
  }),
);

/** The bounds of a server that is started as people start it are wider than those of the table: what matters is what is kept. */
const lists = oddLists.map(
  ([title, script, names], index): OddCase => ({
    title,
    async attempt(caller) {
      const view = await addServer(caller, `list-${index}`, script);
      const problem = runs(view) ?? expectEqual(namesIn(view.body).slice(0, names.length), names);
      await caller.ask('DELETE', `/mcp/servers/list-${index}`);
      return problem;
    },
  }),
);

const namesIn = (view: { tools?: readonly { name: string }[] }) => (view.tools ?? []).map(({ name }) => name);

/** Each is a process of its own. */
export const mcpTools: Group = {
  name: 'mcp-tools',
  stages: [stage('mended', mended), stage('left out', left), stage('lists', lists)],
};
