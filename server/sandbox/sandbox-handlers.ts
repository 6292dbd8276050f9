import type { AppHandlers } from '../../contract/index.ts';
import { ApiError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import type { Principal } from '../call/principal.ts';
import type { CallWatch } from '../runs/call-watch.ts';
import { streamExecution, toExecutionResult } from './execution-stream.ts';
import type { SandboxManager } from './sandbox-manager.ts';
import type { ServiceSandboxes } from './service-sandboxes.ts';
import { ownerOf, tenantOf } from './tenant.ts';

interface SandboxHandlersOptions {
  readonly manager: SandboxManager;
  /** The interpreters of this process and all others of the service. */
  readonly service: ServiceSandboxes;
  /** Sets where code runs. */
  configure(request: Parameters<SandboxManager['configure']>[0]): ReturnType<SandboxManager['configure']>;
  /** Throws `agent-not-found` when there is no such agent. */
  readonly requireAgent: (agentId: string) => unknown;
  /** Whether the server is shutting down: what runs may end, runs that end may still use code, callers start nothing new. */
  isDraining(): boolean;
  /** Who is told of the tool calls of the request that is being answered; absent: nobody. */
  watchRequest?(): CallWatch;
}

/** The endpoints of the sandbox. */
export function createSandboxHandlers({
  manager,
  service,
  configure,
  requireAgent,
  isDraining,
  watchRequest,
}: SandboxHandlersOptions): AppHandlers<RequestContext>['sandbox'] {
  const admit = async (agentId: string, principal: Principal) => {
    if (isDraining())
      throw new ApiError('draining', 'The server is shutting down', { headers: { 'retry-after': '10' } });
    await requireAgent(agentId);
    return tenantOf(agentId, principal);
  };
  const optionsOf = (timeout: number | undefined) => ({ ...toTimes(timeout), watch: watchRequest?.() });
  return {
    status: () => service.status(),
    interpreters: async ({ context: { principal } }) => {
      const seen = await service.interpreters({ owner: ownerOf(principal), seesAll: principal.seesAll });
      return { interpreters: seen.map(toInterpreter) };
    },
    variables: async ({ input: { agent_id: agentId }, context }) => {
      await requireAgent(agentId);
      const { state, variables, more } = await service.variables(tenantOf(agentId, context.principal));
      return { status: state, variables, more_variables: more };
    },
    configure: async ({ input }) => {
      await configure(input);
      return service.status();
    },
    restart: ({ context }) => service.restart(ownerOf(context.principal)),
    interrupt: async ({ input, context }) => ({
      interrupted: await service.interrupt(ownerOf(context.principal), input.agent_id),
    }),
    execute: async ({ input: { agent_id, code, timeout }, context, signal }) => {
      const tenant = await admit(agent_id, context.principal);
      return toExecutionResult(await manager.execute(tenant, code, { ...optionsOf(timeout), signal }));
    },
    executeStream: async ({ input: { agent_id, code, timeout }, context, signal }) => {
      const tenant = await admit(agent_id, context.principal);
      const own = optionsOf(timeout);
      return streamExecution((options) => manager.execute(tenant, code, { ...own, ...options }), signal);
    },
  };
}

const toInterpreter = (seen: Awaited<ReturnType<ServiceSandboxes['interpreters']>>[number]) => ({
  agent_id: seen.agentId,
  key: seen.key || null,
  status: seen.state,
  variant: seen.variant,
  last_used_at: seen.lastUsedAt ? new Date(seen.lastUsedAt).toISOString() : null,
  ...(seen.replica !== undefined && { replica: seen.replica }),
});

/** Whoever says how long the code may take waits no longer for it to begin. */
function toTimes(seconds: number | undefined) {
  const timeoutMs = seconds && Math.ceil(seconds * 1000);
  return { timeoutMs, waitMs: timeoutMs };
}
