import { expect, test } from 'vitest';
import { answerOpenCalls, toModelPrompt } from '../server/runs/model-prompt.ts';
import type { AssistantPart, Message } from '../server/store/messages.ts';
import { userSays, withStableIds } from './support/loop.ts';

const assistant = (id: string, ...content: AssistantPart[]): Message => ({ id, role: 'assistant', content });
const call = (callId: string, name = 'look', args: unknown = {}): AssistantPart => ({
  type: 'tool-call',
  callId,
  name,
  args,
});
const result = (callId: string, value: unknown, status: 'done' | 'error' = 'done'): Message => ({
  id: `r-${callId}`,
  role: 'tool',
  callId,
  name: 'look',
  result: value,
  status,
});

test('each call gets its result directly behind it, one that is missing is made up, one without a call is left out', () => {
  const messages = [
    userSays('a', 'u1'),
    assistant('a1', call('c1'), call('c2')),
    userSays('b', 'u2'),
    result('c2', 'late'),
    result('stray', 'x'),
  ];
  expect(withStableIds(answerOpenCalls(messages))).toEqual([
    messages[0],
    messages[1],
    {
      id: 'msg#1',
      role: 'tool',
      callId: 'c1',
      name: 'look',
      result: 'No result is known: the call was interrupted and may have partly run',
      status: 'interrupted',
    },
    messages[3],
    messages[2],
  ]);
});

test('results keep their kind: text, JSON, and errors of both', () => {
  const calls = assistant('a1', call('c1'), call('c2'), call('c3'), call('c4'));
  const results = [result('c1', 'x'), result('c2', [1]), result('c3', 'bad', 'error'), result('c4', { e: 1 }, 'error')];
  expect(toModelPrompt('', [calls, ...results])[1]).toMatchObject({
    role: 'tool',
    content: [
      { toolCallId: 'c1', output: { type: 'text', value: 'x' } },
      { toolCallId: 'c2', output: { type: 'json', value: [1] } },
      { toolCallId: 'c3', output: { type: 'error-text', value: 'bad' } },
      { toolCallId: 'c4', output: { type: 'error-json', value: { e: 1 } } },
    ],
  });
});

test('system messages anywhere join the instructions', () => {
  const prompt = toModelPrompt('Be kind.', [userSays('Hi'), { id: 's', role: 'system', content: 'Be brief.' }]);
  expect(prompt).toEqual([
    { role: 'system', content: 'Be kind.\n\nBe brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
  ]);
});

test('empty texts, empty messages and reasoning that nothing follows are left out; a signed empty text stays', () => {
  const signed = { google: { thoughtSignature: 's' } };
  expect(
    toModelPrompt('', [
      { id: 'u', role: 'user', content: [{ type: 'text', text: '' }] },
      assistant('a1', { type: 'text', text: '', providerOptions: { openai: { itemId: 'x' } } }),
      assistant('a2', { type: 'text', text: 'Half' }, { type: 'reasoning', text: 'Hm' }),
      assistant('a3', { type: 'text', text: '', providerOptions: signed }),
    ]),
  ).toEqual([
    { role: 'assistant', content: [{ type: 'text', text: 'Half' }] },
    { role: 'assistant', content: [{ type: 'text', text: '', providerOptions: signed }] },
  ]);
});

test('in the place of a file stands what the model is told of it', () => {
  const file = { type: 'file', mediaType: 'image/png', data: 'AAAA' } as const;
  const said = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } } as const;
  const content = [{ type: 'text', text: 'See' } as const, file];
  expect(toModelPrompt('', [{ id: 'u', role: 'user', content }], new Map([[file, said]]))[0]?.content).toEqual([
    { type: 'text', text: 'See' },
    said,
  ]);
});

test('names and ids that providers refuse are given a form they take, the same for call and result', () => {
  const [made, answered] = toModelPrompt('', [
    assistant('a1', call('call:1/ü', 'do it!'), call('c2', '')),
    { id: 'r', role: 'tool', callId: 'call:1/ü', name: 'do it!', result: 'x', status: 'done' },
  ]);
  expect(made?.content).toMatchObject([
    { toolCallId: expect.stringMatching(/^call-[0-9a-f]{20}$/), toolName: 'do_it_' },
    { toolCallId: 'c2', toolName: 'unnamed' },
  ]);
  const id = (content: unknown) => JSON.stringify(content).match(/call-[0-9a-f]{20}/)?.[0];
  expect(id(answered?.content)).toBe(id(made?.content));
});
