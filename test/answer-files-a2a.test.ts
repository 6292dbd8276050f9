/** The files of an answer over A2A, where each is an artifact of its own. */
import { expect, test } from 'vitest';
import { readStream, says, startA2aServer } from './support/a2a-server.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { type Act, file, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PNG = 'iVBORw0KGgo=';
const PDF = Buffer.from('%PDF-1.7').toString('base64');
const URL_OF_IMAGE = 'https://files.test/far.png';
const draws: Act[] = [
  ...text('See '),
  file('image/png', PNG),
  ...text('and '),
  file('application/pdf', PDF),
  file('image/png', new URL(URL_OF_IMAGE)),
  finish(),
];
const part = (content: object, filename: string, mediaType: string) => ({ ...content, filename, mediaType });
const artifacts = [
  { artifactId: 'response', name: 'Response', parts: [{ text: 'See and ' }] },
  { artifactId: 'file-1', name: 'File 1', parts: [part({ raw: PNG }, 'output.png', 'image/png')] },
  { artifactId: 'file-2', name: 'File 2', parts: [part({ raw: PDF }, 'output-2.pdf', 'application/pdf')] },
  { artifactId: 'file-3', name: 'File 3', parts: [part({ url: URL_OF_IMAGE }, 'far.png', 'image/png')] },
];
const ask = { message: says('Draw') };

test('has each as an artifact of its own, streamed, whole, and after a restart', async () => {
  await using folder = await temporaryFolder();
  let id = '';
  {
    await using server = await startA2aServer({ model: scriptedModel([draws]), folder: folder.path });
    const told = await readStream(await server.rest('POST', '/message:stream', ask));
    const updates = told.flatMap(({ artifactUpdate }) => (artifactUpdate ? Object(artifactUpdate).artifact : []));
    expect(updates.filter(({ name }) => name.startsWith('File'))).toEqual(artifacts.slice(1));
    const { result } = Object(await server.answer('SendMessage', ask));
    expect(result.task).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' }, artifacts });
    id = result.task.id;
  }
  await using server = await startA2aServer({ model: scriptedModel([draws]), folder: folder.path });
  expect(Object(await server.answer('GetTask', { id })).result).toMatchObject({ artifacts });
});

test('has them in the form of 0.3', async () => {
  await using server = await startA2aServer({ model: scriptedModel([draws]) });
  const message = { kind: 'message', messageId: 'm1', role: 'user', parts: [{ kind: 'text', text: 'Draw' }] };
  const sent = { message, configuration: { blocking: true } };
  const { result } = Object(await server.answer('message/send', sent, { 'a2a-version': '0.3' }));
  expect(result.artifacts.slice(1).map(({ parts }: { parts: object[] }) => parts)).toMatchObject([
    [{ kind: 'file', file: { bytes: PNG, mimeType: 'image/png', name: 'output.png' } }],
    [{ kind: 'file', file: { bytes: PDF, mimeType: 'application/pdf', name: 'output-2.pdf' } }],
    [{ kind: 'file', file: { uri: URL_OF_IMAGE, mimeType: 'image/png', name: 'far.png' } }],
  ]);
});

test('keeps those from before a person was asked', async () => {
  const asks = [file('image/png', PNG), ...toolCall('c1', 'sign', {}), finish('tool-calls')];
  const model = scriptedModel([asks, [...text('Signed'), file('text/csv', 'YSxi'), finish()]]);
  const toolset = toolsetOf({ sign: () => ok('signed') });
  await using server = await startA2aServer({ model, toolset, approvals: ['sign'] });
  const { task } = Object(await server.answer('SendMessage', ask)).result;
  expect(task.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
  const reply = { message: says('approve', { taskId: task.id, contextId: task.contextId }) };
  const { result } = Object(await server.answer('SendMessage', reply));
  expect(result.task.artifacts).toEqual([
    { artifactId: 'response', name: 'Response', parts: [{ text: 'Signed' }] },
    artifacts[1],
    { artifactId: 'file-2', name: 'File 2', parts: [part({ raw: 'YSxi' }, 'output-2.csv', 'text/csv')] },
  ]);
});
