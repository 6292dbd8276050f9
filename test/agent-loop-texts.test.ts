/** Halves of surrogate pairs, which providers and this server refuse: none that comes from a model or a tool stays in a conversation. */
import { expect, test } from 'vitest';
import { ok, quickLimits, runLoop, toolsetOf, userSays } from './support/loop.ts';
import { finish, scriptedModel, text, toolCall } from './support/scripted-model.ts';

test('a character that a stream was cut in is told whole, and a half of one as U+FFFD', async () => {
  const model = scriptedModel([[...text('a \uD83D', '\uDE00', '\uDE00 b\uD83D', 'c\uD83D'), finish()]]);
  const { events, messages } = await runLoop(model);
  const deltas = events.flatMap((event) => (event.type === 'text-delta' ? event.delta : []));
  expect(deltas).toEqual(['a ', '\u{1F600}', '\uFFFD b', '\uFFFDc', '\uFFFD']);
  expect(messages).toMatchObject([{ content: [{ type: 'text', text: deltas.join('') }] }]);
});

test('the arguments of a call are told with whole characters, in its pieces and as a whole', async () => {
  const model = scriptedModel([
    [
      { type: 'tool-input-start', id: 'c1', toolName: 'tool' },
      { type: 'tool-input-delta', id: 'c1', delta: '{"a": "\uD83D' },
      { type: 'tool-input-delta', id: 'c1', delta: '\uDE00 \\ud83d"}' },
      { type: 'tool-call', toolCallId: 'c1', toolName: 'tool', input: '{"a": "\u{1F600} \\ud83d"}' },
      finish('tool-calls'),
    ],
    [...text('Done'), finish()],
  ]);
  const seen: unknown[] = [];
  const toolset = toolsetOf({ tool: (args) => ok(seen.push(args)) });
  const { events } = await runLoop(model, { toolset });
  const deltas = events.flatMap((event) => (event.type === 'tool-call-delta' ? event.delta : []));
  expect(deltas).toEqual(['{"a": "', '\u{1F600} \\ud83d"}']);
  expect(seen).toEqual([{ a: '\u{1F600} \uFFFD' }]);
});

test.each([
  ['a text', 'a\uD83Db \u{1F600}', 'a\uFFFDb \u{1F600}'],
  ['an object', { 'k\uDE00': ['v\uD83D', '\\ud83d', '\u{1F600}'] }, { 'k\uFFFD': ['v\uFFFD', '\\ud83d', '\u{1F600}'] }],
  ['a text that is cut', '12345678\u{1F600}\u{1F600}\u{1F600}', '12345678\u{1F600}\uFFFD\n[cut: 3 more characters]'],
])('a result is kept with whole characters, and sent to the model so: %s', async (_, result, kept) => {
  const model = scriptedModel([
    [...toolCall('c1', 'tool', {}), finish('tool-calls')],
    [...text('Done'), finish()],
  ]);
  const { events } = await runLoop(model, {
    history: [userSays('Hello')],
    toolset: toolsetOf({ tool: () => ok(result) }),
    limits: { ...quickLimits, toolResultChars: typeof result === 'string' ? 11 : 100 },
  });
  expect(events.find(({ type }) => type === 'tool-result')).toMatchObject({ result: kept });
  expect(model.asked[1]?.prompt.at(-1)).toMatchObject({ role: 'tool', content: [{ output: { value: kept } }] });
});
