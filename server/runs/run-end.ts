import type { RunRecord, RunStep } from '../store/store.ts';
import type { CallerTrace } from '../store/stored-runs.ts';
import type { RunOutcome, Usage } from './run-events.ts';

/** A run that has ended and is stored, also one that was cut off when the server last stopped. */
export interface EndedRun
  extends Pick<RunRecord, 'id' | 'agentId' | 'conversationId' | 'status' | 'startedAt' | keyof CallerTrace> {
  /** What this server knows it by; never told to a caller. */
  readonly key: string;
  /** RFC 3339. Of one that was cut off, when the last happened that is known of it. */
  readonly endedAt: string;
  readonly outcome: RunOutcome;
  readonly usage: Usage;
  readonly steps: readonly RunStep[];
}

/** Called for each run that has ended; does not throw, and takes no time to speak of. */
export type RunEndListener = (ended: EndedRun) => void;
