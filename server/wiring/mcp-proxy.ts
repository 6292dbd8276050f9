import type { Principal } from '../call/principal.ts';
import { createProxyHandlers } from '../mcp/proxy-handlers.ts';
import type { CallWatch } from '../runs/call-watch.ts';
import type { SandboxManager } from '../sandbox/sandbox-manager.ts';
import { tenantOf } from '../sandbox/tenant.ts';
import { createSkillToolset } from '../skills/skill-toolset.ts';
import type { CodemodeParts } from './codemode.ts';
import type { McpServers } from './mcp.ts';
import type { Skills } from './skills.ts';

/** Where scripts of skills run that no agent has asked for: no agent can have this id. */
const NO_AGENT = ':skills';

/** The way in for plain HTTP and for sandboxes, as the front door is given it. */
export type McpProxy = ReturnType<typeof openMcpProxy>;

interface McpProxyOptions {
  readonly mcp: McpServers;
  readonly skills: Skills;
  readonly codemode: CodemodeParts;
  readonly sandboxes: SandboxManager;
  readonly watchRequest: () => CallWatch;
}

/** Opens the tools of MCP servers, and of `skills` beside them, to plain HTTP and to the code in sandboxes. */
export function openMcpProxy({ mcp, skills: { library }, codemode, sandboxes, watchRequest }: McpProxyOptions) {
  const skillTools = (principal: Principal) =>
    createSkillToolset({
      library,
      skills: () => library.list(),
      execute: (code, options) => sandboxes.execute(tenantOf(NO_AGENT, principal), code, options),
    });
  return {
    handlers: {
      mcpProxy: createProxyHandlers({
        servers: mcp.servers,
        findStarted: mcp.findStarted,
        watchRequest,
        builtIn: (principal) => new Map([['skills', skillTools(principal)]]),
        callForSandbox(authorization, { server, tool, args }, signal) {
          const tenant = codemode.host.callerOf(authorization);
          return tenant && sandboxes.callTool(tenant, server, tool, args, { signal });
        },
      }),
    },
    /** Names the sandbox that a request comes from: kernels have a token of their own, which is good for tool calls and for nothing else. */
    identifyFor(operation: string, authorization: unknown): string | undefined {
      const tenant = operation === 'mcpProxy.call' ? codemode.host.findCaller(authorization) : undefined;
      return tenant && `sandbox of ${tenant.agentId}${tenant.owner && ` for ${tenant.owner}`}`;
    },
  };
}
