/** The modes of an editor's session, in both ways that the protocol has for them. */
import { expect, test } from 'vitest';
import { callsOf, choose, connectEditor, type Editor, socketTo, textOf } from './support/acp.ts';
import { startAgentRuns } from './support/agent-runs.ts';
import { ok, toolsetOf } from './support/loop.ts';
import { type Act, finish, type ScriptedModel, scriptedModel, text, toolCall } from './support/scripted-model.ts';

const says = (...words: string[]): Act[] => [...text(...words), finish()];
const callsClock = (id: string): Act[] => [...toolCall(id, 'clock', {}), finish('tool-calls')];

/** A server whose agent looks at the clock and then answers, turn after turn. */
async function start() {
  const model = scriptedModel((call) => (call % 2 ? says('Noon') : callsClock(`c${call}`)));
  const server = await startAgentRuns(model, { toolset: toolsetOf({ clock: async () => ok('12:00') }) });
  return { model, server };
}

const toolsOf = (model: ScriptedModel) => model.asked.map(({ tools = [] }) => tools.length);
const modesIn = (editor: Editor, id: string) =>
  (editor.updates.get(id) ?? []).flatMap((update): unknown[] => {
    if (update.sessionUpdate === 'current_mode_update') return [update.currentModeId];
    if (update.sessionUpdate !== 'config_option_update') return [];
    return update.configOptions.map((option) => 'currentValue' in option && option.currentValue);
  });
const errorOf = (request: Promise<unknown>) =>
  request.then(
    () => undefined,
    (cause) => cause,
  );

test('are told when a session opens, once for older editors and once for newer ones', async () => {
  const { server } = await start();
  await using _ = server;
  await using editor = await connectEditor(socketTo(server));
  const opened = await editor.agent.request('session/new', { cwd: '/work', mcpServers: [] });
  expect(opened).toMatchObject({
    modes: { currentModeId: 'agent', availableModes: [{ id: 'agent' }, { id: 'ask' }, { id: 'chat' }] },
    configOptions: [
      {
        type: 'select',
        id: 'mode',
        category: 'mode',
        currentValue: 'agent',
        options: [{ value: 'agent' }, { value: 'ask' }, { value: 'chat' }],
      },
    ],
  });
});

test('ask: every tool call waits for the user, also in the runs that act on an answer', async () => {
  const model = scriptedModel([callsClock('c1'), callsClock('c2'), says('Noon')]);
  await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock: async () => ok('12:00') }) });
  await using editor = await connectEditor(socketTo(server), {
    decide: ({ toolCall: { toolCallId } }) => choose(toolCallId === 'c1' ? 'allow' : 'reject'),
  });
  const sessionId = await editor.open();
  expect(await editor.agent.request('session/set_mode', { sessionId, modeId: 'ask' })).toEqual({});
  expect(modesIn(editor, sessionId)).toEqual(['ask', 'ask']);
  expect(await editor.say(sessionId, 'Time?')).toEqual({ stopReason: 'end_turn' });
  expect(editor.asked).toMatchObject([{ toolCall: { toolCallId: 'c1' } }, { toolCall: { toolCallId: 'c2' } }]);
  expect(callsOf(editor.updates.get(sessionId))).toMatchObject([{ status: 'completed' }, { status: 'failed' }]);
  expect(textOf(editor.updates.get(sessionId))).toBe('Noon');
});

test('chat: the model is told of no tools, and a call on its way is not run; the next mode brings them back', async () => {
  const { model, server } = await start();
  await using _ = server;
  await using editor = await connectEditor(socketTo(server));
  const sessionId = await editor.open();
  const option = { sessionId, configId: 'mode', value: 'chat' };
  expect(await editor.agent.request('session/set_config_option', option)).toMatchObject({
    configOptions: [{ id: 'mode', currentValue: 'chat' }],
  });
  expect(modesIn(editor, sessionId)).toEqual(['chat', 'chat']);
  await editor.say(sessionId, 'Time?');
  expect(toolsOf(model)).toEqual([0, 0]);
  expect(callsOf(editor.updates.get(sessionId))).toMatchObject([{ status: 'failed' }]);
  await editor.agent.request('session/set_mode', { sessionId, modeId: 'agent' });
  await editor.say(sessionId, 'Time?');
  expect(toolsOf(model)).toEqual([0, 0, 1, 1]);
  expect(editor.asked).toEqual([]);
});

test('chat: a call that the model has begun while there were tools is not run', async () => {
  const gate = Promise.withResolvers<void>();
  const [begin, ...rest] = callsClock('c1') as [Act, ...Act[]];
  const model = scriptedModel([[begin, { wait: gate.promise }, ...rest], says('Later')]);
  let runs = 0;
  const clock = async () => ok(`${++runs}`);
  await using server = await startAgentRuns(model, { toolset: toolsetOf({ clock }) });
  await using editor = await connectEditor(socketTo(server));
  const sessionId = await editor.open();
  const turn = editor.say(sessionId, 'Time?');
  await expect.poll(() => callsOf(editor.updates.get(sessionId))).toHaveLength(1);
  await editor.agent.request('session/set_mode', { sessionId, modeId: 'chat' });
  gate.resolve();
  expect(await turn).toEqual({ stopReason: 'end_turn' });
  expect(runs).toBe(0);
  expect(callsOf(editor.updates.get(sessionId))).toMatchObject([
    { status: 'failed', content: [{ content: { text: expect.stringContaining('the user wants no tools') } }] },
  ]);
});

test('that are not there are refused, and a session that is loaded again on its connection keeps its own', async () => {
  const { server } = await start();
  await using _ = server;
  await using editor = await connectEditor(socketTo(server));
  const sessionId = await editor.open();
  await editor.say(sessionId, 'Time?');
  const refused = { code: -32602, data: { code: 'validation-failed' } };
  const set = (method: 'session/set_mode' | 'session/set_config_option', params: object) =>
    errorOf(editor.agent.request(method, { sessionId, ...params } as never));
  expect(await set('session/set_mode', { modeId: 'yolo' })).toMatchObject(refused);
  expect(await set('session/set_config_option', { configId: 'mode', value: 'yolo' })).toMatchObject(refused);
  expect(await set('session/set_config_option', { configId: 'model', value: 'ask' })).toMatchObject(refused);
  expect(await set('session/set_mode', { sessionId: 'other', modeId: 'ask' })).toMatchObject({ code: -32002 });
  await editor.agent.request('session/set_mode', { sessionId, modeId: 'ask' });
  const again = { sessionId, cwd: '/work', mcpServers: [] };
  expect(await editor.agent.request('session/load', again)).toMatchObject({ modes: { currentModeId: 'ask' } });
});
