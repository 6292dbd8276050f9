/** Over A2A, what door-rules and runs-resume say of the other doors. */
import { expect, test } from 'vitest';
import { readEvents } from '../client/read-events.ts';
import { type A2aTestServer, readStream, says, startA2aServer } from './support/a2a-server.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { type Answer, finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';

interface Told {
  task?: { id: string; status: { state: string }; artifacts?: { parts: { text: string }[] }[] };
  statusUpdate?: { status: { state: string } };
  artifactUpdate?: { artifact: { parts: { text: string }[] } };
}

const ENDED = /COMPLETED|FAILED|CANCELED/;
const stream = (server: A2aTestServer, words: string) =>
  server.rpc('SendStreamingMessage', { message: says(words, { contextId: words }) });
const read = async (response: Promise<Response>): Promise<Told[]> =>
  (await readStream(await response)).map(({ result }) => result as Told);
const wordsOf = (parts: readonly { text: string }[] = []) => parts.map((part) => part.text).join('');

/** What the agent has said, from a stream that began with the task as it was. */
const textOf = (told: readonly Told[]) =>
  told
    .map(({ task, artifactUpdate }) => wordsOf(task?.artifacts?.[0]?.parts) + wordsOf(artifactUpdate?.artifact.parts))
    .join('');
const endsOf = (told: readonly Told[]) =>
  told.flatMap(({ statusUpdate }) => (ENDED.test(statusUpdate?.status.state ?? '') ? statusUpdate?.status.state : []));

/** Reads some events of a stream, and leaves it. */
async function readFirst(response: Response, count: number): Promise<Told[]> {
  const told: Told[] = [];
  if (!response.body) throw new Error('no stream');
  for await (const { data } of readEvents(response.body)) {
    told.push(JSON.parse(data).result);
    if (told.length === count) break;
  }
  return told;
}

test('a stream that is cut after each of its events and followed again tells the whole answer once', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const begins: Answer = [
    ...text('One ').slice(0, 2),
    { wait: gates[0].promise },
    ...text('moment').slice(1, 2),
    { wait: gates[1].promise },
    ...toolCall('c1', 'look', {}),
    finish('tool-calls'),
  ];
  const model = scriptedModel((call): Answer => {
    const isAnswered = model.asked[call]?.prompt.at(-1)?.role === 'tool';
    return isAnswered ? [...text('It is ', 'fine.'), finish()] : begins;
  });
  await using server = await startA2aServer({ model, toolset: toolsetOf({ look: () => ok('fine') }) });
  // The task, that it works, and a word; the next word comes behind the first gate.
  const early = await Promise.all(
    [1, 2, 3].map(async (count) => readFirst(await stream(server, `cut ${count}`), count)),
  );
  const late = readFirst(await stream(server, 'cut 4'), 4);
  gates[0].resolve();
  const cuts = [...early, await late];
  expect(cuts.map(textOf)).toEqual(['', '', 'One ', 'One moment']);
  const followed = cuts.map(([first]) => server.rpc('SubscribeToTask', { id: first?.task?.id }));
  await Promise.all(followed);
  gates[1].resolve();
  for (const rest of followed) {
    const told = await read(rest);
    expect([textOf(told), endsOf(told)]).toEqual(['One moment\n\nIt is fine.', ['TASK_STATE_COMPLETED']]);
    expect(told.at(-1)?.statusUpdate?.status.state).toBe('TASK_STATE_COMPLETED');
  }
});

test('a task that is left is canceled after a reload, and whoever follows it is told so', async () => {
  await using server = await startA2aServer({ model: scriptedModel([[...text('One ').slice(0, 2), 'hang']]) });
  const [first] = await readFirst(await stream(server, 'stop'), 3);
  const following = await server.rpc('SubscribeToTask', { id: first?.task?.id });
  await server.answer('CancelTask', { id: first?.task?.id });
  const told = await read(Promise.resolve(following));
  expect([textOf(told), endsOf(told)]).toEqual(['One ', ['TASK_STATE_CANCELED']]);
});

test('a tool result of 100 KB does no harm to the answer', async () => {
  const model = scriptedModel([
    [...toolCall('c1', 'look', {}), finish('tool-calls')],
    [...text('Long.'), finish()],
  ]);
  await using server = await startA2aServer({ model, toolset: toolsetOf({ look: () => ok('ä'.repeat(100_000)) }) });
  const told = await read(stream(server, 'long'));
  expect([textOf(told), endsOf(told)]).toEqual(['Long.', ['TASK_STATE_COMPLETED']]);
  expect(JSON.stringify(model.asked[1]?.prompt)).toContain('ä'.repeat(100_000));
});

test.each([
  ['before it says anything', [], ''],
  ['in the middle', text('One ', 'moment').slice(0, -1), 'One moment'],
])('a provider that fails %s is a failed task, told once and last, with what was said', async (_, said, words) => {
  await using server = await startA2aServer({ model: scriptedModel([[...said, { fail: new Error('out of order') }]]) });
  const told = await read(stream(server, 'fail'));
  expect([textOf(told), endsOf(told)]).toEqual([words, ['TASK_STATE_FAILED']]);
  expect(told.at(-1)?.statusUpdate?.status.state).toBe('TASK_STATE_FAILED');
});

test('200 tasks stream side by side, each its own', async () => {
  const model = scriptedModel((call): Answer => {
    const said = model.asked[call]?.prompt.at(-1)?.content[0];
    return [...text('You ', 'said ', typeof said === 'object' && said.type === 'text' ? said.text : ''), finish()];
  });
  await using server = await startA2aServer({ model });
  const words = Array.from({ length: 200 }, (_, index) => `word ${index}`);
  const told = await Promise.all(words.map(async (said) => textOf(await read(stream(server, said)))));
  expect(told).toEqual(words.map((said) => `You said ${said}`));
});
