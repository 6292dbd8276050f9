import { ApiError } from '../call/errors.ts';
import { CommandError } from '../command-error.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };
const RULE = /^(?:([\w.]+)=)?(\d{1,9})\/(s|min|h|d)$/;
/** Callers counted apart within one window; further ones share a few counters, so that inventing callers fills no memory. */
const MAX_CALLERS = 20_000;
const SHARED_COUNTERS = 64;

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

/** The limits of rules such as `600/min` (everything) and `agents.create=30/min` (one operation); undefined when there are none. */
export function createRateLimits(rules: readonly string[], operationNames: readonly string[]): RateLimits | undefined {
  if (!rules.length) return undefined;
  const byOperation = new Map<string | undefined, Window[]>();
  for (const { operation, points, seconds } of readRateLimits(rules, operationNames)) {
    const windows = byOperation.get(operation) ?? [];
    byOperation.set(operation, [...windows, createWindow(points, seconds)]);
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
interface RateLimit {
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

type Window = (caller: string) => RateLimitState;

/** What one caller has done since its window began. */
interface Counter {
  count: number;
  endsAt: number;
}

/** A window of each caller begins with its first request and ends so many seconds later. */
function createWindow(points: number, seconds: number): Window {
  const windowMs = seconds * 1000;
  const counterOf = createCounters(windowMs);
  return (caller) => {
    // Not the wall clock: one that is set back must not make a minute last an hour.
    const now = performance.now();
    const counter = counterOf(caller, now);
    if (now >= counter.endsAt) {
      counter.count = 0;
      counter.endsAt = now + windowMs;
    }
    counter.count++;
    const resetS = Math.max(1, Math.ceil((counter.endsAt - now) / 1000));
    const state = { limit: points, remaining: Math.max(0, points - counter.count), resetS };
    if (counter.count <= points) return state;
    throw new ApiError('rate-limited', `Over the limit of ${points} requests; try again in ${resetS} s`, {
      headers: { 'retry-after': String(resetS), ...toRateLimitHeaders(state) },
    });
  };
}

function createCounters(windowMs: number): (caller: string, now: number) => Counter {
  const counters = new Map<string, Counter>();
  const shared = Array.from({ length: SHARED_COUNTERS }, (): Counter => ({ count: 0, endsAt: 0 }));
  let sweepAt = 0;
  return (caller, now) => {
    const known = counters.get(caller);
    if (known) return known;
    if (counters.size >= MAX_CALLERS && now >= sweepAt) {
      // Not for each request of a new caller: there may be many, and all are looked at.
      sweepAt = now + windowMs / 2;
      for (const [name, { endsAt }] of counters) if (now >= endsAt) counters.delete(name);
    }
    if (counters.size >= MAX_CALLERS) return sharedOf(shared, caller);
    const counter = { count: 0, endsAt: 0 };
    counters.set(caller, counter);
    return counter;
  };
}

function sharedOf(shared: readonly Counter[], caller: string): Counter {
  let sum = 0;
  for (let at = 0; at < caller.length; at++) sum = (sum * 31 + caller.charCodeAt(at)) % SHARED_COUNTERS;
  return shared[sum] ?? { count: 0, endsAt: 0 };
}
