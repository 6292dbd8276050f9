import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shareInterval } from '../server/async/shared-interval.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Calls at a distance, and when each came, in milliseconds from now on. */
function record(ms: number) {
  const startedAt = performance.now();
  const calls: number[] = [];
  const end = shareInterval(ms, () => calls.push(performance.now() - startedAt));
  return { calls, end };
}

test('calls come at their distance, the first a sixtieth of it later at most', () => {
  const { calls, end } = record(60_000);
  vi.advanceTimersByTime(59_999);
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(1_002 + 2 * 60_000);
  expect(calls).toHaveLength(3);
  const [first = 0, second = 0, third = 0] = calls;
  expect([second - first, third - second].map(Math.round)).toEqual([60_000, 60_000]);
  end();
  end();
  vi.advanceTimersByTime(600_000);
  expect(calls).toHaveLength(3);
});

test('thousands of them wake the process sixty times in their distance, and when none is left not at all', () => {
  const ends: (() => void)[] = [];
  let calls = 0;
  for (let index = 0; index < 3_000; index++) {
    ends.push(shareInterval(15_000, () => calls++));
    vi.advanceTimersByTime(5);
  }
  expect(vi.getTimerCount()).toBe(1);
  calls = 0;
  let wakeUps = 0;
  for (const until = performance.now() + 15_000; performance.now() < until; wakeUps++) vi.advanceTimersToNextTimer();
  expect(wakeUps).toBeLessThanOrEqual(61);
  expect(calls).toBeGreaterThanOrEqual(3_000);
  for (const end of ends) end();
  expect(vi.getTimerCount()).toBe(0);
});

test('one that is alone wakes the process once in its distance', () => {
  const { calls, end } = record(15_000);
  for (let turn = 1; turn <= 3; turn++) {
    vi.advanceTimersToNextTimer();
    expect(calls).toHaveLength(turn);
  }
  end();
});

test('after a standstill of the process nothing is made up for', () => {
  const { calls, end } = record(15_000);
  const [stoodAt, lostMs] = [performance.now(), 600_000];
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => stoodAt + lostMs + Date.now() - startedAt);
  const startedAt = Date.now();
  vi.advanceTimersByTime(15_250);
  expect(calls).toHaveLength(1);
  vi.advanceTimersByTime(2 * 15_000);
  expect(calls).toHaveLength(3);
  const [first = 0, second = 0, third = 0] = calls;
  expect([second - first, third - second].map(Math.round)).toEqual([15_000, 15_000]);
  clock.mockRestore();
  end();
});

test('each is called in the context that asked for it, and may end itself and others', () => {
  const context = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const ends = ['first', 'second'].map((name) =>
    context.run(name, () =>
      shareInterval(1_000, () => {
        seen.push(context.getStore());
        for (const end of ends) end();
      }),
    ),
  );
  vi.advanceTimersByTime(5_000);
  expect(seen).toEqual(['first']);
  expect(vi.getTimerCount()).toBe(0);
});

test('short distances have a timer of their own, and are exact', () => {
  const { calls, end } = record(100);
  vi.advanceTimersByTime(300);
  expect(calls).toEqual([100, 200, 300]);
  end();
  expect(vi.getTimerCount()).toBe(0);
});
