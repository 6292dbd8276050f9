import { expect, test } from 'vitest';
import { readEvents, type ServerSentEvent } from '../client/read-events.ts';
import { collect } from './support/ag-ui-runs.ts';

const encoder = new TextEncoder();

function bodyOf(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}
const read = (text: string): Promise<ServerSentEvent[]> => collect(readEvents(bodyOf([encoder.encode(text)])));

test('an event has its name, its data and its id', async () => {
  expect(await read('id: 7\nevent: RUN_STARTED\ndata: {"a":1}\n\n')).toEqual([
    { event: 'RUN_STARTED', data: '{"a":1}', id: '7' },
  ]);
});

test('data lines are joined, one leading space is dropped, and an id holds until the next', async () => {
  expect(await read('id: 1\ndata: a\ndata:  b\ndata\n\ndata:c\n\n')).toEqual([
    { event: 'message', data: 'a\n b\n', id: '1' },
    { event: 'message', data: 'c', id: '1' },
  ]);
});

test('comments, unknown fields and events without data are skipped', async () => {
  expect(await read(': ping\n\nretry: 5\nevent: x\n\nfoo: bar\ndata: y\n\n')).toEqual([
    { event: 'message', data: 'y', id: '' },
  ]);
});

test('an event that the stream cuts off is dropped', async () => {
  expect(await read('data: whole\n\ndata: ha')).toEqual([{ event: 'message', data: 'whole', id: '' }]);
});

test('a byte order mark at the start is skipped', async () => {
  expect(await read('\uFEFFdata: x\n\n')).toEqual([{ event: 'message', data: 'x', id: '' }]);
});

test.each([
  ['LF', '\n'],
  ['CR LF', '\r\n'],
  ['CR', '\r'],
])('a stream with %s line ends reads alike wherever it is cut, also in the middle of a character', async (_, end) => {
  const lines = ['id: 1', 'event: a', 'data: héllo 🚀', 'data: två', '', ': ping', '', 'data: x', '', ''];
  const bytes = encoder.encode(lines.join(end));
  const whole = [
    { event: 'a', data: 'héllo 🚀\ntvå', id: '1' },
    { event: 'message', data: 'x', id: '1' },
  ];
  for (let cut = 0; cut <= bytes.length; cut++) {
    const halves = [bytes.slice(0, cut), bytes.slice(cut)];
    expect(await collect(readEvents(bodyOf(halves))), `cut at ${cut}`).toEqual(whole);
  }
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
  expect(await collect(readEvents(bodyOf(single)))).toEqual(whole);
});

test('an event longer than the bound is an error, in one line as in many', async () => {
  const many = Array.from({ length: 50 }, () => encoder.encode('data: 0123456789\n'));
  const options = { maxEventChars: 100 };
  await expect(collect(readEvents(bodyOf(many), options))).rejects.toThrow('longer than 100 characters');
  const line = bodyOf([encoder.encode(`data: ${'x'.repeat(101)}`)]);
  await expect(collect(readEvents(line, options))).rejects.toThrow('longer than 100 characters');
});

test('an abort ends the reading at once, throws its reason and cancels the body', async () => {
  const cancelled = Promise.withResolvers<unknown>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode('data: x\n\n')),
    cancel: cancelled.resolve,
  });
  const abort = new AbortController();
  const events = readEvents(body, { signal: abort.signal });
  expect((await events.next()).value).toMatchObject({ data: 'x' });
  const waiting = events.next();
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(await cancelled.promise).toMatchObject({ message: 'enough' });
});

test('leaving the loop cancels the body', async () => {
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode('data: x\n\n')),
    cancel: () => cancelled.resolve(),
  });
  for await (const event of readEvents(body)) {
    expect(event.data).toBe('x');
    break;
  }
  await cancelled.promise;
});

test('a long line that comes in many pieces is read in linear time', async () => {
  const piece = encoder.encode('x'.repeat(100));
  const pieces = [encoder.encode('data: '), ...Array.from({ length: 40_000 }, () => piece), encoder.encode('\n\n')];
  const start = performance.now();
  const [event] = await collect(readEvents(bodyOf(pieces)));
  expect(event?.data).toHaveLength(4_000_000);
  expect(performance.now() - start).toBeLessThan(3_000);
});
