/** The tools of one agent, from everything that gives it some. */
import { haveSameItems } from '../call/same-items.ts';
import type { ToolDefinition, Toolset } from '../runs/toolset.ts';

/** One toolset out of several. Where two have a tool of one name, that of the first counts. */
export function joinToolsets(toolsets: readonly Toolset[]): Toolset {
  return {
    async prepare(options) {
      const missing = await Promise.all(toolsets.map((toolset) => toolset.prepare?.(options) ?? []));
      return [...new Set(missing.flat())];
    },
    list: () => joinLists(toolsets.map((toolset) => toolset.list())),
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

type Tools = readonly ToolDefinition[];

/** What the list was joined with, and what came of it, by the longest list: what follows from a joined list is kept as long as it is the same one. */
const known = new WeakMap<Tools, { readonly lists: readonly Tools[]; readonly joined: Tools }>();

/** One list out of several; the same one for the same tools. */
function joinLists(all: readonly Tools[]): Tools {
  const lists = all.filter(({ length }) => length > 0);
  const [longest = [], ...others] = lists.toSorted((a, b) => b.length - a.length);
  if (!others.length) return longest;
  const found = known.get(longest);
  const isSame =
    found?.lists.length === lists.length && lists.every((list, index) => haveSameItems(list, found.lists[index] ?? []));
  if (isSame) return found.joined;
  const byName = new Map(
    lists
      .flat()
      .toReversed()
      .map((tool) => [tool.name, tool]),
  );
  const joined = [...byName.values()].toReversed();
  known.set(longest, { lists, joined });
  return joined;
}
