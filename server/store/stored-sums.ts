import type { Principal } from '../call/principal.ts';
import type { RunStatus } from './stored-runs.ts';
import type { Usage } from './usage.ts';

/** What a set of runs that have ended came to. */
export interface RunSums {
  readonly runs: number;
  readonly durationMs: number;
  readonly usage: Usage;
  /** In US dollars, of the steps whose cost is known; null where that of none is, and there are some. */
  readonly cost: number | null;
  /** How many answers were given whose cost is not known, as `isUnpriced` tells. */
  readonly unpricedSteps: number;
}

/** What runs came to by the names of one group, in the order of these. */
export interface UsageReport {
  readonly groups: readonly (RunSums & { readonly name: string })[];
  readonly total: RunSums;
}

/** What sums can be told apart by. */
export type UsageGroup = 'agent' | 'key' | 'model' | 'day';

/** Which runs to add up: those that started from `since` on and before `until`, both RFC 3339 with milliseconds in UTC. */
export interface SumsQuery {
  readonly principal?: Principal | undefined;
  readonly agentId?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly parentRunId?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}
