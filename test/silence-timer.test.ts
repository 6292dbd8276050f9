/** When a wait of unknown length is given up. */
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { settlesWithin } from '../server/async/settles-within.ts';
import { type SilenceOptions, SilenceTimer } from '../server/async/silence-timer.ts';

/** A timer, and how long it took to give up, and which of its times had run out. */
function watch(options: Omit<SilenceOptions, 'onSilence'>) {
  const { promise, resolve } = Promise.withResolvers<{ ms: number; which: string; tookMs: number }>();
  const startedAt = performance.now();
  const timer = new SilenceTimer({
    ...options,
    onSilence: (ms, which) => resolve({ ms, which, tookMs: performance.now() - startedAt }),
  });
  return { timer, ended: promise };
}

test('a silence that is too long ends the wait, and says how long it was', async () => {
  const { ended } = watch({ allowedMs: 50 });
  const { tookMs, ...end } = await ended;
  expect(end).toEqual({ ms: 50, which: 'allowed' });
  expect(tookMs).toBeGreaterThanOrEqual(49);
});

test('signs of life keep a wait going, for as long as it may take in all', async () => {
  const { timer, ended } = watch({ allowedMs: 100, totalMs: 500 });
  const talk = setInterval(() => timer.heard(), 1);
  const { tookMs, ...end } = await ended;
  clearInterval(talk);
  expect(end).toEqual({ ms: 500, which: 'total' });
  expect(tookMs).toBeGreaterThanOrEqual(490);
});

test('processor time is a sign of life, and so little of it as a program takes that only waits is none', async () => {
  let workMs = 0;
  const working = watch({ allowedMs: 50, totalMs: 400, workMs: () => (workMs += 20) });
  const waiting = watch({ allowedMs: 50, totalMs: 400, workMs: () => workMs / 1e6 });
  expect((await waiting.ended).which).toBe('allowed');
  expect((await working.ended).which).toBe('total');
});

test('what came while this process was held up is heard before it counts as silence', async () => {
  const { timer, ended } = watch({ allowedMs: 200 });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const life = readFile(import.meta.filename).then(() => timer.heard());
  for (const until = performance.now() + 600; performance.now() < until; );
  await life;
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  await ended;
});

test('a pause does not count, and after it the wait begins anew', async () => {
  const { timer, ended } = watch({ allowedMs: 50 });
  const pause = Promise.withResolvers<void>();
  const standing = timer.standStill(pause.promise);
  await sleep(100);
  pause.resolve();
  await standing;
  expect((await ended).tookMs).toBeGreaterThanOrEqual(149);
});

test('a promise settles within its time or does not, and its failure is thrown', async () => {
  expect(await settlesWithin(sleep(1), 5000)).toBe(true);
  expect(await settlesWithin(new Promise(() => undefined), 20)).toBe(false);
  await expect(settlesWithin(Promise.reject(new Error('broken')), 5000)).rejects.toThrow('broken');
});
