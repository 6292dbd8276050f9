/** Stored chats and responses whose answer breaks off, and that are asked for again, by OpenAI's own SDK. */
import type { ChatCompletionMessageParam } from 'openai/resources';
import { describe, expect, test } from 'vitest';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { startCuttingProxy } from './support/cutting-proxy.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { errorOf, openAiOf } from './support/openai.ts';
import { type Act, finish, type ScriptedModel, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const broken: Act = { fail: new Error('the model broke') };
const user = (content: string): ChatCompletionMessageParam => ({ role: 'user', content });
const assistant = (content: string): ChatCompletionMessageParam => ({ role: 'assistant', content });
const inConversation = { headers: { 'X-Conversation-Id': 'c' } };
const hello = { model: 'tester', messages: [user('Time?')] };
const tools = { clock: () => ok('12:00') };
/** What is stored, with the texts of each message. */
const storedOf = async (server: AgentRuns) =>
  (await server.store.conversations.messages('c')).map(({ role, ...message }) => {
    const content = 'content' in message && Array.isArray(message.content) ? message.content : [];
    return [role, content.map((part) => ('text' in part ? part.text : part.type)).join()];
  });
const WHOLE = [
  ['user', 'Time?'],
  ['assistant', 'See: ,tool-call'],
  ['tool', ''],
  ['assistant', 'It is noon'],
];

/** Calls the clock, and then tells the time; `before` happens before the last word as long as it is there. */
function clockModel(before: () => Act | undefined): ScriptedModel {
  const model: ScriptedModel = scriptedModel((call) => {
    const isTold = model.asked[call]?.prompt.at(-1)?.role === 'tool';
    if (!isTold) return [...text('See: '), ...toolCall(`c${call}`, 'clock', {}), finish('tool-calls')];
    const [began, it, is, ...rest] = text('It ', 'is ', 'noon') as [Act, Act, Act, ...Act[]];
    const act = before();
    return [began, it, is, ...(act ? [act] : []), ...rest, finish()];
  });
  return model;
}

describe('a stored chat whose answer breaks off', () => {
  test('is cut after each of its pieces, asked for again, and answered once: nothing is lost or doubled', async () => {
    for (let after = 1; after <= 4; after++) {
      let isHeld = true;
      const model = clockModel(() => (isHeld ? 'hang' : undefined));
      await using server = await startAgentRuns(model, { toolset: toolsetOf(tools) });
      await using proxy = await startCuttingProxy(server.url, (connection) =>
        connection === 1 ? { after, how: 'cut' } : undefined,
      );
      const { completions } = openAiOf(proxy).chat;
      const cut = completions.stream(hello, inConversation).finalContent();
      await cut.catch(() => undefined);
      await expect.poll(() => server.runs.activeRuns()).toEqual([]);
      isHeld = false;
      expect(await completions.stream(hello, inConversation).finalContent()).toBe('See: \n\nIt is noon');
      expect(await storedOf(server)).toEqual(WHOLE);
    }
  });

  test('as its provider fails, is asked for again and again, and answered once', async () => {
    let failures = 2;
    const model = clockModel(() => (failures-- > 0 ? broken : undefined));
    await using server = await startAgentRuns(model, { toolset: toolsetOf(tools) });
    const { completions } = openAiOf(server).chat;
    for (let count = 0; count < 2; count++) {
      expect(await errorOf(completions.create(hello, inConversation))).toMatchObject({ code: 'model-failed' });
    }
    expect((await completions.create(hello, inConversation)).choices[0]?.message.content).toContain('noon');
    expect(await storedOf(server)).toEqual(WHOLE);
  });

  test('goes on behind what came of it where the client has that, or says something else', async () => {
    let failures = 2;
    const model = clockModel(() => (failures-- > 0 ? broken : undefined));
    await using server = await startAgentRuns(model, { toolset: toolsetOf(tools) });
    const { completions } = openAiOf(server).chat;
    await errorOf(completions.create(hello, inConversation));
    const heard = [...hello.messages, assistant('See:\n\nIt is'), user('Time?')];
    await errorOf(completions.create({ ...hello, messages: heard }, inConversation));
    await completions.create({ ...hello, messages: [user('Now?')] }, inConversation);
    expect((await storedOf(server)).filter(([role]) => role === 'user')).toEqual([
      ['user', 'Time?'],
      ['user', 'Time?'],
      ['user', 'Now?'],
    ]);
  });

  test('that was finished is gone on with where the same is said once more', async () => {
    await using server = await startAgentRuns(
      clockModel(() => undefined),
      { toolset: toolsetOf(tools) },
    );
    const { completions } = openAiOf(server).chat;
    for (let count = 0; count < 2; count++) await completions.create(hello, inConversation);
    expect(await storedOf(server)).toEqual([...WHOLE, ...WHOLE]);
  });
});

test('a response in a conversation that is named, whose client left, is asked for again and answered once', async () => {
  let isHeld = true;
  const model = clockModel(() => (isHeld ? 'hang' : undefined));
  await using server = await startAgentRuns(model, { toolset: toolsetOf(tools) });
  const { responses } = openAiOf(server);
  const ask = { model: 'tester', input: 'Time?', conversation: 'c' };
  for await (const event of await responses.create({ ...ask, stream: true })) {
    if (event.type === 'response.output_text.delta' && event.delta === 'is ') break;
  }
  await expect.poll(() => server.runs.activeRuns()).toEqual([]);
  isHeld = false;
  expect((await responses.create(ask)).output_text).toBe('See: It is noon');
  expect(await storedOf(server)).toEqual(WHOLE);
});
