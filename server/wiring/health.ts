import { createHealthHandlers } from '../health/health-handlers.ts';
import { createReadiness } from '../health/readiness.ts';
import { createSummary } from '../health/summary.ts';
import { toSums } from '../runs/run-views.ts';
import type { Runs } from '../runs/runs.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';
import type { McpServers } from './mcp.ts';

/** The features that the probes and the summary ask. */
export interface HealthOptions {
  readonly store: Store;
  readonly mcp: McpServers;
  readonly runs: Runs;
  readonly metrics: { streams(): number };
}

/** Opens the probes and the summary. */
export function openHealth({ store, mcp: { servers, config }, runs, metrics }: HealthOptions) {
  const readiness = createReadiness({ store, configServers: config, servers, isDraining: () => runs.isDraining });
  const summarize = createSummary({
    version,
    activeRuns: () => runs.activeRuns().length,
    activeStreams: metrics.streams,
    sums: async (query) => toSums(await store.runs.sums(query)),
  });
  return { handlers: { health: createHealthHandlers(readiness, summarize) } };
}
