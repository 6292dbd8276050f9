import { expect, it } from 'vitest';
import { openStore } from '../server/store/sqlite.ts';
import type { RunsStore } from '../server/store/stored-runs.ts';
import { NO_USAGE } from '../server/store/usage.ts';

const open = ({ runs }: { readonly runs: RunsStore }, id: string, conversationId = id) =>
  runs.open({
    id,
    conversationId,
    agentId: 'a',
    messages: [{ id: `said by ${id}`, role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  });
const END = { status: 'finished', messages: [], usage: NO_USAGE } as const;

it('runs that begin and end in one turn of the event loop are committed together', async () => {
  const done: string[] = [];
  await using store = await openStore({ folder: ':memory:', onStatement: (work) => done.push(work) });
  const commits = () => done.splice(0).filter((work) => work === 'commit').length;
  commits();
  await Promise.all(['one', 'two', 'three'].map((id) => open(store, id)));
  expect(commits()).toBe(1);
  await Promise.all([
    store.runs.close({ key: 'one', ...END }),
    store.runs.close({ key: 'two', ...END }),
    open(store, 'four'),
  ]);
  expect(commits()).toBe(1);
  const { runs } = await store.runs.list({ limit: 10 });
  expect(Object.fromEntries(runs.map(({ id, status }) => [id, status]))).toEqual({
    one: 'finished',
    two: 'finished',
    three: 'running',
    four: 'running',
  });
});

it('a run that may not begin takes nothing with it of those that begin in the same turn, and leaves nothing', async () => {
  await using store = await openStore({ folder: ':memory:' });
  const begun = ['first', 'busy', 'last'].map((id) => open(store, id, id === 'last' ? 'another' : 'conversation'));
  expect(await Promise.allSettled(begun)).toMatchObject([
    { status: 'fulfilled', value: { key: 'first' } },
    { status: 'rejected', reason: { code: 'conversation-busy' } },
    { status: 'fulfilled', value: { key: 'last' } },
  ]);
  const said = await store.conversations.messages('conversation');
  expect(said.map(({ id }) => id)).toEqual(['said by first']);
  expect(await store.conversations.find('another')).toMatchObject({ messageCount: 1 });
  expect(await store.runs.get('busy')).toBeUndefined();
});
