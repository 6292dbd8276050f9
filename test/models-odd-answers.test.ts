import { afterAll, assert, beforeAll, describe, expect, test } from 'vitest';
import { oddAnswers } from './fixtures/answers/all.ts';
import { anthropicDoor } from './fixtures/answers/anthropic-frames.ts';
import { oddAnthropicAnswers } from './fixtures/answers/anthropic-messages.ts';
import { ARGS, sse } from './fixtures/answers/odd-answer.ts';
import { refusals } from './fixtures/answers/refusals.ts';
import { type OddProvider, startOddProvider } from './support/odd-provider.ts';

let provider: OddProvider;
beforeAll(async () => {
  provider = await startOddProvider();
});
afterAll(() => provider[Symbol.asyncDispose]());

describe.each(oddAnswers)('$door.name', ({ door, answers }) => {
  test.each(answers)('an answer with $title is taken for what it is', async (answer) => {
    const { said = '', thought = '', ran = [], end = 'done', used = [0, 0] } = answer;
    expect(await provider.ask(door, [answer])).toEqual({ said, thought, ran, end, used });
  });

  test.each(refusals)('a refusal with $title is told in the words of the provider', async (answer) => {
    const { end } = await provider.ask(door, [answer]);
    expect(end).toBe(answer.end);
  });

  test('an error before the first word that may pass is tried again', async () => {
    const body = sse({ type: 'error', error: { type: 'overloaded_error', code: 503, message: 'Overloaded' } });
    const answer = { title: 'overloaded', body };
    expect(await provider.ask(door, [answer, answer], { retries: 2 })).toMatchObject({ said: '.', end: 'done' });
    expect((await provider.ask(door, [answer], { retries: 0 })).end).toBe('Overloaded');
  });

  test('an answer that has ended leaves its connection to the next one', async () => {
    await provider.ask(door, []);
    const { connections } = provider.seen;
    for (let count = 0; count < 5; count++) await provider.ask(door, []);
    // A request that is sent before the last byte of the answer before it is read takes a second one.
    expect(provider.seen.connections - connections).toBeLessThanOrEqual(1);
  });
});

test('a thought that nobody signed does not go back to Anthropic', async () => {
  const unsigned = oddAnthropicAnswers.find(({ title }) => title === 'an unsigned thought before its call');
  assert(unsigned);
  expect(await provider.ask(anthropicDoor, [unsigned])).toMatchObject({ thought: 'hmm', ran: [ARGS], end: 'done' });
  const { messages } = JSON.parse(provider.seen.last);
  expect(messages.map(({ content }: { content: { type: string }[] }) => content.map(({ type }) => type))).toEqual([
    ['text'],
    ['tool_use'],
    ['tool_result'],
  ]);
});
