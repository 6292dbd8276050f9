/** What the main thread of a page does, as Chromium traces it. */
import type { Page } from 'playwright-core';
import { z } from 'zod';

/** The tasks of a page's main thread. */
export interface MainThread {
  /** Of all of them, in milliseconds of processor time. */
  readonly totalMs: number;
  /** Of the longest, in milliseconds of processor time: on a busy machine time by the clock tells of the machine. */
  readonly longestMs: number;
}

const Trace = z.object({
  traceEvents: z.array(
    z.object({
      name: z.string(),
      pid: z.number(),
      tid: z.number(),
      /** Processor time, in microseconds. */
      tdur: z.number().optional(),
    }),
  ),
});
const TASKS = new Set(['ThreadControllerImpl::RunTask', 'RunTask']);
const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing'];
const MARK = 'main-thread';

/** Says what the main thread of a page did while `act` went on. */
export async function traceMainThread(page: Page, act: () => Promise<void>): Promise<MainThread> {
  const browser = page.context().browser();
  if (!browser) throw new Error('the page has no browser');
  await browser.startTracing(page, { categories: CATEGORIES });
  let trace: Buffer | undefined;
  try {
    await act();
    // Chromium traces all of its pages: this is how the thread of this one is found.
    await page.evaluate(`performance.mark('${MARK}'), undefined`);
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = Trace.parse(JSON.parse(trace.toString('utf8')));
  const mark = traceEvents.find(({ name }) => name === MARK);
  const tasks = traceEvents.filter(({ pid, tid, name }) => pid === mark?.pid && tid === mark.tid && TASKS.has(name));
  const took = tasks.map(({ tdur = 0 }) => tdur / 1000);
  if (!took.length) throw new Error('Chromium traced no task');
  return { totalMs: took.reduce((sum, ms) => sum + ms, 0), longestMs: Math.max(...took) };
}
