import type { AppHandlers } from '../../contract/index.ts';
import { ApiError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import type { Principal } from '../call/principal.ts';
import type { CallWatch } from '../runs/call-watch.ts';
import { streamExecution, toExecutionResult } from './execution-stream.ts';
import type { SandboxManager } from './sandbox-manager.ts';
import { ownerOf, tenantOf } from './tenant.ts';

interface SandboxHandlersOptions {
  readonly manager: SandboxManager;
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
    status: () => manager.status(),
    interpreters: ({ context: { principal } }) => {
      const seen = manager.interpreters({ owner: ownerOf(principal), seesAll: principal.seesAll });
      return { interpreters: seen.map(toInterpreter) };
    },
    variables: async ({ input: { agent_id: agentId }, context }) => {
      await requireAgent(agentId);
      const { state, variables, more } = await manager.variables(tenantOf(agentId, context.principal));
      return { status: state, variables, more_variables: more };
    },
    configure: ({ input }) => configure(input),
    restart: ({ context }) => manager.restart(ownerOf(context.principal)),
    interrupt: ({ input, context }) => ({ interrupted: manager.interrupt(ownerOf(context.principal), input.agent_id) }),
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

const toInterpreter = (seen: ReturnType<SandboxManager['interpreters']>[number]) => ({
  agent_id: seen.agentId,
  key: seen.key || null,
  status: seen.state,
  variant: seen.variant,
  last_used_at: seen.lastUsedAt ? new Date(seen.lastUsedAt).toISOString() : null,
});

/** Whoever says how long the code may take waits no longer for it to begin. */
function toTimes(seconds: number | undefined) {
  const timeoutMs = seconds && Math.ceil(seconds * 1000);
  return { timeoutMs, waitMs: timeoutMs };
}
