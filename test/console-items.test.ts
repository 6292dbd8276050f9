/** What the chat of the console makes of the events of AG-UI, and how it cuts texts. */
import { describe, expect, test } from 'vitest';
import { GradualBlocks } from '../client/console/chat/gradual-blocks.ts';
import { ItemList } from '../client/console/chat/item-list.ts';
import type { CallDetail, Item } from '../client/console/chat/items.ts';
import { patched } from '../client/console/chat/json-patch.ts';
import { TextBlocks } from '../client/console/chat/text-blocks.ts';
import type { AgUiEvent } from '../contract/ag-ui-events.ts';

const apply = (list: ItemList, ...events: readonly AgUiEvent[]) => {
  for (const event of events) list.apply(event);
  return list.keys.map((key) => list.get(key));
};
const call = (toolCallId: string, parentMessageId = 'm1', at = 0): AgUiEvent[] => [
  { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'toolbox__add', parentMessageId, timestamp: at },
  { type: 'TOOL_CALL_ARGS', toolCallId, delta: '{"a":' },
  { type: 'TOOL_CALL_ARGS', toolCallId, delta: '1}' },
  { type: 'TOOL_CALL_END', toolCallId, timestamp: at + 1 },
];
const result = (toolCallId: string, content: string, timestamp = 9): AgUiEvent => ({
  type: 'TOOL_CALL_RESULT',
  messageId: `r-${toolCallId}`,
  toolCallId,
  content,
  timestamp,
});
const detail: CallDetail = {
  server: 'toolbox',
  status: 'failed',
  approval: null,
  startedAt: 2,
  endedAt: 5,
  inner: [],
};

