import { z } from 'zod';
import { ServerSelection } from './agents.ts';
import { EnvVars } from './env-vars.ts';
import { group, patch, post } from './kit.ts';

const serverIds = (description: string) => z.array(z.string()).meta({ description });

const outcome = {
  started_servers: serverIds('Servers that were started'),
  stopped_servers: serverIds('Servers that were stopped'),
  already_running: serverIds('Servers that ran before'),
  already_stopped: serverIds('Servers that did not run before'),
  failed_servers: z
    .array(z.object({ server_id: z.string(), error: z.string() }).meta({ id: 'FailedServer' }))
    .meta({ description: 'Servers that could not be started or stopped, and why' }),
  codemode_rebuilt: z.boolean().meta({ description: 'Whether the codemode tools of an agent were rebuilt' }),
  message: z.string().meta({ description: 'All of it in one sentence' }),
};

const started = {
  env_vars_set: z.array(z.string()).meta({ description: 'The names of the variables given' }),
  sandbox_configured: z.boolean().meta({ description: 'Whether the code sandbox was configured by this call' }),
  sandbox_variant: z
    .string()
    .nullable()
    .meta({ description: 'The variant of the sandbox after this call; null when it was not configured by it' }),
  mcp_proxy_url: z
    .string()
    .nullable()
    .meta({ description: 'Where code in the sandbox calls MCP tools; null when the sandbox was not configured' }),
};

const StartServers = z
  .object({
    env_vars: EnvVars.optional().meta({ description: 'Variables for the servers of these agents, and for no other' }),
    jupyter_sandbox: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .meta({ description: 'Jupyter server URL with token; switches the code sandbox to local-jupyter' }),
    mcp_proxy_url: z.string().min(1).max(4096).optional().meta({
      description:
        'Where code in the sandbox calls MCP tools; absent: this server. Only to the address and port of this server a token goes with the calls',
    }),
  })
  .meta({ id: 'StartServers' });

const oneAgent = { agent_id: z.string(), ...outcome };
const allAgents = { agents_processed: z.array(z.string()).meta({ description: 'Every agent' }), ...outcome };
const NONE = { started_servers: [], stopped_servers: [], already_running: [], already_stopped: [], failed_servers: [] };

const startNotes =
  'Waits until each selected server runs or has failed; they start in parallel, and one failure stops no other. A server that several agents select starts once. One that runs is started anew when a variable it needs or was given has another value now.';

const DESCRIPTION =
  'The MCP servers that agents use. Where several processes are one service, all of them start and stop what one is told to; the answer says what became of it on that one, and values of `env_vars` reach the others only with a secret key file.';

/** The MCP servers that agents use. */
export const agentMcpServers = group('Agent MCP servers', DESCRIPTION, {
  update: patch('/agents/{agent_id}/mcp-servers', {
    summary: 'Update agent MCP servers (runtime)',
    description:
      'Replaces the selection. Running runs have the new tools at their next model call. An unknown id is 422.',
    body: z.object({ selected_mcp_servers: z.array(ServerSelection).max(100) }).meta({ id: 'UpdateAgentMcpServers' }),
    bodyExample: { selected_mcp_servers: ['tavily', 'filesystem'] },
    output: z
      .object({ agent_id: z.string(), selected_mcp_servers: z.array(ServerSelection), message: z.string() })
      .meta({ id: 'AgentMcpServersUpdated' }),
    example: {
      agent_id: 'my-agent',
      selected_mcp_servers: ['tavily', 'filesystem'],
      message: 'MCP servers updated successfully',
    },
    errors: ['agent-not-found'],
  }),
  startAll: post('/agents/mcp-servers/start', {
    summary: 'Start MCP servers for all agents',
    description: startNotes,
    body: StartServers,
    bodyExample: { env_vars: [{ name: 'TAVILY_API_KEY', value: 'tvly-xxx' }] },
    output: z.object({ ...allAgents, ...started }).meta({ id: 'AllServersStarted' }),
    example: {
      agents_processed: ['agent-1', 'agent-2'],
      ...NONE,
      started_servers: ['tavily', 'github'],
      codemode_rebuilt: true,
      env_vars_set: ['TAVILY_API_KEY'],
      sandbox_configured: true,
      sandbox_variant: 'local-jupyter',
      mcp_proxy_url: 'http://127.0.0.1:8765/api/v1/mcp/proxy',
      message: 'Started 2 server(s) across 2 agent(s), sandbox=local-jupyter',
    },
    errors: ['jupyter-url-not-allowed'],
  }),
  start: post('/agents/{agent_id}/mcp-servers/start', {
    summary: 'Start MCP servers for a specific agent',
    description: startNotes,
    body: StartServers,
    bodyExample: { env_vars: [{ name: 'TAVILY_API_KEY', value: 'tvly-xxx' }] },
    output: z.object({ ...oneAgent, ...started }).meta({ id: 'AgentServersStarted' }),
    example: {
      agent_id: 'my-agent',
      ...NONE,
      started_servers: ['tavily'],
      already_running: ['github'],
      failed_servers: [{ server_id: 'filesystem', error: 'Server config not found' }],
      codemode_rebuilt: true,
      env_vars_set: ['TAVILY_API_KEY'],
      sandbox_configured: false,
      sandbox_variant: null,
      mcp_proxy_url: null,
      message: 'Started 1 server(s), 1 already running, 1 failed',
    },
    errors: ['agent-not-found', 'jupyter-url-not-allowed'],
  }),
  stopAll: post('/agents/mcp-servers/stop', {
    summary: 'Stop MCP servers for all agents',
    description: 'Stops every server that an agent selects. They stay stopped until they are started by name.',
    output: z.object(allAgents).meta({ id: 'AllServersStopped' }),
    example: {
      agents_processed: ['agent-1', 'agent-2'],
      ...NONE,
      stopped_servers: ['tavily', 'github'],
      codemode_rebuilt: false,
      message: 'Stopped 2 server(s) across 2 agent(s)',
    },
  }),
  stop: post('/agents/{agent_id}/mcp-servers/stop', {
    summary: 'Stop MCP servers for a specific agent',
    description:
      'Stops the servers the agent selects, except those that another agent selects too: the message says how many were kept.',
    output: z.object(oneAgent).meta({ id: 'AgentServersStopped' }),
    example: {
      agent_id: 'my-agent',
      ...NONE,
      stopped_servers: ['tavily', 'github'],
      already_stopped: ['filesystem'],
      codemode_rebuilt: false,
      message: 'Stopped 2 server(s), 1 already stopped',
    },
    errors: ['agent-not-found'],
  }),
});
