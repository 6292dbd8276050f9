import type { Part } from '../../contract/health.ts';
import type { AppHandlers } from '../../contract/index.ts';
import { ApiError, drainingError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import { lasting } from '../call/lasting.ts';
import type { Principal } from '../call/principal.ts';

type Summarize = (principal: Principal) => ReturnType<AppHandlers<unknown>['health']['summary']>;

/** What the health handlers are told of the server. */
export interface HealthParts {
  readonly version: string;
  isDraining(): boolean;
  /** The state of each part by name; while one is still starting, the name of that part instead. */
  parts(): Promise<{ readonly starting: string } | { readonly parts: Record<string, Part> }>;
}

/** Liveness that depends on nothing, and readiness that asks each part. */
export function createHealthHandlers(
  { version, isDraining, parts }: HealthParts,
  summarize: Summarize,
): AppHandlers<RequestContext>['health'] {
  const healthy = lasting({ status: 'healthy' as const, version });
  return {
    check: () => healthy,
    summary: ({ context: { principal } }) => summarize(principal),
    ready: async () => {
      if (isDraining()) throw drainingError('5');
      const state = await parts();
      if ('starting' in state) {
        throw new ApiError('not-ready', `Still starting: ${state.starting}`, { headers: { 'retry-after': '1' } });
      }
      const isDegraded = Object.values(state.parts).some(({ status }) => status === 'degraded');
      return { status: isDegraded ? 'degraded' : 'ready', parts: state.parts };
    },
  };
}
