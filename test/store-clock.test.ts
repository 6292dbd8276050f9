/** Times of processes whose clocks differ. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { userSays } from './support/loop.ts';
import { hasNoDatabase, openDatabase } from './support/postgres.ts';

afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;

test.skipIf(hasNoDatabase).each([-5 * MINUTE, 5 * MINUTE])(
  'what happened last comes first, also of a process whose clock is %i ms off',
  { timeout: 60_000 },
  async (offMs) => {
    await using database = await openDatabase();
    const openStore = () => openPostgresStore({ url: database.url, replica: randomUUID() });
    await using right = await openStore();
    await using wrong = await openStore();
    /** Does something as a process with a clock that is so wrong would. */
    const on = async (store: typeof right, id: string) => {
      if (store === wrong) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs });
      await store.shared?.beat({ draining: false });
      const opening = { id, conversationId: id, agentId: 'a', messages: [userSays('Hi', id)] };
      const { key } = await store.runs.open(opening);
      const asked = { id, callId: 'c', tool: 't', description: '', args: {}, toolHash: '' };
      await store.runs.close({ key, status: 'finished', messages: [], usage: NO_USAGE, approvals: [asked] });
      await store.tasks.add({
        id,
        agentId: 'a',
        owner: null,
        contextId: id,
        conversationKey: id,
        state: 'completed',
        detail: null,
        runId: null,
        updates: 1,
        body: {},
        changedAt: store.tasks.now(),
      });
      vi.useRealTimers();
    };
    const order = ['1', '2', '3', '4'];
    for (const id of order) await on(Number(id) % 2 ? right : wrong, id);
    const page = { limit: 9 };
    const { runs } = await right.runs.list(page);
    const lists = [
      runs,
      (await right.conversations.list(page)).conversations,
      (await right.approvals.list(page)).approvals,
      (await right.tasks.list({ agentId: 'a', ...page })).tasks,
    ];
    for (const list of lists) expect(list.map(({ id }) => id)).toEqual(order.toReversed());
    for (const { startedAt, endedAt } of runs)
      expect(Date.parse(endedAt ?? '') - Date.parse(startedAt)).toBeLessThan(MINUTE);
  },
);
