import { expect, test } from 'vitest';
import { joinToolsets } from '../server/agents/agent-toolset.ts';
import { EVERYBODY } from '../server/call/principal.ts';
import { sayToolUse } from '../server/runs/say-tool-use.ts';
import { offerTools } from '../server/runs/tool-calls.ts';
import type { ToolDefinition, Toolset } from '../server/runs/toolset.ts';
import { createAskToolset } from '../server/subagents/ask-toolset.ts';
import { scriptedModel } from './support/scripted-model.ts';

const signal = new AbortController().signal;
const toolset = (from: string, names: string[], prepared: string[] = []): Toolset => ({
  async prepare() {
    prepared.push(from);
    return [`${from}-server`, 'shared'];
  },
  list: () => names.map((name) => ({ name, description: from, inputSchema: {} })),
  call: async (name) => ({ result: `${name} of ${from}`, isError: false }),
});

test('joined toolsets are one: all are prepared, and each call goes to the first that has the tool', async () => {
  const prepared: string[] = [];
  const names = ['b', 'c'];
  const joined = joinToolsets([toolset('one', ['a', 'b'], prepared), toolset('two', names, prepared)]);
  expect(await joined.prepare?.({ signal })).toEqual(['one-server', 'shared', 'two-server']);
  expect(prepared).toEqual(['one', 'two']);
  expect(joined.list().map(({ name, description }) => `${name} of ${description}`)).toEqual([
    'a of one',
    'b of one',
    'c of two',
  ]);
  expect(await joined.call('b', {}, { signal })).toEqual({ result: 'b of one', isError: false });
  expect(await joined.call('c', {}, { signal })).toEqual({ result: 'c of two', isError: false });
  names.splice(1, 1, 'd');
  expect(await joined.call('d', {}, { signal })).toEqual({ result: 'd of two', isError: false });
  expect(await joined.call('c', {}, { signal })).toEqual({ result: "There is no tool 'c' any more", isError: true });
});

test('a toolset that needs no preparation is joined too', async () => {
  const { list, call } = toolset('one', ['a']);
  const joined = joinToolsets([{ list, call }]);
  expect(await joined.prepare?.({ signal })).toEqual([]);
  expect(joined.list()).toHaveLength(1);
});

test('joined toolsets give out one list until one of them has others, so that what follows from it is made once', () => {
  const tool = (name: string) => ({ name, description: name, inputSchema: {} });
  const [one, two, two2] = [tool('one'), tool('two'), { ...tool('two'), description: 'changed' }];
  let second = [two];
  const first = [one];
  const join = () => joinToolsets([listing(() => first), listing(() => second)]);
  const list = join().list();
  expect(list).toEqual([one, two]);
  second = [two];
  expect(join().list()).toBe(list);
  second = [two2];
  expect(join().list()).toEqual([one, two2]);
  second = [];
  expect(join().list()).toEqual([one]);
});

const listing = (list: Toolset['list']): Toolset => ({ list, call: async () => ({ result: '', isError: false }) });

test('an agent that may be asked is the same tool until it changes', () => {
  const unused = { startRun: fail, approvals: { get: fail }, findRun: fail, principal: EVERYBODY };
  let asked = { id: 'writer', name: 'Writer', description: '' };
  const list = () => createAskToolset({ ...unused, agents: () => [asked] }).list();
  const [tool] = list();
  expect(tool).toMatchObject({
    name: 'ask_writer',
    description: 'Asks the agent "Writer", and answers with what it says.',
  });
  expect(list()[0]).toBe(tool);
  asked = { ...asked, name: 'Editor' };
  expect(list()[0]).toMatchObject({ description: 'Asks the agent "Editor", and answers with what it says.' });
});

const fail = () => Promise.reject(new Error('nobody is asked'));

test('what a provider is told of the tools of an agent is made once; what it is not told is noted each time', () => {
  const noted: unknown[] = [];
  const broken = { name: 'odd name', description: '', inputSchema: {} };
  let tools = [{ name: 'good', description: 'Does good', inputSchema: { type: 'object' } }, broken];
  const own: Toolset = {
    ...listing(() => tools),
    noteUnsaid: (unsaid) => noted.push(...unsaid.map(({ name }) => name)),
  };
  const log = { error: () => undefined };
  const say = (provider: string, callerTools: ToolDefinition[] = []) => {
    const use = { toolset: own, callerTools, answerTool: undefined, log, step: 1 };
    return sayToolUse(offerTools(own, callerTools), { ...scriptedModel([]), provider }, use).tools;
  };
  const said = say('openai.responses');
  expect(said).toMatchObject([{ type: 'function', name: 'good', description: 'Does good' }]);
  expect(say('openai.responses')).toBe(said);
  expect(noted).toEqual(['odd name', 'odd name']);
  expect(say('google.generative-ai')).not.toBe(said);
  const ofCaller = { name: 'good', description: 'Of the caller', inputSchema: {} };
  expect(say('openai.responses', [ofCaller])).toMatchObject([{ description: 'Of the caller' }]);
  tools = [{ name: 'other', description: '', inputSchema: {} }];
  expect(say('openai.responses')).toMatchObject([{ name: 'other' }]);
});
