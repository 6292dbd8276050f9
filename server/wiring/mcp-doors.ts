import { BASE_PATH } from '../../contract/index.ts';
import type { Agents } from '../agents/agents.ts';
import { exchangeOf } from '../http/exchange.ts';
import type { Log } from '../http/log.ts';
import { readJsonText } from '../http/read-json.ts';
import { McpDoors } from '../mcp/doors/doors.ts';
import { createAgentTools } from '../protocols/mcp/agent-tools.ts';
import type { CallWatch } from '../runs/call-watch.ts';
import { toUserMessages } from '../runs/start-run.ts';
import { version } from '../version.ts';
import type { AgentRuns } from './agent-runs.ts';
import type { McpServers } from './mcp.ts';
import { MOUNTED } from './mounted.ts';

const MCP_PATH = `${BASE_PATH}/mcp`;
const AGENTS_PATH = `${BASE_PATH}/agents`;

interface McpDoorsOptions {
  readonly mcp: McpServers;
  readonly agents: Agents;
  readonly agentRuns: Pick<AgentRuns, 'startRun'>;
  readonly log: Log;
  readonly watchRequest: () => CallWatch;
}

/** Opens the doors of MCP clients to the MCP servers and to the agents. */
export function openMcpDoors({ mcp, agents, agentRuns, log, watchRequest }: McpDoorsOptions) {
  const doors = new McpDoors({
    servers: mcp.servers,
    findStarted: mcp.findStarted,
    watchRequest,
    agents: createAgentTools({
      agents,
      async startRun(agentId, { message, ...request }) {
        const messages = toUserMessages(message);
        const run = await agentRuns.startRun(agentId, { ...request, messages, history: 'stored', detached: true });
        const { storedId, conversationId } = run;
        return {
          storedId,
          conversationId,
          events: run.events({ isAwaited: true }),
          cancel: (reason) => run.cancel(reason),
        };
      },
      log,
    }),
    version,
    base: MCP_PATH,
    agentsBase: AGENTS_PATH,
    readBody: (request, response) => readJsonText(request, () => response.writeContinue()),
    principalOf: (request) => exchangeOf(request).principal,
  });
  return {
    mounts: [MCP_PATH, AGENTS_PATH].map((path) => ({ path, operation: MOUNTED.mcp, handler: doors.handler })),
    close: () => doors.close(),
  };
}
