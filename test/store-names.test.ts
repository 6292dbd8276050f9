/** How a store tells conversations and runs of one name apart. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { EVERYBODY, type Principal } from '../server/call/principal.ts';
import type { Message } from '../server/store/messages.ts';
import type { Store } from '../server/store/store.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { userSays } from './support/loop.ts';
import { undoSums } from './support/old-store.ts';
import { isShared, openPlace, openStore } from './support/stores.ts';

const anna: Principal = { name: 'anna', seesAll: false };
const ben: Principal = { name: 'ben', seesAll: false };
const end = { status: 'finished', messages: [], usage: NO_USAGE } as const;

/** Runs once on the conversation that a principal means by an id. */
async function run(
  store: Store,
  principal: Principal,
  { id, in: conversation, messages = [] }: { id: string; in: string; messages?: Message[] },
) {
  const { key: conversationKey, id: conversationId, owner } = await store.conversations.name(conversation, principal);
  const opening = { id, conversationId, conversationKey, owner, agentId: 'a', messages };
  const { key } = await store.runs.open(opening);
  await store.runs.close({ key, ...end });
  return key;
}

if (!isShared()) {
  it('a conversation that a key had before names were its own is still that key’s, and others may have one of its name', async () => {
    await using folder = await openPlace();
    {
      await using store = await openStore({ folder: folder.path });
      await run(store, EVERYBODY, { id: 'r', in: 'diary' });
      await run(store, EVERYBODY, { id: 'old-run', in: 'old' });
      await store.tasks.add({
        id: 't',
        agentId: 'a',
        owner: 'anna',
        contextId: 'diary',
        conversationKey: 'diary',
        state: 'input-required',
        detail: null,
        runId: null,
        updates: 1,
        body: {},
        changedAt: '2026-01-01T00:00:00.000Z',
      });
    }
    // The file as the version before left it: ids were keys, and an owner stood beside them.
    const database = new DatabaseSync(join(folder.path, 'agent-runtimes.db'));
    undoSums(database);
    database.exec(`
    drop index conversations_by_id; drop index runs_by_id;
    alter table conversations drop column id; alter table conversations rename column key to id;
    alter table messages rename column conversation_key to conversation_id;
    alter table runs drop column id; alter table runs rename column key to id;
    alter table runs drop column conversation_id; alter table runs rename column conversation_key to conversation_id;
    alter table run_events rename column run_key to run_id;
    alter table approvals drop column run_id; alter table approvals rename column run_key to run_id;
    alter table approvals drop column conversation_id;
    alter table approvals rename column conversation_key to conversation_id;
    alter table tasks drop column conversation_key;
    delete from schema_versions where version > 6;
    update conversations set owner = 'anna' where id = 'diary';
  `);
    database.close();

    await using store = await openStore({ folder: folder.path });
    expect(await store.conversations.name('diary', anna)).toMatchObject({ key: 'diary', id: 'diary', owner: 'anna' });
    expect(await store.conversations.name('diary', ben)).toEqual({ key: '["ben","diary"]', id: 'diary', owner: 'ben' });
    expect(await store.conversations.name('old', ben)).toMatchObject({ key: 'old', id: 'old', owner: null });
    expect(await store.tasks.waitingOn('diary')).toMatchObject({ id: 't', conversationKey: 'diary' });
    expect(await store.runs.get('r', ben)).toBeUndefined();
    await expect(run(store, anna, { id: 'r', in: 'diary' })).rejects.toMatchObject({ code: 'run-exists' });
    expect(await run(store, ben, { id: 'r', in: 'diary' })).toBe('["ben","r"]');
    expect(await store.runs.get('r', ben)).toMatchObject({ id: 'r', conversationId: 'diary', key: '["ben","r"]' });
    expect(await store.runs.get('r', anna)).toMatchObject({ id: 'r', conversationId: 'diary', key: 'r' });
    expect((await store.runs.list({ limit: 9, conversationId: 'diary', principal: anna })).runs).toHaveLength(1);
    expect(await store.conversations.delete('["ben","diary"]')).toBe(true);
    expect(await store.conversations.get('diary', ben)).toBeUndefined();
    expect(await store.conversations.get('diary', anna)).toMatchObject({ key: 'diary' });
  });
}

it('a name that looks like what the store knows another by takes nothing of that', async () => {
  await using store = await openStore();
  await run(store, EVERYBODY, { id: '["ben","r"]', in: '["ben","diary"]' });
  expect(await store.conversations.name('diary', ben)).toEqual({ key: `["ben","diary"]'`, id: 'diary', owner: 'ben' });
  await run(store, ben, { id: 'other', in: 'diary' });
  expect(await store.conversations.name('diary', ben)).toMatchObject({ key: `["ben","diary"]'`, id: 'diary' });
  await expect(run(store, ben, { id: 'r', in: 'diary' })).rejects.toMatchObject({ code: 'run-exists' });
});

it('a page of conversations goes on behind a name of any length and script', async () => {
  await using store = await openStore();
  for (const letter of ['a', '日', '\u0001']) {
    await run(store, ben, { id: letter, in: letter.repeat(256), messages: [userSays('Hi', 'u1')] });
  }
  const seen: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await store.conversations.list({ limit: 1, principal: ben, cursor });
    seen.push(...page.conversations.map(({ id }) => id));
    if (page.nextCursor === null) break;
    expect(page.nextCursor.length).toBeLessThan(4096);
    cursor = page.nextCursor;
  }
  expect(seen.toSorted()).toEqual(['\u0001'.repeat(256), 'a'.repeat(256), '日'.repeat(256)]);
});
