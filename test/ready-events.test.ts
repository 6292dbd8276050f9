import { expect, test } from 'vitest';
import { pollOf, type ReadyEvents, translateEvents } from '../server/call/ready-events.ts';

/** Events that are there at once, up to a place where the next one has to be waited for. */
function readyUntil(count: number, rest: Promise<IteratorResult<number, undefined>>) {
  let last = 0;
  const seen = { opened: 0, left: 0 };
  const poll = () => (last < count ? { done: false as const, value: ++last } : undefined);
  const events: ReadyEvents<number> = {
    poll,
    next: () => Promise.resolve(poll() ?? rest),
    whenReady: (wake) => void (last < count ? wake() : rest.then(wake, wake)),
    return: async () => {
      seen.left++;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      seen.opened++;
      return this;
    },
  };
  return { events, seen };
}

const twice = (value: number) => [value, value * 10];
const never = new Promise<never>(() => undefined);
const end = Promise.resolve({ done: true as const, value: undefined });

test('what is there is had without waiting, in order; what is not has to be waited for', async () => {
  const late = Promise.withResolvers<IteratorResult<number, undefined>>();
  const { events, seen } = readyUntil(3, late.promise);
  const told = translateEvents(events, { first: [0], next: (value) => (value === 2 ? [] : twice(value)) });
  expect(told.poll()).toEqual({ done: false, value: 0 });
  expect([told.poll(), seen]).toEqual([undefined, { opened: 0, left: 0 }]);
  expect(await told.next()).toEqual({ done: false, value: 1 });
  const polled = Array.from({ length: 4 }, () => told.poll());
  expect(polled.map((read) => read?.value)).toEqual([10, 3, 30, undefined]);
  const next = told.next();
  late.resolve({ done: false, value: 4 });
  expect(await next).toEqual({ done: false, value: 4 });
  expect(seen).toEqual({ opened: 1, left: 0 });
});

test('translations of translations are polled through to the source', async () => {
  const { events } = readyUntil(3, never);
  const outer = translateEvents(translateEvents(events, { next: twice }), { next: (value) => [`${value}`] });
  const poll = pollOf(outer);
  expect((await outer.next()).value).toBe('1');
  expect(Array.from({ length: 6 }, () => poll()?.value)).toEqual(['10', '2', '20', '3', '30', undefined]);
});

test('who waits is called once there is something to poll: an event, a failure, or the end', async () => {
  const untilReady = (events: ReadyEvents<unknown>) => new Promise<void>((resolve) => events.whenReady(resolve));
  const late = Promise.withResolvers<IteratorResult<number, undefined>>();
  const { events } = readyUntil(1, late.promise);
  const told = translateEvents(events, { first: [0], next: twice });
  await untilReady(told);
  expect([told.poll()?.value, told.poll()]).toEqual([0, undefined]);
  await untilReady(told);
  expect([told.poll()?.value, told.poll()?.value, told.poll()]).toEqual([1, 10, undefined]);
  let isCalled = false;
  const called = untilReady(told).then(() => {
    isCalled = true;
  });
  await new Promise(setImmediate);
  expect(isCalled).toBe(false);
  late.resolve({ done: true, value: undefined });
  await called;

  const broken = translateEvents(
    (async function* () {
      yield 1;
      throw new Error('broken');
    })(),
    { next: (value: number) => [value], atFailure: () => [-1] },
  );
  await untilReady(broken);
  expect([broken.poll()?.value, broken.poll()]).toEqual([1, undefined]);
  await untilReady(broken);
  expect(broken.poll()?.value).toBe(-1);
  expect(() => broken.poll()).toThrow('broken');

  const ended = translateEvents(
    (async function* () {
      yield 1;
    })(),
    { next: () => [] },
  );
  await untilReady(ended);
  expect(ended.poll()).toBe(undefined);
  await untilReady(ended);
  expect(ended.poll()).toEqual({ done: true, value: undefined });
});

test('a generator is translated too, and nothing of it is polled', async () => {
  const source = (async function* () {
    yield 1;
    yield 2;
  })();
  const told = translateEvents(source, { next: twice, atEnd: () => [99] });
  expect(await Array.fromAsync(told)).toEqual([1, 10, 2, 20, 99]);
  expect(told.poll()).toEqual({ done: true, value: undefined });
});

test('a stream that is over is left, without what stands for an end that never came', async () => {
  const { events, seen } = readyUntil(5, never);
  let last = 0;
  const next = (value: number) => {
    last = value;
    return [value];
  };
  const told = translateEvents(events, { next, isOver: () => last === 2, atEnd: () => [99] });
  expect(await Array.fromAsync(told)).toEqual([1, 2]);
  expect(seen).toEqual({ opened: 1, left: 1 });
});

test('a failure comes behind what is told of it, whoever failed', async () => {
  const broken = new Error('broken');
  const atFailure = (cause: unknown) => [cause === broken ? -1 : 0];
  const translations = [
    translateEvents(readyUntil(1, Promise.reject(broken)).events, { next: (value: number) => [value], atFailure }),
    translateEvents(readyUntil(2, never).events, {
      next(value: number) {
        if (value === 2) throw broken;
        return [value];
      },
      atFailure,
    }),
    translateEvents(readyUntil(1, end).events, {
      next: (value: number) => [value],
      atEnd() {
        throw broken;
      },
      atFailure,
    }),
  ];
  for (const told of translations) {
    expect([(await told.next()).value, (await told.next()).value]).toEqual([1, -1]);
    await expect(told.next()).rejects.toBe(broken);
    expect(await told.next()).toEqual({ done: true, value: undefined });
  }
});

test('whoever leaves gets nothing more, also of what was there, and of what was waited for', async () => {
  const late = Promise.withResolvers<IteratorResult<number, undefined>>();
  const { events, seen } = readyUntil(1, late.promise);
  const told = translateEvents(events, { next: twice });
  await told.next();
  await told.next();
  const next = told.next();
  await told.return?.();
  late.resolve({ done: false, value: 2 });
  expect(await next).toEqual({ done: true, value: undefined });
  expect(seen).toEqual({ opened: 1, left: 1 });
});

test('a stream that is left before anything was asked for is never opened', async () => {
  const { events, seen } = readyUntil(1, end);
  await translateEvents(events, { next: twice }).return?.();
  expect(seen).toEqual({ opened: 0, left: 0 });
});
