import { expect, test } from 'vitest';
import { toStoredJson } from '../server/store/stored-json.ts';
import { NO_USAGE } from '../server/store/usage.ts';
import { openStore } from './support/stores.ts';

test.each([
  ['half \ud83d', 'half \ufffd'],
  ['\ude00 half', '\ufffd half'],
  ['whole \ud83d\ude00', 'whole \ud83d\ude00'],
  ['said \\ud83d', 'said \\ud83d'],
  ['said \\\\ud83d and half \ud83d', 'said \\\\ud83d and half \ufffd'],
  ['zero \0', 'zero \0'],
])('%j is stored as %j, as a value and as a key', (said, stored) => {
  expect(JSON.parse(toStoredJson({ [said]: [said] }))).toEqual({ [stored]: [stored] });
});

test('a call whose id holds half a character is one call in its message and in its approval', async () => {
  await using store = await openStore();
  const callId = 'call-\ud83d';
  const { key } = await store.runs.open({ id: 'r', conversationId: 'c', agentId: 'a', messages: [] });
  await store.runs.close({
    key,
    status: 'finished',
    messages: [{ id: 'm', role: 'assistant', content: [{ type: 'tool-call', callId, name: 'look', args: {} }] }],
    usage: NO_USAGE,
    approvals: [{ id: 'appr', callId, tool: 'look', description: '', args: {}, toolHash: '' }],
  });
  const [message] = await store.conversations.messages('c');
  expect(message).toMatchObject({ content: [{ callId: 'call-\ufffd' }] });
  expect(await store.approvals.open('c')).toMatchObject([{ callId: 'call-\ufffd' }]);
});
