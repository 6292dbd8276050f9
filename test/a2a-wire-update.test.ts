import { expect, test } from 'vitest';
import type { A2aUpdate } from '../server/protocols/a2a/json.ts';
import { loadA2aSdk } from '../server/protocols/a2a/sdk.ts';
import { toWireUpdate } from '../server/protocols/a2a/wire-update.ts';

const TASK = { taskId: 'task-1', contextId: 'conv-1' };
const TEXT = { artifactId: 'response', name: 'Response', parts: [{ text: 'Hello "you" \u2028' }] };
const FILE = {
  artifactId: 'file-1',
  name: 'File 1',
  parts: [{ raw: 'aGk=', mediaType: 'text/plain', filename: 'a.txt' }],
};

const piece = (artifact: object, rest: object): A2aUpdate =>
  ({ artifactUpdate: { ...TASK, artifact, append: false, lastChunk: false, ...rest } }) as A2aUpdate;

test.each([
  ['the first piece of a text', piece(TEXT, {})],
  ['another piece of it', piece(TEXT, { append: true })],
  ['an empty piece', piece({ ...TEXT, parts: [{ text: '' }] }, { append: true })],
  ['a piece after which it is cut', piece({ ...TEXT, metadata: { isCut: true } }, { append: true })],
  ['a whole text', piece(TEXT, { lastChunk: true })],
  ['a file', piece(FILE, {})],
  ['several parts', piece({ ...TEXT, parts: [{ text: 'a' }, { text: 'b' }] }, {})],
  [
    'a status',
    { statusUpdate: { ...TASK, status: { state: 'TASK_STATE_WORKING', timestamp: '2026-11-28T00:00:00.000Z' } } },
  ],
] satisfies [string, A2aUpdate][])('%s is, byte for byte, what the codec of the SDK writes', async (_, update) => {
  const sdk = await loadA2aSdk();
  const { StreamResponse } = sdk.types;
  const written = JSON.stringify(StreamResponse.toJSON(StreamResponse.fromJSON(update)));
  expect(written).toContain('task-1');
  expect(JSON.stringify(toWireUpdate(update, sdk))).toBe(written);
});
