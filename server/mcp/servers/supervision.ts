/** The words of supervision: what may be asked of it and what it answers. */

import type { ServerDefinition } from '../definitions/server-definition.ts';
import type { Variables } from '../processes/launch.ts';
import type { ServerLog } from '../processes/server-log.ts';
import type { ConnectionOptions } from './connection.ts';
import type { ConnectionLimits } from './connection-limits.ts';

/** failed: it never ran, or its last start failed. restarting: it ran, died, and is being brought back. */
export type ServerStatus = 'stopped' | 'starting' | 'running' | 'failed' | 'restarting';

export interface SupervisorOptions {
  readonly limits: ConnectionLimits;
  readonly version: string;
  /** The variables of this server, from which children inherit a few and definitions take what they refer to. */
  readonly environment: Variables;
  readonly records?: ConnectionOptions['records'];
  readonly turns?: ConnectionOptions['turns'];
  readonly log?: ServerLog | undefined;
  /** The wait before the nth restart in a row, in milliseconds. */
  backoffMs(failures: number): number;
  /** After so long without dying a server is healthy again, and its next restart is at once. */
  readonly healthyMs: number;
  /** Throws when this server must not be run at all. */
  checkMayRun?(definition: ServerDefinition): void;
  /** Called on each change of status or tools. */
  onChange(): void;
}

export interface StartOptions {
  /** Variables for this server alone; kept in memory until it is stopped. */
  readonly given?: Variables | undefined;
  /** Whether to go on trying in the background when the start fails. */
  readonly keepTrying: boolean;
  /** Started because an agent uses it, not because somebody named it: ends when no agent selects it any more. */
  readonly forUse?: boolean | undefined;
}

/** 0, 1, 2, 4 … 30 seconds, spread by a quarter so that servers that died together do not return together. */
export function defaultBackoffMs(failures: number): number {
  if (failures === 0) return 0;
  return Math.min(30_000, 1000 * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
}
