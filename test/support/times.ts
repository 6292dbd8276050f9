import { expect } from 'vitest';

/** Events without their times, which are never the same twice. Fails on one that has none. */
export function withoutTimes<Event extends object>(events: readonly Event[]): Omit<Event, 'timestamp'>[] {
  return events.map((event) => {
    const { timestamp, ...rest } = event as Event & { timestamp?: unknown };
    expect(timestamp).toEqual(expect.any(Number));
    expect(Number.isSafeInteger(timestamp)).toBe(true);
    return rest;
  });
}

/** What of a run its readers are told: its events without those that only its steps are made from. */
export const told = <Event extends { readonly type: string }>(events: readonly Event[]): Event[] =>
  events.filter(({ type }) => !type.startsWith('model-') && type !== 'tool-started');
