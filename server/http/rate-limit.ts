import { ApiError } from '../call/errors.ts';
import { CommandError } from '../command-error.ts';
import { createCounters } from './rate-counters.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };
const RULE = /^(?:([\w.]+)=)?(\d{1,9})\/(s|min|h|d)$/;

/** Counts requests of callers. */
export interface RateLimits {
  /** Counts one request; `operation` counts against the rules of that operation, undefined against the general ones. Throws a 429. */
  take(caller: string, operation: string | undefined): RateLimitState | undefined;
}
/** What the answer tells of the tightest rule that applied. */
export interface RateLimitState {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly resetS: number;
}

/**
 * The limits of rules such as `600/min` (everything) and `agents.create=30/min` (one operation); undefined when there are none. `openWindow`
 * says how the requests of a rule are counted: absent, by this process alone.
 */
export function createRateLimits(
  rules: readonly string[],
  operationNames: readonly string[],
  openWindow: OpenWindow = openOwnWindow,
): RateLimits | undefined {
  if (!rules.length) return undefined;
  const byOperation = new Map<string | undefined, Window[]>();
  for (const rule of readRateLimits(rules, operationNames)) {
    const windows = byOperation.get(rule.operation) ?? [];
    byOperation.set(rule.operation, [...windows, openWindow(rule)]);
  }
  return {
    take(caller, operation) {
      let tightest: RateLimitState | undefined;
      for (const window of byOperation.get(operation) ?? []) {
        const state = window(caller);
        if (!tightest || state.remaining < tightest.remaining) tightest = state;
      }
      return tightest;
    },
  };
}

/** So many requests in so many seconds; of one operation, or of all when it is undefined. */
export interface RateLimit {
  readonly operation: string | undefined;
  readonly points: number;
  readonly seconds: number;
}

/** Reads rules. Throws one sentence about a wrong one. */
export function readRateLimits(rules: readonly string[], operationNames: readonly string[]): RateLimit[] {
  return rules.map((rule) => {
    const [, operation, points, unit] = RULE.exec(rule) ?? [];
    const seconds = UNITS[unit ?? ''];
    if (seconds === undefined || Number(points) < 1) {
      throw new CommandError(
        `Rate limit '${rule}': write it as 600/min or agents.create=30/min; the units are s, min, h and d`,
      );
    }
    if (operation !== undefined && !operationNames.includes(operation)) {
      throw new CommandError(`Rate limit '${rule}': there is no operation '${operation}'`);
    }
    return { operation, points: Number(points), seconds };
  });
}

/** The response headers that tell a caller how much is left. */
export const toRateLimitHeaders = ({ limit, remaining, resetS }: RateLimitState) => ({
  'ratelimit-limit': String(limit),
  'ratelimit-remaining': String(remaining),
  'ratelimit-reset': String(resetS),
});

/** The same as a flat list of names and values. */
export const listRateLimitHeaders = ({ limit, remaining, resetS }: RateLimitState): string[] => [
  'ratelimit-limit',
  String(limit),
  'ratelimit-remaining',
  String(remaining),
  'ratelimit-reset',
  String(resetS),
];

/** Counts one request of a caller. Throws a 429 when it is over the limit. */
type Window = (caller: string) => RateLimitState;
/** Begins to count the requests of a rule. */
export type OpenWindow = (rule: RateLimit) => Window;

/** A window of each caller begins with its first request and ends so many seconds later. */
const openOwnWindow: OpenWindow = ({ points, seconds }) => {
  const windowMs = seconds * 1000;
  const counterOf = createCounters(windowMs, () => ({ count: 0, endsAt: 0 }));
  return (caller) => {
    // Not the wall clock: one that is set back must not make a minute last an hour.
    const now = performance.now();
    const counter = counterOf(caller, now);
    if (now >= counter.endsAt) {
      counter.count = 0;
      counter.endsAt = now + windowMs;
    }
    counter.count++;
    return checkCount(points, counter.count, counter.endsAt - now);
  };
};

/** What is told of a window that has seen `count` requests and ends in `leftMs`. Throws a 429 when they are over the limit. */
export function checkCount(points: number, count: number, leftMs: number): RateLimitState {
  const resetS = Math.max(1, Math.ceil(leftMs / 1000));
  const state = { limit: points, remaining: Math.max(0, points - count), resetS };
  if (count <= points) return state;
  throw new ApiError('rate-limited', `Over the limit of ${points} requests; try again in ${resetS} s`, {
    headers: { 'retry-after': String(resetS), ...toRateLimitHeaders(state) },
  });
}
