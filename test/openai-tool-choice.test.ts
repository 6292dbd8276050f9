/** What clients say of the use of their tools at OpenAI's doors, as it reaches the model. */
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources';
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { errorOf, openAiOf } from './support/openai.ts';
import { finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const parameters = { type: 'object', properties: { city: { type: 'string' } } };
const names = ['weather', 'news'];
const done = [...text('Done'), finish()];
const calls = (name: string) => [...toolCall(`call-${name}`, name, {}), finish('tool-calls')];

type Said = Partial<Pick<ChatCompletionCreateParamsNonStreaming, 'tool_choice' | 'parallel_tool_calls'>>;
type SaidOfResponse = Partial<Pick<ResponseCreateParamsNonStreaming, 'tool_choice' | 'parallel_tool_calls'>>;
const askChat = (server: AgentRuns, said: Said, offered = names) =>
  openAiOf(server).chat.completions.create({
    model: 'tester',
    messages: [{ role: 'user', content: 'Hi' }],
    ...(offered.length && {
      tools: offered.map((name) => ({ type: 'function' as const, function: { name, parameters } })),
    }),
    ...said,
  });
const askResponse = (server: AgentRuns, said: SaidOfResponse) =>
  openAiOf(server).responses.create({
    model: 'tester',
    input: 'Hi',
    tools: names.map((name) => ({ type: 'function' as const, name, parameters, strict: false })),
    ...said,
  });

describe('a choice of tools', () => {
  const weather = { type: 'function' as const, name: 'weather' };
  test.each<[string, Said['tool_choice'], SaidOfResponse['tool_choice'], object | undefined, string[]]>([
    ['nothing', undefined, undefined, undefined, names],
    ['auto', 'auto', 'auto', undefined, names],
    ['none', 'none', 'none', undefined, []],
    ['required', 'required', 'required', { type: 'required' }, names],
    [
      'one by its name',
      { type: 'function', function: { name: 'weather' } },
      weather,
      { type: 'tool', toolName: 'weather' },
      names,
    ],
    [
      'some that are allowed',
      {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'weather' } }] },
      },
      { type: 'allowed_tools', mode: 'required', tools: [weather] },
      { type: 'required' },
      ['weather'],
    ],
    ['of another kind', { type: 'custom', custom: { name: 'x' } }, { type: 'web_search_preview' }, undefined, names],
  ])('that says %s reaches the model from both doors', async (_, ofChat, ofResponse, told, offered) => {
    const model = scriptedModel([done]);
    await using server = await startAgentRuns(model);
    await askChat(server, ofChat === undefined ? {} : { tool_choice: ofChat });
    await askResponse(server, ofResponse === undefined ? {} : { tool_choice: ofResponse });
    for (const asked of model.asked) {
      expect(asked.toolChoice).toEqual(told);
      expect((asked.tools ?? []).map(({ name }) => name)).toEqual(offered);
    }
    expect(model.asked).toHaveLength(2);
  });

  test('holds until a tool of the client is called, while the agent calls its own on the way', async () => {
    const model = scriptedModel([calls('clock'), calls('weather')]);
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock: () => ok('12:00') }) });
    const { choices } = await askChat(server, { tool_choice: 'required' });
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ id: 'call-weather' }] },
    });
    expect(model.asked.map(({ toolChoice }) => toolChoice)).toEqual([{ type: 'required' }, { type: 'required' }]);
  });

  test('without tools of the client has the agent call one of its own once, and lets it answer then', async () => {
    const model = scriptedModel([calls('clock'), done]);
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock: () => ok('12:00') }) });
    const { choices } = await askChat(server, { tool_choice: 'required' }, []);
    expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Done' } });
    expect(model.asked.map(({ toolChoice }) => toolChoice)).toEqual([{ type: 'required' }, undefined]);
  });

  test('of a tool that the request does not have is refused', async () => {
    await using server = await startAgentRuns(scriptedModel([done]));
    const chat = askChat(server, { tool_choice: { type: 'function', function: { name: 'oracle' } } });
    const response = askResponse(server, { tool_choice: { type: 'function', name: 'oracle' } });
    for (const asked of [chat, response]) {
      expect(await errorOf(asked)).toMatchObject({
        status: 422,
        param: 'tool_choice',
        message: expect.stringContaining('oracle'),
      });
    }
  });

  test('says nothing to a model that has no tools', async () => {
    const model = scriptedModel([done], { provider: 'openai.responses' });
    await using server = await startAgentRuns(model);
    await askChat(server, { tool_choice: 'required', parallel_tool_calls: false }, []);
    expect(model.asked[0]).not.toHaveProperty('toolChoice');
    expect(model.asked[0]).not.toHaveProperty('providerOptions');
  });
});

describe('calls one at a time', () => {
  test.each([
    ['openai.responses', { openai: { parallelToolCalls: false } }],
    ['anthropic.messages', { anthropic: { disableParallelToolUse: true } }],
    ['ollama.chat', undefined],
  ])('are asked for as %s takes it, in each step', async (provider, told) => {
    const model = scriptedModel((call) => (call % 2 ? done : calls('clock')), { provider });
    await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock: () => ok('12:00') }) });
    await askChat(server, { parallel_tool_calls: false });
    await askResponse(server, { parallel_tool_calls: false });
    expect(model.asked.map(({ providerOptions }) => providerOptions)).toEqual([told, told, told, told]);
    await askChat(server, { parallel_tool_calls: true });
    expect(model.asked[4]).not.toHaveProperty('providerOptions');
  });

  test('are asked for beside the form of the answer', async () => {
    const model = scriptedModel([[...text('{"city":"Rome"}'), finish()]], { provider: 'openai.responses' });
    await using server = await startAgentRuns(model, { outputWay: 'format' });
    const { choices } = await openAiOf(server).chat.completions.create({
      model: 'tester',
      messages: [{ role: 'user', content: 'Where?' }],
      tools: [{ type: 'function', function: { name: 'weather', parameters } }],
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'place', schema: parameters } },
    });
    expect(choices[0]?.message.content).toBe('{"city":"Rome"}');
    expect(model.asked[0]?.providerOptions).toEqual({ openai: { parallelToolCalls: false, strictJsonSchema: false } });
  });
});
