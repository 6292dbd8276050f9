/** Answers of a JSON schema at OpenAI's doors, asked for by the official SDK. */
import { describe, expect, test } from 'vitest';
import { startAgentRuns } from './support/agent-runs.ts';
import { errorOf, openAiOf } from './support/openai.ts';
import { type Act, finish, scriptedModel, text } from './support/scripted-model.ts';

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const says = (...words: string[]): Act[] => [...text(...words), finish()];
const wrongThenRight = () => scriptedModel([says('{"town":', '"Paris"}'), says('{"city":', ' "Paris"}')]);
const chat = {
  model: 'tester',
  messages: [{ role: 'user' as const, content: 'Where?' }],
  response_format: { type: 'json_schema' as const, json_schema: { name: 'place', schema, strict: true } },
};
const response = {
  model: 'tester',
  input: 'Where?',
  text: { format: { type: 'json_schema' as const, name: 'place', schema, strict: true } },
};

describe('an answer that is to fit a schema', () => {
  test('is the JSON alone at Chat Completions, without the attempt that did not fit', async () => {
    await using server = await startAgentRuns(wrongThenRight(), { outputWay: 'format' });
    const { choices } = await openAiOf(server).chat.completions.parse(chat);
    expect(choices[0]?.message.parsed).toEqual({ city: 'Paris' });
  });

  test('is the JSON alone in a stream of it', async () => {
    await using server = await startAgentRuns(wrongThenRight(), { outputWay: 'format' });
    const completion = await openAiOf(server).chat.completions.stream(chat).finalChatCompletion();
    expect(completion.choices[0]?.message.parsed).toEqual({ city: 'Paris' });
  });

  test('is the JSON alone at Responses, and when it is read again', async () => {
    await using server = await startAgentRuns(wrongThenRight(), { outputWay: 'format' });
    const { responses } = openAiOf(server);
    const { id, output_parsed } = await responses.parse(response);
    expect(output_parsed).toEqual({ city: 'Paris' });
    expect((await responses.retrieve(id)).output_text).toBe('{"city":"Paris"}');
  });

  test('fails with a code of its own where the model does not keep to it', async () => {
    await using server = await startAgentRuns(scriptedModel([says('Paris')]), { outputWay: 'format' });
    expect(await errorOf(openAiOf(server, { maxRetries: 0 }).chat.completions.create(chat))).toMatchObject({
      status: 502,
      code: 'output-invalid',
    });
  });

  test('is refused with its place where the schema is none', async () => {
    await using server = await startAgentRuns(scriptedModel([]));
    const odd = { ...schema, properties: { city: { type: 'town' } } };
    const error = await errorOf(
      openAiOf(server).chat.completions.create({
        ...chat,
        response_format: { type: 'json_schema', json_schema: { name: 'place', schema: odd } },
      }),
    );
    expect([error.status, error.param]).toEqual([422, 'response_format.json_schema.schema.properties.city.type']);
  });
});
