/** The checked output of an answer, at each door that has a place for it. */
import { expect, test } from 'vitest';
import { type ReadEvent, startAgentRuns } from './support/agent-runs.ts';
import { finish, scriptedModel, text } from './support/scripted-model.ts';
import { send, toMessage, user } from './support/vercel-ai.ts';

type Data = ReadEvent['data'];
const output = { city: 'Paris' };
const outputSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const model = () => scriptedModel([[...text('{"city":"Paris"}'), finish()]]);

test.each<[door: string, path: string, body: object, outputOf: (last: Data) => unknown]>([
  ['prompts', '/agents/tester/prompt', { message: 'Where?' }, (last) => last.output],
  ['MCP-UI', '/mcp-ui/tester/', { message: 'Where?' }, (last) => last.output],
  [
    'AG-UI',
    '/ag-ui/tester/',
    { threadId: 't', runId: 'r', messages: [{ id: 'u1', role: 'user', content: 'Where?' }] },
    (last) => last.result?.output,
  ],
])('over %s the last event has it, and none where it was not asked for', async (_door, path, body, outputOf) => {
  const readLast = async (agent: object) => {
    await using server = await startAgentRuns(model(), { outputWay: 'format', agent });
    const events = (await server.read(path, body)).map(({ data }) => data);
    return outputOf(events.at(-1));
  };
  expect(await readLast({ outputSchema })).toEqual(output);
  expect(await readLast({})).toBeUndefined();
});

test('in a chat of the AI SDK the metadata of the message has it', async () => {
  await using server = await startAgentRuns(model(), { outputWay: 'format', agent: { outputSchema } });
  const { metadata } = await toMessage(await send(server, { messages: [user('Where?')] }));
  expect(metadata).toMatchObject({ output });
});
