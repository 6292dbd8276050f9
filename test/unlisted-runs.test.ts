/** Runs that leave no trace in a conversation: what they are asked and say is in their log alone. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { ok, testAgent, toolsetOf, userSays } from './support/loop.ts';
import { readAll, startRuns } from './support/running.ts';
import { finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { isShared } from './support/stores.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const unlisted = { refusal: 'nobody is asked here' };

test('an unlisted run is counted, and stores none of its messages in a conversation that no list has', async () => {
  await using running = await startRuns(scriptedModel([[...text('Hi'), finish()]]));
  const { store } = running;
  const run = await running.start({ unlisted, note: { by: 'me' }, history: 'given' });
  const listed = await running.start({ conversationId: 'listed' });
  await Promise.all([run.ended, listed.ended]);
  expect((await store.conversations.list({ limit: 10 })).conversations.map(({ id }) => id)).toEqual(['listed']);
  expect(await store.conversations.messages(run.conversationKey)).toEqual([]);
  expect(await store.runs.get(run.storedId)).toMatchObject({
    status: 'finished',
    historyCount: 0,
    usage: { inputTokens: 10 },
  });
  const events = (await readAll(run)).map(({ event }) => event);
  expect(events[0]).toEqual({ type: 'noted', note: { by: 'me' } });
  expect(events).toContainEqual(expect.objectContaining({ type: 'text-delta', delta: 'Hi' }));
});

if (!isShared()) {
  test('a conversation that a restored file calls empty, and is not, is listed', async () => {
    await using folder = await temporaryFolder();
    const answer = scriptedModel([[...text('Hi'), finish()]]);
    {
      await using running = await startRuns(answer, { folder: folder.path });
      await (await running.start({ conversationId: 'restored' })).ended;
      await (await running.start({ conversationId: 'empty', unlisted })).ended;
    }
    const db = new DatabaseSync(join(folder.path, 'agent-runtimes.db'));
    db.exec('update conversations set message_count = 0');
    db.close();
    await using running = await startRuns(answer, { folder: folder.path });
    const { conversations } = await running.store.conversations.list({ limit: 10 });
    expect(conversations.map(({ id }) => id)).toEqual(['restored']);
  });
}

test('a call that would wait for a person is refused in an unlisted run, and the model is told why', async () => {
  const model = scriptedModel([
    [...toolCall('c1', 'send', { to: 'ada' }), finish('tool-calls')],
    [...text('No'), finish()],
  ]);
  await using running = await startRuns(model);
  const sent: unknown[] = [];
  const run = await running.start({
    unlisted,
    agent: () => ({ ...testAgent, approvals: { tools: ['*'] } }),
    toolset: toolsetOf({
      send: (args) => {
        sent.push(args);
        return ok('sent');
      },
    }),
    messages: [userSays('Send it')],
  });
  expect(await run.ended).toEqual({ status: 'finished', pending: [] });
  expect(sent).toEqual([]);
  expect((await readAll(run)).map(({ event }) => event)).toContainEqual(
    expect.objectContaining({
      type: 'tool-result',
      callId: 'c1',
      result: 'Not run: nobody is asked here',
      isError: true,
    }),
  );
});
