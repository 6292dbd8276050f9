import type { Toolset } from '../runs/toolset.ts';

/** One of two toolsets, chosen anew each time: an agent may be told to write code, or not to any more, in the middle of a run. */
export function switchToolset(isCodemode: () => boolean, code: Toolset, plain: Toolset): Toolset {
  const current = () => (isCodemode() ? code : plain);
  return {
    prepare: async (options) => (await current().prepare?.(options)) ?? [],
    list: () => current().list(),
    noteUnsaid: (tools) => current().noteUnsaid?.(tools),
    call: (name, args, options) => current().call(name, args, options),
  };
}
