import { createHealthHandlers } from '../health/health-handlers.ts';
import { createReadiness } from '../health/readiness.ts';
import type { Runs } from '../runs/runs.ts';
import type { Store } from '../store/store.ts';
import type { McpServers } from './mcp.ts';

/** The features that the probes ask. */
export interface HealthOptions {
  readonly store: Store;
  readonly mcp: McpServers;
  readonly runs: Runs;
}

/** Opens the probes. */
export function openHealth({ store, mcp: { servers, config }, runs }: HealthOptions) {
  const readiness = createReadiness({ store, configServers: config, servers, isDraining: () => runs.isDraining });
  return { handlers: { health: createHealthHandlers(readiness) } };
}
