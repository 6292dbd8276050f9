import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { ApprovalDecision, Store } from '../../server/store/store.ts';
import { NO_USAGE } from '../../server/store/usage.ts';
import { userSays } from './loop.ts';

/** Uses all that the store has, many at once: each connection knows each statement then. */
export async function useStore(store: Store): Promise<void> {
  await store.shared?.beat({ draining: false });
  await Promise.all(Array.from({ length: 12 }, () => useOnce(store, randomUUID())));
}

async function useOnce(store: Store, id: string): Promise<void> {
  const time = '2026-11-28T10:00:00.000Z';
  const { runs, conversations, approvals, tasks, servers } = store;
  const open = (run: string, decisions: readonly ApprovalDecision[] = []) =>
    runs.open({ id: `${run}-${id}`, conversationId: id, agentId: 'a', messages: [userSays('Hi', run)], decisions });
  const { key } = await open('first');
  await runs.append({ events: [{ runKey: key, first: 1, events: ['a'], times: [1] }], steps: [] });
  const asked = { id, callId: 'c', tool: 't', description: '', args: {}, toolHash: '' };
  await runs.close({ key, status: 'finished', messages: [], usage: NO_USAGE, approvals: [asked] });
  const decision = { id, isApproved: true, reason: null };
  // The last answer is noted with the run that acts on it.
  expect(await approvals.decide(decision)).toBe(false);
  const second = await open('second', [decision]);
  expect(second.resumed).toMatchObject([{ id }]);
  await runs.close({ key: second.key, status: 'finished', messages: [userSays('Ho', 'third')], usage: NO_USAGE });
  await tasks.add({
    id,
    agentId: 'a',
    owner: null,
    contextId: 'c',
    conversationKey: id,
    state: 'completed',
    detail: null,
    runId: null,
    updates: 1,
    body: {},
    changedAt: time,
  });
  await servers.insert({ id, definition: {}, secrets: {}, createdAt: time, updatedAt: time });
  expect(await runs.events(key)).toHaveLength(1);
  expect(await conversations.rewind(id, { after: 'second' })).toBe(true);
  expect(await conversations.messages(id)).toHaveLength(2);
  expect((await runs.list({ limit: 5, conversationId: id })).runs.map(({ status }) => status)).toEqual([
    'finished',
    'finished',
  ]);
  expect(await runs.latest(id)).toMatchObject({ key: second.key });
  expect(await tasks.get('a', id)).toMatchObject({ id });
  expect((await servers.list()).filter((server) => server.id === id)).toHaveLength(1);
  expect((await approvals.list({ limit: 5, conversationId: id })).approvals).toMatchObject([{ status: 'approved' }]);
  expect((await conversations.list({ limit: 3 })).conversations).not.toEqual([]);
  await store.shared?.claim(60_000);
  await store.shared?.undriven([]);
}
