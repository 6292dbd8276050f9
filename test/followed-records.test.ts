/** Records that several processes write on PostgreSQL, where wake-ups get lost and the database is away. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { administer } from '../scripts/postgres-server.ts';
import { loadAgents } from '../server/agents/agents.ts';
import { Desires } from '../server/replicas/desires.ts';
import { FollowedRecords } from '../server/replicas/followed-records.ts';
import type { Wake } from '../server/replicas/wake.ts';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import type { Store } from '../server/store/store.ts';
import { hasNoDatabase, openDatabase, type TestDatabase } from './support/postgres.ts';
import { until } from './support/processes.ts';

const noChecks = {
  checkModel: () => undefined,
  findUnknownServers: () => [],
  findUnknownSkills: async () => ({ unknown: [], known: [] }),
};

/** A wake that loses every wake-up, and tells nobody but when {@link lose} is called. */
function createLosingWake(): Pick<Wake, 'on' | 'onLost'> & { lose(): void } {
  const lost = new Set<() => void>();
  return {
    on: () => () => undefined,
    onLost: (listener) => {
      lost.add(listener);
      return () => lost.delete(listener);
    },
    lose() {
      for (const listener of lost) listener();
    },
  };
}

describe.skipIf(hasNoDatabase)('where nobody is ever woken', () => {
  let database: TestDatabase;
  let opened: AsyncDisposableStack;
  beforeEach(async () => {
    opened = new AsyncDisposableStack();
    database = opened.use(await openDatabase());
  });
  afterEach(() => opened.disposeAsync());

  async function startProcess(replica: string, { lookMs = 60_000, revisions }: ProcessOptions = {}) {
    const store = opened.use(await openPostgresStore({ url: database.url, replica }));
    const { service } = store;
    if (!service) throw new Error('the store is not shared');
    const agents = await loadAgents(store.agents, noChecks);
    const desires = new Desires(service.desires, () => undefined);
    await desires.catchUp();
    const wake = createLosingWake();
    const log = { warn: () => undefined };
    const ask = revisions ?? (() => service.revisions());
    const followed = new FollowedRecords({ revisions: ask, wake, lookMs, waitMs: 50, log });
    opened.adopt(followed, (each) => each.close());
    followed.follow('server_desires', desires);
    followed.follow('agents', agents);
    return { store, agents, desires, wake, followed };
  }
  interface ProcessOptions {
    readonly lookMs?: number;
    readonly revisions?: () => ReturnType<NonNullable<Store['service']>['revisions']>;
  }

  test('what another process has changed is found by looking', async () => {
    const one = await startProcess('one');
    const other = await startProcess('other', { lookMs: 20 });
    const changes: string[] = [];
    other.agents.onChange(({ id, status, isForeign }) => changes.push(`${id} ${status} ${isForeign}`));
    await one.agents.create({ id: 'a' });
    await until(() => other.agents.has('a'), 'it is there');
    await one.agents.update('a', { name: 'Other' });
    await until(() => other.agents.get('a').name === 'Other', 'it has changed');
    await one.agents.delete('a');
    await until(() => !other.agents.has('a'), 'it is gone');
    await one.desires.put('wish', () => ({ body: { wish: 'stop' }, secrets: {} }));
    await until(() => other.desires.find('wish') !== undefined, 'the wish is known');
    await one.desires.delete('wish');
    await until(() => other.desires.find('wish') === undefined, 'it was taken back');
    await other.agents.create({ id: 'own' });
    expect(changes).toEqual(['a created true', 'a changed true', 'a deleted true', 'own created false']);
  });

  test('whoever hears that wake-ups were lost looks at once', async () => {
    const one = await startProcess('one');
    const other = await startProcess('other');
    await one.agents.create({ id: 'a' });
    other.wake.lose();
    await until(() => other.agents.has('a'), 'it is there');
  });

  test('a look finds whatever was written before it was asked for, also while others look', async () => {
    const one = await startProcess('one');
    const other = await startProcess('other');
    const looks: Promise<void>[] = [];
    for (let index = 0; index < 50; index++) {
      await one.agents.create({ id: `a${index}` });
      looks.push(other.followed.look().then(() => expect(other.agents.has(`a${index}`)).toBe(true)));
    }
    await Promise.all(looks);
  });

  test('all have one order, whoever has created what while whoever else was away', async () => {
    const one = await startProcess('one');
    const other = await startProcess('other');
    await one.agents.create({ id: 'first' });
    await one.agents.create({ id: 'deleted' });
    await other.agents.create({ id: 'second' });
    await one.agents.create({ id: 'third' });
    await one.agents.delete('deleted');
    await one.agents.create({ id: 'deleted' });
    await other.agents.create({ id: 'last' });
    await one.followed.look();
    const ids = ['first', 'second', 'third', 'deleted', 'last'];
    expect(one.agents.list().map(({ id }) => id)).toEqual(ids);
    expect(other.agents.list().map(({ id }) => id)).toEqual(ids);
    expect((await one.store.agents.list()).map(({ id }) => id)).toEqual(ids);
  });

  test('an update is made of what is stored, though this process has not seen it', async () => {
    const one = await startProcess('one');
    const other = await startProcess('other');
    await one.agents.create({ id: 'a', name: 'First' });
    await other.followed.look();
    await one.agents.update('a', { name: 'Second' });
    expect(await other.agents.update('a', { description: 'New' })).toMatchObject({
      name: 'Second',
      description: 'New',
    });
    await one.agents.delete('a');
    await expect(other.agents.update('a', { name: 'Third' })).rejects.toMatchObject({ code: 'agent-not-found' });
    expect(await one.store.agents.list()).toEqual([]);
  });

  test('of two that are created or named alike, one gets the id', async () => {
    const one = await startProcess('one');
    const other = await startProcess('other');
    await one.agents.create({ id: 'a' });
    await expect(other.agents.create({ id: 'a' })).rejects.toMatchObject({ code: 'agent-exists' });
    await one.agents.create({ name: 'Alike' });
    expect(await other.agents.create({ name: 'Alike' })).toMatchObject({ id: 'alike-2' });
  });

  test('a write whose answer got lost is told of as one of this process', async () => {
    const { store } = await startProcess('one');
    let isLost = true;
    const insert: typeof store.agents.insert = async (record) => {
      const revision = await store.agents.insert(record);
      if (isLost) throw new Error('The connection broke');
      return revision;
    };
    const agents = await loadAgents({ ...store.agents, insert }, noChecks);
    const changes: object[] = [];
    agents.onChange((change) => changes.push(change));
    await expect(agents.create({ id: 'a' })).rejects.toThrow('The connection broke');
    isLost = false;
    await agents.catchUp();
    expect(changes).toEqual([{ id: 'a', status: 'created', isForeign: false }]);
  });

  test('a database of an earlier day is taken as it is', async () => {
    const one = await startProcess('one');
    await one.agents.create({ id: 'kept' });
    const restored = await startProcess('restored');
    for (const id of ['lost', 'lost-too']) await one.agents.create({ id });
    await restored.followed.look();
    await one.store.agents.delete('lost');
    await one.store.agents.delete('lost-too');
    // As if the writes since had never been.
    await administer(database.url, "update counters set value = 1 where name = 'agents'");
    await restored.followed.look();
    expect(restored.agents.list().map(({ id }) => id)).toEqual(['kept']);
    await restored.agents.update('kept', { name: 'Still here' });
    expect(await one.store.agents.list()).toMatchObject([{ id: 'kept', name: 'Still here' }]);
  });

  test('a request waits for a look no longer than it may, and the next ones not at all until the database answers', async () => {
    let answer: (() => void) | undefined;
    let asked = 0;
    const revisions = () => {
      asked++;
      return new Promise<ReadonlyMap<string, number>>((resolve) => {
        answer = () => resolve(new Map());
      });
    };
    const { followed } = await startProcess('one', { revisions });
    await followed.refresh();
    expect(asked).toBe(1);
    // Would wait as long again.
    const outcome = await Promise.race([followed.refresh().then(() => 'at once'), new Promise(setImmediate)]);
    expect(outcome).toBe('at once');
    expect(asked).toBe(1);
    answer?.();
    // As soon as the look has ended, requests wait for another one.
    let waits: Promise<void> | undefined;
    await until(() => {
      waits = followed.refresh();
      return asked === 2;
    }, 'it is asked again');
    answer?.();
    await waits;
  });
});