describe('the items of a conversation', () => {
  test('texts, reasoning and calls come in order, and only what changes is another object', () => {
    const list = new ItemList();
    apply(
      list,
      { type: 'REASONING_START', messageId: 'm1-reasoning', timestamp: 1 },
      { type: 'REASONING_MESSAGE_START', messageId: 'm1-reasoning', role: 'reasoning' },
      { type: 'REASONING_MESSAGE_CONTENT', messageId: 'm1-reasoning', delta: 'Hm' },
      { type: 'REASONING_MESSAGE_END', messageId: 'm1-reasoning', timestamp: 3 },
      { type: 'REASONING_END', messageId: 'm1-reasoning', timestamp: 3 },
      ...call('c1', 'm1', 4),
      { type: 'TEXT_MESSAGE_START', messageId: 'm2', role: 'assistant' },
    );
    const { keys } = list;
    const [reasoning, made, text] = keys.map((key) => list.get(key));
    apply(list, { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm2', delta: 'He' });
    expect(list.keys).toBe(keys);
    expect(list.get(keys[0] ?? '')).toBe(reasoning);
    expect(list.get(keys[1] ?? '')).toBe(made);
    expect(list.get(keys[2] ?? '')).not.toBe(text);
    const shown = apply(list, result('c1', '2'), { type: 'TEXT_MESSAGE_END', messageId: 'm2' });
    expect(shown).toMatchObject([
      { kind: 'reasoning', text: 'Hm', isOpen: false, startedAt: 1, endedAt: 3 },
      { kind: 'call', name: 'toolbox__add', args: '{"a":1}', phase: 'answered', result: '2', startedAt: 5, endedAt: 9 },
      { kind: 'text', text: 'He', isOpen: false },
    ]);
  });

  test('what was cut off is closed with the end of its run', () => {
    const list = new ItemList();
    const start: AgUiEvent = { type: 'TEXT_MESSAGE_START', messageId: 'm1' };
    expect(apply(list, start)).toMatchObject([{ isOpen: true }]);
    expect(apply(list, { type: 'RUN_ERROR', message: 'broken' })).toMatchObject([{ isOpen: false }]);
  });

  test('the whole conversation stands in the place of what was shown, and what is the same stays the same object', () => {
    const list = new ItemList();
    apply(list, ...call('c1'), result('c1', '2'), { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm1', delta: 'Two' });
    const before = list.keys.map((key) => list.get(key));
    const calls = [{ id: 'c1', type: 'function', function: { name: 'toolbox__add', arguments: '{"a":1}' } }];
    const shown = apply(list, {
      type: 'MESSAGES_SNAPSHOT',
      messages: [
        { id: 'u1', role: 'user', content: 'Add' },
        { id: 'm1', role: 'assistant', content: 'Two', toolCalls: calls },
        { id: 't1', role: 'tool', toolCallId: 'c1', content: '3', error: '3' },
        { id: 'f1', role: 'activity', activityType: 'file', content: { media_type: 'image/png', data: 'AA==' } },
        'no message',
      ],
    });
    expect(shown).toMatchObject([
      { kind: 'user', content: 'Add' },
      { kind: 'text', text: 'Two' },
      { kind: 'call', result: '3', isError: true, endedAt: 9 },
      { kind: 'activity', type: 'file', content: { data: 'AA==' } },
    ]);
    expect(shown[1]).toBe(before[1]);
    expect(shown[2]).not.toBe(before[0]);
  });

  test('an id that is used again by another answer is another call', () => {
    const list = new ItemList();
    apply(list, ...call('c1', 'm1'), result('c1', 'first'), ...call('c1', 'm2'), result('c1', 'second'));
    list.addDetails([[{ id: 'c1', isOfPerson: false, detail }]]);
    expect(list.keys.map((key) => list.get(key))).toMatchObject([{ result: 'first' }, { result: 'second', detail }]);
    expect(list.get(list.keys[0] ?? '')).not.toHaveProperty('detail');
  });

  test('a call that a person answered is told of by the run after its own', () => {
    const list = new ItemList();
    apply(list, ...call('c1'), result('c1', 'done'));
    list.addDetails([
      [{ id: 'c1', isOfPerson: true, detail }],
      [{ id: 'c1', isOfPerson: false, detail: { ...detail, status: 'waiting' } }],
    ]);
    expect(list.keys.map((key) => list.get(key))).toMatchObject([{ detail: { status: 'failed' } }]);
  });

  test('what an asked agent does is shown within the call that asked it', () => {
    const list = new ItemList();
    const subagentRunId = 'r2';
    apply(
      list,
      ...call('c1'),
      { type: 'SUBAGENT_STARTED', subagentRunId, name: 'helper', parentToolCallId: 'c1' },
      { type: 'TEXT_MESSAGE_START', messageId: 's1', subagentRunId },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 's1', delta: 'I help', subagentRunId },
      { type: 'SUBAGENT_FINISHED', subagentRunId, outcome: { type: 'success' } },
    );
    expect(list.keys).toHaveLength(1);
    const [asked] = list.keys.map((key) => list.get(key)) as [Extract<Item, { kind: 'call' }>];
    expect(asked.agent).toEqual({ name: 'helper', status: 'finished' });
    expect(asked.inner.map((key) => list.get(key))).toMatchObject([{ kind: 'text', text: 'I help' }]);
  });

  test('an activity is changed by a patch', () => {
    const list = new ItemList();
    const activity = { messageId: 'a1', activityType: 'plan' };
    const shown = apply(
      list,
      { type: 'ACTIVITY_SNAPSHOT', ...activity, content: { steps: ['one'] } },
      { type: 'ACTIVITY_DELTA', ...activity, patch: [{ op: 'add', path: '/steps/-', value: 'two' }] },
      { type: 'ACTIVITY_SNAPSHOT', ...activity, content: {}, replace: false },
    );
    expect(shown).toMatchObject([{ kind: 'activity', type: 'plan', content: { steps: ['one', 'two'] } }]);
  });
});

test('a patch of JSON adds, replaces, removes, moves and copies, and leaves what it was given', () => {
  const value = { list: [1, 2], 'a/b': { '~': 1 } };
  const changed = patched(value, [
    { op: 'add', path: '/list/1', value: 9 },
    { op: 'remove', path: '/list/0' },
    { op: 'replace', path: '/a~1b/~0', value: 2 },
    { op: 'copy', from: '/list', path: '/copy' },
    { op: 'move', from: '/a~1b', path: '/moved' },
    { op: 'test', path: '/list/0', value: 9 },
    { op: 'add', path: '/__proto__', value: 'own' },
  ]);
  expect(JSON.stringify(changed)).toBe('{"list":[9,2],"copy":[9,2],"moved":{"~":2},"__proto__":"own"}');
  expect(value).toEqual({ list: [1, 2], 'a/b': { '~': 1 } });
  expect(() => patched(value, [{ op: 'remove', path: '/none' }])).toThrow('There is nothing at /none');
  expect(() => patched(value, [{ op: 'test', path: '/list/0', value: 5 }])).toThrow('another value');
});

describe('a text in blocks', () => {
  const TEXT = [
    '# One',
    '',
    'A paragraph',
    'of two lines.',
    '',
    '- item',
    '',
    '  more of it',
    '',
    '```js',
    'let a;',
    '',
    'let b;',
    '```',
    '',
    'End',
  ].join('\n');

  test('keeps code and what belongs to a list together, and is the same however it comes', () => {
    const whole = new TextBlocks().of(TEXT);
    expect([...whole.done, whole.tail]).toEqual([
      '# One\n\n',
      'A paragraph\nof two lines.\n\n',
      '- item\n\n  more of it\n\n',
      '```js\nlet a;\n\nlet b;\n```\n\n',
      'End',
    ]);
    const blocks = new TextBlocks();
    for (let length = 1; length < TEXT.length; length++) blocks.of(TEXT.slice(0, length));
    expect(blocks.of(TEXT)).toEqual(whole);
  });

  test('another text begins anew', () => {
    const blocks = new TextBlocks();
    blocks.of(TEXT);
    expect(blocks.of('One\n\nTwo')).toEqual({ done: ['One\n\n'], tail: 'Two' });
  });

  test('blocks that come one by one are drawn at once, and many that come together from their end', () => {
    const gradual = new GradualBlocks();
    expect(gradual.of(3)).toEqual({ from: 0, to: 0 });
    expect(gradual.of(4)).toEqual({ from: 0, to: 0 });
    expect(gradual.of(30)).toEqual({ from: 4, to: 22 });
    gradual.advance();
    expect(gradual.of(31)).toEqual({ from: 4, to: 14 });
    gradual.advance();
    gradual.advance();
    expect(gradual.of(31)).toEqual({ from: 4, to: 4 });
  });
});
