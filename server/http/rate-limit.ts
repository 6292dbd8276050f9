import type { RateLimiterRes } from 'rate-limiter-flexible';
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
  take(caller: string, operation: string | undefined): Promise<RateLimitState | undefined>;
}
/** What the answer tells of the tightest rule that applied. */
export interface RateLimitState {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly resetS: number;
}

/** The limits of rules such as `600/min` (everything) and `agents.create=30/min` (one operation); undefined when there are none. */
export async function createRateLimits(
  rules: readonly string[],
  operationNames: readonly string[],
): Promise<RateLimits | undefined> {
  if (!rules.length) return undefined;
  // Loads the limiters of a dozen databases; few servers have a limit.
  const library = await import('rate-limiter-flexible');
  const byOperation = new Map<string | undefined, Window[]>();
  for (const { operation, points, seconds } of readRateLimits(rules, operationNames)) {
    const windows = byOperation.get(operation) ?? [];
    byOperation.set(operation, [...windows, createWindow(library, points, seconds)]);
  }
  return {
    async take(caller, operation) {
      let tightest: RateLimitState | undefined;
      for (const window of byOperation.get(operation) ?? []) {
        const state = await window(caller);
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
export const toRateLimitHeaders = ({ limit, remaining, resetS }: RateLimitState): [string, string][] => [
  ['ratelimit-limit', String(limit)],
  ['ratelimit-remaining', String(remaining)],
  ['ratelimit-reset', String(resetS)],
];

type Library = typeof import('rate-limiter-flexible');
type Window = (caller: string) => Promise<RateLimitState>;

function createWindow(library: Library, points: number, seconds: number): Window {
  const limiter = new library.RateLimiterMemory({ points, duration: seconds });
  const counterOf = createCounterNames(seconds * 1000);
  const toState = ({ remainingPoints, msBeforeNext }: RateLimiterRes): RateLimitState => ({
    limit: points,
    remaining: remainingPoints,
    // The library reads the wall clock; a clock set back must not make a minute last an hour.
    resetS: Math.min(seconds, Math.max(1, Math.ceil(msBeforeNext / 1000))),
  });
  return async (caller) => {
    try {
      return toState(await limiter.consume(counterOf(caller)));
    } catch (cause) {
      if (!(cause instanceof library.RateLimiterRes)) throw cause;
      const state = toState(cause);
      throw new ApiError('rate-limited', `Over the limit of ${points} requests; try again in ${state.resetS} s`, {
        headers: { 'retry-after': String(state.resetS), ...Object.fromEntries(toRateLimitHeaders(state)) },
      });
    }
  };
}

function createCounterNames(windowMs: number): (caller: string) => string {
  const known = new Set<string>();
  let endsAt = 0;
  return (caller) => {
    const now = performance.now();
    if (now >= endsAt) {
      known.clear();
      endsAt = now + windowMs;
    }
    if (known.has(caller)) return caller;
    if (known.size < MAX_CALLERS) {
      known.add(caller);
      return caller;
    }
    let sum = 0;
    for (let at = 0; at < caller.length; at++) sum = (sum * 31 + caller.charCodeAt(at)) % SHARED_COUNTERS;
    return `shared-${sum}`;
  };
}
