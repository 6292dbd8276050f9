/** Values that never change are checked and written once, and say the same as any others. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { get, group } from '../contract/kit.ts';
import { implement } from '../server/call/implement.ts';
import { lasting, toJsonBody } from '../server/call/lasting.ts';
import { EVERYBODY } from '../server/call/principal.ts';

const context = { requestId: '1', headers: {}, principal: EVERYBODY };

test('nothing in a lasting value can be changed', () => {
  const value = lasting({ name: 'a', inner: { list: [{ id: 1 }] } });
  expect(() => Object.assign(value, { name: 'b' })).toThrow(TypeError);
  expect(() => value.inner.list.push({ id: 2 })).toThrow(TypeError);
  expect(() => Object.assign(value.inner.list[0] ?? {}, { id: 3 })).toThrow(TypeError);
});

const items = ['plain', 'Grüße 🎉 "quoted"\u2028', 'x'.repeat(200_000)].map((text, id) => ({ id, text, none: null }));
test.each([
  ['a value that may change', { any: [1, undefined, 'two'], left: undefined }],
  ['a lasting value', lasting({ text: 'Grüße', list: [1, 2] })],
  ['a list of lasting items', { items: items.map((item) => lasting(item)), next: undefined, 'a "key"': 1 }],
  ['a lasting list of lasting items', lasting({ items: items.map((item) => lasting(item)) })],
  ['a list of which some last', { items: [lasting({ id: 1 }), { id: 2 }, undefined, 'three'] }],
  ['a list', [lasting({ id: 1 })]],
  ['a text', 'text'],
])('%s is written as JSON.stringify writes it, each time', (_, value) => {
  const expected = JSON.stringify(value);
  for (const { content, length } of [toJsonBody(value), toJsonBody(value)]) {
    expect(content.toString()).toBe(expected);
    expect(length).toBe(String(Buffer.byteLength(expected)));
  }
});

/** Answers lists of things, and counts how often one was checked. */
function startThings() {
  let checks = 0;
  const Thing = z.object({ id: z.string().refine(() => ++checks) });
  const contract = {
    things: group('Things', 'For the test.', {
      list: get('/things', { summary: 'List', output: z.object({ things: z.array(Thing) }) }),
    }),
  };
  let answer: unknown;
  const logged: object[] = [];
  const log = { error: (details: object) => void logged.push(details) };
  const [list] = implement(contract, { things: { list: () => answer as never } }, log);
  return {
    logged,
    answer(next: unknown) {
      answer = next;
      const before = checks;
      return { answered: list?.run({}, context, new AbortController()), checks: checks - before };
    },
  };
}

test('a lasting item is checked once, in whatever list it stands', () => {
  const { answer } = startThings();
  const [a, b] = [lasting({ id: 'a', secret: 1 }), lasting({ id: 'b' })];
  expect(answer({ things: [a] })).toEqual({ answered: { things: [{ id: 'a' }] }, checks: 1 });
  expect(answer({ things: [a, b] })).toEqual({ answered: { things: [{ id: 'a' }, { id: 'b' }] }, checks: 1 });
  expect(answer(lasting({ things: [b, a] }))).toEqual({ answered: { things: [{ id: 'b' }, { id: 'a' }] }, checks: 0 });
  expect(answer({ things: [{ id: 'a' }] }).checks).toBe(1);
});

test('a lasting item that is not as declared is left out each time, and told once', () => {
  const { answer, logged } = startThings();
  const value = lasting({ things: [lasting({ id: 'a' }), lasting({ id: 7 })] });
  expect(answer(value).answered).toEqual({ things: [{ id: 'a' }] });
  expect(answer(value).answered).toEqual({ things: [{ id: 'a' }] });
  expect(logged).toMatchObject([{ items: ['things.1'] }]);
});
