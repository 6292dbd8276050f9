import { expect, test } from 'vitest';
import { joinToolsets } from '../server/agents/agent-toolset.ts';
import type { Toolset } from '../server/runs/toolset.ts';

const signal = new AbortController().signal;
const toolset = (from: string, names: string[], prepared: string[] = []): Toolset => ({
  async prepare() {
    prepared.push(from);
    return [`${from}-server`, 'shared'];
  },
  list: () => names.map((name) => ({ name, description: from, inputSchema: {} })),
  call: async (name) => ({ result: `${name} of ${from}`, isError: false }),
});

test('joined toolsets are one: all are prepared, and each call goes to the first that has the tool', async () => {
  const prepared: string[] = [];
  const names = ['b', 'c'];
  const joined = joinToolsets([toolset('one', ['a', 'b'], prepared), toolset('two', names, prepared)]);
  expect(await joined.prepare?.({ signal })).toEqual(['one-server', 'shared', 'two-server']);
  expect(prepared).toEqual(['one', 'two']);
  expect(joined.list().map(({ name, description }) => `${name} of ${description}`)).toEqual([
    'a of one',
    'b of one',
    'c of two',
  ]);
  expect(await joined.call('b', {}, { signal })).toEqual({ result: 'b of one', isError: false });
  expect(await joined.call('c', {}, { signal })).toEqual({ result: 'c of two', isError: false });
  names.splice(1, 1, 'd');
  expect(await joined.call('d', {}, { signal })).toEqual({ result: 'd of two', isError: false });
  expect(await joined.call('c', {}, { signal })).toEqual({ result: "There is no tool 'c' any more", isError: true });
});

test('a toolset that needs no preparation is joined too', async () => {
  const { list, call } = toolset('one', ['a']);
  const joined = joinToolsets([{ list, call }]);
  expect(await joined.prepare?.({ signal })).toEqual([]);
  expect(joined.list()).toHaveLength(1);
});
