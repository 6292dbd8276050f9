import type { Agents } from '../agents/agents.ts';
import { exchangeOf } from '../http/exchange.ts';
import { MAX_FILES_BODY_BYTES, readJson } from '../http/read-json.ts';
import type { RunningServers } from '../mcp/servers/running-servers.ts';
import { createA2aHandlers } from '../protocols/a2a/handlers.ts';
import { openA2a as openProtocol } from '../protocols/a2a/open-a2a.ts';
import type { A2aServerOptions } from '../protocols/a2a/server.ts';
import { version } from '../version.ts';
import { MOUNTED } from './mounted.ts';
import type { ProtocolParts } from './protocols.ts';
import { announceRuns, createTaskRuns } from './task-runs.ts';

/** Opens A2A: tasks are runs on the conversations that are their contexts. */
export async function openA2a({ options, hasKeys, agents, mcp, agentRuns, runs, store, ...parts }: ProtocolParts) {
  const { replica, wake, secrets, log } = parts;
  const a2a = await openProtocol({
    agents: createCardAgents(agents, mcp.servers),
    tasks: store.tasks,
    push: store.push,
    cardTimes: store.cardTimes,
    secrets,
    ...createTaskRuns({ ...agentRuns, runs, store }),
    wake,
    sharing: replica && {
      silenceMs: () => replica.silenceMs,
      isFresh: () => replica.isFresh,
      isLeaving: () => replica.isDraining,
    },
    webhookHosts: options['webhook-host'],
    hasKeys,
    principalOf: (request) => exchangeOf(request).principal,
    readJson: readA2aJson,
    version,
    log,
  });
  announceRuns(a2a, { runs, store });
  return {
    ...a2a,
    mounts: a2a.mounts.map((mount) => ({ ...mount, operation: MOUNTED.a2a })),
    handlers: { a2a: createA2aHandlers({ agents, version }) },
  };
}

/** Reads the body of a request to A2A. */
export const readA2aJson: A2aServerOptions['readJson'] = (request, response, { holdFiles }) =>
  readJson(request, () => response.writeContinue(), holdFiles ? MAX_FILES_BODY_BYTES : undefined);

/** Agents as their cards show them: with the tools of the servers they select that run. Starts none of them. */
function createCardAgents(agents: Agents, servers: RunningServers): A2aServerOptions['agents'] {
  return {
    get(id) {
      const agent = agents.get(id);
      const tools = agent.selectedMcpServers.flatMap((one) => servers.find(one)?.tools ?? []);
      return {
        ...agent,
        tools: tools.map(({ name, title, description }) => ({ name, description: description ?? title ?? name })),
      };
    },
    has: (id) => agents.has(id),
    defaultId: () => agents.list()[0]?.id,
  };
}
