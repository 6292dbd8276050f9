import type { Part } from '../../contract/health.ts';
import { ApiError } from '../call/errors.ts';
import { version } from '../version.ts';
import type { HealthParts } from './health-handlers.ts';

interface ReadinessOptions {
  readonly store: { check(): Promise<void> };
  readonly configServers: { readonly isSettled: boolean; readonly problems: readonly unknown[] };
  readonly servers: {
    list(origin: 'config'): readonly { readonly status: string; readonly definition: { readonly id: string } }[];
  };
  isDraining(): boolean;
}

/** Asks each part how it is. One MCP server that failed makes the server degraded, never unready. */
export function createReadiness({ store, configServers, servers, isDraining }: ReadinessOptions): HealthParts {
  return {
    version,
    isDraining,
    async parts() {
      try {
        await store.check();
      } catch (cause) {
        throw new ApiError('not-ready', 'The store cannot be written', { cause, headers: { 'retry-after': '5' } });
      }
      if (!configServers.isSettled) return { starting: 'MCP servers' };
      return { parts: { store: { status: 'ready' }, mcp_servers: describeServers(configServers.problems.length) } };
    },
  };

  function describeServers(problems: number): Part {
    const failed = servers.list('config').filter(({ status }) => status === 'failed' || status === 'restarting');
    const complaints = [
      ...(failed.length ? [`not running: ${failed.map(({ definition }) => definition.id).join(', ')}`] : []),
      ...(problems ? [`problems in the config file: ${problems}`] : []),
    ];
    return complaints.length ? { status: 'degraded', detail: complaints.join('; ') } : { status: 'ready' };
  }
}
