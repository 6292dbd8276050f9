import { randomBytes } from 'node:crypto';
import { type BeatLog, RateCountBeat } from '../http/rate-count-beat.ts';
import type { OpenWindow } from '../http/rate-limit.ts';
import { type SharedDatabase, SharedRateCounts } from '../http/shared-rate-counts.ts';
import type { Options } from '../options.ts';
import type { FactsStore, Store } from '../store/store.ts';

interface RateLimitsOptions {
  readonly options: Pick<Options, 'rate-limit'>;
  readonly store: Pick<Store, 'facts' | 'shared'>;
  readonly log: BeatLog;
}

/** How requests are counted against the rules; without a way, by this process alone. */
export interface RateLimitParts {
  readonly openWindow: OpenWindow | undefined;
  close(): Promise<void>;
}

/** Opens rate limits that hold for all processes of a database together, where there are rules and others to share them with. */
export async function openRateLimits({ options, store, log }: RateLimitsOptions): Promise<RateLimitParts> {
  const { facts, shared } = store;
  if (!shared || !options['rate-limit'].length) return { openWindow: undefined, close: async () => undefined };
  return openSharedRateLimits({ database: shared, now: shared.now, facts, log });
}

interface SharedRateLimitsOptions {
  readonly database: SharedDatabase;
  /** Milliseconds since 1970 on the clock of the database. */
  readonly now: () => number;
  readonly facts: Pick<FactsStore, 'keep'>;
  readonly log: BeatLog;
}

/** Opens rate limits that hold for all replicas of a database together. To be closed before the database is. */
export async function openSharedRateLimits({
  database,
  now,
  facts,
  log,
}: SharedRateLimitsOptions): Promise<RateLimitParts> {
  const hashKey = await facts.keep('rate_limit_key', randomBytes(32).toString('base64url'));
  const counts = new SharedRateCounts({ database, now, hashKey, onCounted: () => beat.want() });
  const beat = new RateCountBeat({ exchange: () => counts.exchange(), log });
  return { openWindow: counts.openWindow, close: () => beat.close() };
}
