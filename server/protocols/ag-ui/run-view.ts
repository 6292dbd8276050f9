import type { Casing } from './spelling.ts';

/** What the events of one run need to know of its request. */
export interface AgUiRunView {
  readonly threadId: string;
  readonly runId: string;
  /** When it began, in milliseconds since 1970; undefined where that is not known. */
  readonly startedAt?: number | undefined;
  readonly parentRunId?: string | undefined;
  /** Whether the caller speaks AG-UI 1.0: older clients refuse some of what it added. */
  readonly isVersion1: boolean;
  readonly casing: Casing;
}
