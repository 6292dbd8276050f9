/** The tools of one agent, from everything that gives it some. */
import type { Toolset } from '../runs/toolset.ts';

/** One toolset out of several. Where two have a tool of one name, that of the first counts. */
export function joinToolsets(toolsets: readonly Toolset[]): Toolset {
  return {
    async prepare(options) {
      const missing = await Promise.all(toolsets.map((toolset) => toolset.prepare?.(options) ?? []));
      return [...new Set(missing.flat())];
    },
    list() {
      const tools = toolsets.flatMap((toolset) => toolset.list());
      return [...new Map(tools.toReversed().map((tool) => [tool.name, tool])).values()].toReversed();
    },
    noteUnsaid(tools) {
      for (const toolset of toolsets) toolset.noteUnsaid?.(tools);
    },
    async call(name, args, options) {
      const owner = toolsets.find((toolset) => toolset.list().some((tool) => tool.name === name));
      if (!owner) return { result: `There is no tool '${name}' any more`, isError: true };
      return owner.call(name, args, options);
    },
  };
}
