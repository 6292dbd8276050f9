/** What differs from one run of a test to the next: when things happened. */
import { expect } from 'vitest';

/** The same events without their times, which each has, and which never go back. */
export function withoutTimes<Event extends object>(events: readonly Event[]): Omit<Event, 'timestamp'>[] {
  let last = Date.UTC(2026, 0);
  return events.map((event) => {
    const { timestamp, ...rest } = event as Event & { readonly timestamp?: unknown };
    expect(timestamp, JSON.stringify(event)).toSatisfy((time) => Number.isSafeInteger(time) && Number(time) >= last);
    last = Number(timestamp);
    return rest;
  });
}

/** The sums of a list that no run that has ended matches. */
export const noSums = {
  runs: 0,
  duration_seconds: 0,
  usage: { prompt_tokens: 0, completion_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 },
  cost: 0,
  unpriced_steps: 0,
};
