import { randomBytes } from 'node:crypto';
import { type BeatLog, RateCountBeat } from '../http/rate-count-beat.ts';
import { type SharedDatabase, SharedRateCounts } from '../http/shared-rate-counts.ts';
import type { FactsStore } from '../store/store.ts';

interface SharedRateLimitsOptions {
  readonly database: SharedDatabase;
  /** Milliseconds since 1970 on the clock of the database. */
  readonly now: () => number;
  readonly facts: Pick<FactsStore, 'keep'>;
  readonly log: BeatLog;
}

/** Opens rate limits that hold for all replicas of a database together. To be closed before the database is. */
export async function openSharedRateLimits({ database, now, facts, log }: SharedRateLimitsOptions) {
  const hashKey = await facts.keep('rate_limit_key', randomBytes(32).toString('base64url'));
  const counts = new SharedRateCounts({ database, now, hashKey, onCounted: () => beat.want() });
  const beat = new RateCountBeat({ exchange: () => counts.exchange(), log });
  return { openWindow: counts.openWindow, close: () => beat.close() };
}
