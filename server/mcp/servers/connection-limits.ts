import type { Grace } from '../processes/end-group.ts';

/** The limits of a connection. Times are in milliseconds. */
export interface ConnectionLimits {
  /** How long a start may be silent; each sign of life starts it anew. The first run of an npx package downloads it. */
  readonly startTimeoutMs: number;
  /** How long a start may take in all until the tools are listed, whatever life it shows. */
  readonly startTotalMs: number;
  /** How long a call may be silent; each progress report starts it anew. */
  readonly callTimeoutMs: number;
  /** How long a call may take in all, whatever progress it reports. */
  readonly callTotalMs: number;
  /** How many tools are taken of a server; the others are left out. */
  readonly maxTools: number;
  /** How much the descriptions of its tools may hold together. */
  readonly maxToolsBytes: number;
  /** How many pages its list of tools may have. */
  readonly maxToolPages: number;
  /** After how long of a start its `error` says what is waited for. */
  readonly sayWaitingMs: number;
  readonly graceMs: Grace;
}

/** The limits of servers that say nothing else. */
export const DEFAULT_LIMITS: ConnectionLimits = {
  startTimeoutMs: 60_000,
  startTotalMs: 30 * 60_000,
  callTimeoutMs: 60_000,
  callTotalMs: 30 * 60_000,
  maxTools: 1000,
  maxToolsBytes: 4 * 1024 * 1024,
  maxToolPages: 100,
  sayWaitingMs: 3000,
  graceMs: { input: 500, term: 2000 },
};
