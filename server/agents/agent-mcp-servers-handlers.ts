import type { AppHandlers } from '../../contract/index.ts';
import type { RequestContext } from '../call/implement.ts';
import type { RunningServers } from '../mcp/servers/running-servers.ts';
import { type ServersOutcome, startServersOf, stopServersOf } from './agent-servers.ts';
import type { Agents } from './agents.ts';

interface AgentMcpServersHandlerOptions {
  readonly agents: Agents;
  readonly servers: RunningServers;
  /** Puts the code sandbox on a Jupyter server. */
  configureSandbox(sandbox: { jupyterUrl: string; mcpProxyUrl: string | undefined }): Promise<{
    readonly variant: string;
    readonly mcpProxyUrl: string | undefined;
  }>;
  /** Makes the tools of agents that write code anew, and says whether there were any. */
  rebuildCodemode(agentIds: readonly string[]): Promise<boolean>;
}

type Handlers = AppHandlers<RequestContext>['agentMcpServers'];

/** The MCP servers of agents over the wire: which an agent selects, and their start and stop, for one agent or for all. */
export function createAgentMcpServersHandlers(options: AgentMcpServersHandlerOptions): Handlers {
  const { agents, servers } = options;

  const start = async (agentIds: readonly string[], input: StartInput) => {
    const variables = Object.fromEntries((input.env_vars ?? []).map(({ name, value }) => [name, value]));
    // First what can be refused: a call that is answered with an error has started nothing.
    const { jupyter_sandbox: jupyterUrl, mcp_proxy_url: mcpProxyUrl } = input;
    const sandbox = jupyterUrl === undefined ? undefined : await options.configureSandbox({ jupyterUrl, mcpProxyUrl });
    const chosen = agentIds.map((id) => agents.get(id));
    const outcome = await startServersOf(servers, chosen, variables);
    const extra = {
      codemode_rebuilt: await options.rebuildCodemode(agentIds),
      env_vars_set: Object.keys(variables),
      sandbox_configured: sandbox !== undefined,
      sandbox_variant: sandbox?.variant ?? null,
      mcp_proxy_url: sandbox?.mcpProxyUrl ?? null,
    };
    return { outcome, extra, sandboxPart: sandbox ? [`sandbox=${sandbox.variant}`] : [] };
  };

  const stop = async (agentIds: readonly string[]) => {
    const chosen = new Set(agentIds);
    const outcome = await stopServersOf(
      servers,
      agentIds.map((id) => agents.get(id)),
      agents.list().filter(({ id }) => !chosen.has(id)),
    );
    return { outcome, extra: { codemode_rebuilt: await options.rebuildCodemode(agentIds) } };
  };

  return {
    async update({ input: { agent_id, selected_mcp_servers } }) {
      await agents.update(agent_id, { selectedMcpServers: selected_mcp_servers });
      return { agent_id, selected_mcp_servers, message: 'MCP servers updated successfully' };
    },
    async start({ input }) {
      const agent_id = agents.get(input.agent_id).id;
      const { outcome, extra, sandboxPart } = await start([agent_id], input);
      return { agent_id, ...toLists(outcome), ...extra, message: startMessage(outcome, [], sandboxPart) };
    },
    async startAll({ input }) {
      const agents_processed = agents.list().map(({ id }) => id);
      const { outcome, extra, sandboxPart } = await start(agents_processed, input);
      const message = startMessage(outcome, agents_processed, sandboxPart);
      return { agents_processed, ...toLists(outcome), ...extra, message: noAgentsOr(message, agents_processed) };
    },
    async stop({ input }) {
      const agent_id = agents.get(input.agent_id).id;
      const { outcome, extra } = await stop([agent_id]);
      return { agent_id, ...toLists(outcome), ...extra, message: stopMessage(outcome, []) };
    },
    async stopAll() {
      const agents_processed = agents.list().map(({ id }) => id);
      const { outcome, extra } = await stop(agents_processed);
      const message = noAgentsOr(stopMessage(outcome, agents_processed), agents_processed);
      return { agents_processed, ...toLists(outcome), ...extra, message };
    },
  };
}

type StartInput = Parameters<Handlers['startAll']>[0]['input'];

const toLists = (outcome: ServersOutcome) => ({
  started_servers: outcome.started,
  stopped_servers: outcome.stopped,
  already_running: outcome.alreadyRunning,
  already_stopped: outcome.alreadyStopped,
  failed_servers: outcome.failed,
});

const counted = (count: number, words: string) => (count > 0 ? [`${count} ${words}`] : []);
const across = (agentIds: readonly string[]) => (agentIds.length > 0 ? ` across ${agentIds.length} agent(s)` : '');
const noAgentsOr = (message: string, agentIds: readonly string[]) =>
  agentIds.length > 0 ? message : 'No agents registered';

function startMessage(outcome: ServersOutcome, agentIds: readonly string[], sandboxPart: readonly string[]): string {
  return [
    `Started ${outcome.started.length} server(s)${across(agentIds)}`,
    ...counted(outcome.alreadyRunning.length, 'already running'),
    ...counted(outcome.failed.length, 'failed'),
    ...sandboxPart,
  ].join(', ');
}

function stopMessage(outcome: ServersOutcome, agentIds: readonly string[]): string {
  return [
    `Stopped ${outcome.stopped.length} server(s)${across(agentIds)}`,
    ...counted(outcome.alreadyStopped.length, 'already stopped'),
    ...(outcome.kept.length > 0 ? [`kept ${outcome.kept.length} in use`] : []),
    ...counted(outcome.failed.length, 'failed'),
  ].join(', ');
}
