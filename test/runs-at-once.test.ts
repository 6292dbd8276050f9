/** Runs that begin and end by one statement each on PostgreSQL, and what stands in the way of that. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import type { Store } from '../server/store/store.ts';
import type { RunOpening } from '../server/store/stored-runs.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { userSays } from './support/loop.ts';
import { hasNoDatabase, openDatabase, query, type TestDatabase } from './support/postgres.ts';

vi.setConfig({ testTimeout: 60_000 });

const open = ({ runs }: Store, id: string, more: Partial<RunOpening> = {}) =>
  runs.open({ id, conversationId: 'c', agentId: 'a', messages: [userSays(`Hi from ${id}`, `said in ${id}`)], ...more });
const close = ({ runs }: Store, key: string) =>
  runs.close({ key, status: 'finished', messages: [userSays('Ho', `end of ${key}`)], usage: NO_USAGE });

describe.skipIf(hasNoDatabase)('a run on PostgreSQL', () => {
  let database: TestDatabase;
  let store: Store;
  const done: string[] = [];
  beforeEach(async () => {
    database = await openDatabase();
    store = await openPostgresStore({
      url: database.url,
      replica: randomUUID(),
      onStatement: (work) => done.push(work),
    });
    done.splice(0);
  });
  afterEach(async () => {
    await store.close();
    await database.close();
  });

  /** The messages of the conversation, by their numbers. */
  const numbered = async () => {
    const rows = await query(database.url, 'select seq::text || $$ $$ || id from messages order by seq');
    return { rows, count: (await store.conversations.find('c'))?.messageCount };
  };

  /** Does `work` while somebody else is about to commit `statements`, which it has to wait for. */
  async function whileWriting<Result>(
    statements: string,
    work: () => Promise<Result>,
  ): Promise<PromiseSettledResult<Result>> {
    const other = new Client({ connectionString: database.url });
    await other.connect();
    await other.query(`begin; ${statements}`);
    const working = Promise.allSettled([work()]);
    const waits = `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    await vi.waitUntil(async () => (await query(database.url, waits))[0] !== 0, { timeout: 30_000, interval: 50 });
    await other.query('commit');
    await other.end();
    const [settled] = await working;
    return settled;
  }

  test('begins by one statement and ends by one, in a new conversation and in one that is there', async () => {
    for (const id of ['first', 'second']) {
      await open(store, id);
      expect(done.splice(0)).toEqual(['write']);
      await close(store, id);
      expect(done.splice(0)).toEqual(['write']);
    }
    expect(await numbered()).toEqual({
      rows: ['1 said in first', '2 end of first', '3 said in second', '4 end of second'],
      count: 4,
    });
    expect(await store.conversations.find('c')).toMatchObject({ title: 'Hi from first' });
    expect(await store.runs.sums({})).toMatchObject({ runs: 2 });
  });

  test('says in one statement what the conversation does not have yet, each message once', async () => {
    const said = (...ids: string[]) => ids.map((id) => userSays(`It is ${id}`, id));
    await open(store, 'first', { messages: said('a', 'b', 'a') });
    await close(store, 'first');
    done.splice(0);
    await open(store, 'second', { messages: said('b', 'd', 'end of first', 'c') });
    expect(done).toEqual(['write']);
    expect(await numbered()).toEqual({ rows: ['1 a', '2 b', '3 end of first', '4 d', '5 c'], count: 5 });
    expect(await store.runs.get('second')).toMatchObject({ historyCount: 5 });
  });

  test('says whether a task waits on its conversation', async () => {
    expect(await open(store, 'first')).toMatchObject({ hasWaitingTask: false });
    await close(store, 'first');
    await query(
      database.url,
      `insert into tasks (id, agent_id, context_id, conversation_key, state, body, changed_at)
        values ('task', 'a', 'c', 'c', 'input-required', '{}', '2026-01-01T00:00:00.000Z') returning id`,
    );
    done.splice(0);
    expect(await open(store, 'second')).toMatchObject({ hasWaitingTask: true });
    expect(done).toEqual(['write']);
  });

  test('ends behind what somebody else has said meanwhile', async () => {
    await open(store, 'r');
    const others = `update conversations set message_count = 2;
      insert into messages select conversation_key, 2, 'of another', body, created_at from messages`;
    expect(await whileWriting(others, () => close(store, 'r'))).toMatchObject({ status: 'fulfilled' });
    expect(await numbered()).toEqual({ rows: ['1 said in r', '2 of another', '3 end of r'], count: 3 });
    expect(await store.runs.get('r')).toMatchObject({ status: 'finished' });
    expect(await store.runs.sums({})).toMatchObject({ runs: 1 });
  });

  test('is lost, with what it says, when another process takes it over as it ends', async () => {
    await open(store, 'r');
    const others = `update runs set replica = 'another', fence = fence + 1`;
    expect(await whileWriting(others, () => close(store, 'r'))).toMatchObject({
      status: 'rejected',
      reason: { name: 'RunLostError' },
    });
    expect(await numbered()).toEqual({ rows: ['1 said in r'], count: 1 });
    expect(await store.runs.sums({})).toMatchObject({ runs: 0 });
  });

  test('ends as nothing when its conversation is deleted meanwhile', async () => {
    await open(store, 'r');
    expect(await whileWriting('delete from conversations', () => close(store, 'r'))).toMatchObject({
      status: 'fulfilled',
    });
    expect(await numbered()).toEqual({ rows: [], count: undefined });
  });

  test('begins behind what somebody else has said meanwhile', async () => {
    await open(store, 'first');
    await close(store, 'first');
    const others = `update conversations set message_count = 3;
      insert into messages select conversation_key, 3, 'of another', body, created_at from messages where seq = 1`;
    expect(await whileWriting(others, () => open(store, 'second'))).toMatchObject({ status: 'fulfilled' });
    expect((await numbered()).rows.slice(2)).toEqual(['3 of another', '4 said in second']);
    expect(await store.runs.get('second')).toMatchObject({ historyCount: 4 });
  });

  test('begins in a conversation that somebody else makes meanwhile', async () => {
    const others = `
      insert into conversations (key, id, agent_id, title, message_count, created_at, updated_at)
        values ('c', 'c', 'a', 'By another', 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');
      insert into messages values ('c', 1, 'of another', '{}', '2026-01-01T00:00:00.000Z')`;
    expect(await whileWriting(others, () => open(store, 'r'))).toMatchObject({ status: 'fulfilled' });
    expect(await numbered()).toEqual({ rows: ['1 of another', '2 said in r'], count: 2 });
    expect(await store.conversations.find('c')).toMatchObject({ title: 'By another' });
  });

  test('does not begin while another ends that leaves a call to a person', async () => {
    await open(store, 'first');
    const others = `select 1 from conversations for update;
      update runs set status = 'finished';
      insert into approvals (id, run_key, conversation_key, agent_id, call_id, tool, description, args, tool_hash, status, created_at,
          run_id, conversation_id)
        values ('approval', 'first', 'c', 'a', 'call', 'send', '', '{}', '', 'pending', '2026-01-01T00:00:00.000Z', 'first', 'c')`;
    expect(await whileWriting(others, () => open(store, 'second'))).toMatchObject({
      status: 'rejected',
      reason: { code: 'approval-pending' },
    });
    expect(await numbered()).toEqual({ rows: ['1 said in first'], count: 1 });
  });
});
