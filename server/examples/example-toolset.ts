import type { Toolset } from '../runs/toolset.ts';
import { type ExampleTool, ToolError } from './example.ts';

/** The tools of an example, for one run. Calls that a model makes side by side each see the state that the one before has left. */
export function createExampleToolset(tools: readonly ExampleTool[]): Toolset {
  let latest: { readonly state: unknown } | undefined;
  return {
    list: () => tools.map(({ definition }) => definition),
    async call(name, args, { state }) {
      const tool = tools.find(({ definition }) => definition.name === name);
      if (!tool) return { result: `There is no tool ${name}`, isError: true };
      try {
        const outcome = tool.call(args, latest ? latest.state : state);
        if (outcome.state !== undefined) latest = { state: outcome.state };
        return { ...outcome, isError: false };
      } catch (error) {
        if (error instanceof ToolError) return { result: error.message, isError: true };
        throw error;
      }
    },
  };
}
