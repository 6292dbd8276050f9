import { z } from 'zod';
import { NewAgentId, Timestamp } from './ids.ts';
import { del, get, group, post, put } from './kit.ts';
import { OutputSchema } from './output-schema.ts';
import { nextCursor, optionalPageQuery } from './pages.ts';

/** An MCP server an agent selects: an id (looked up in config, then custom servers, then the catalog), or an id with its origin. */
export const ServerSelection = z
  .union([
    z.string().min(1).max(256),
    z.object({ id: z.string().min(1).max(256), origin: z.enum(['config', 'custom', 'catalog']) }),
  ])
  .meta({
    id: 'ServerSelection',
    description: 'An MCP server id, or `{id, origin}` where one id exists in several places',
  });

const fields = {
  skills: z
    .array(z.string().min(1).max(200))
    .max(100)
    .meta({ description: 'The skills the agent may use, by name; absent: those the server is started with' }),
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .meta({ description: 'A name for people', examples: ['My Custom Agent'] }),
  description: z.string().max(4000).meta({ description: 'What the agent is for' }),
  model: z
    .string()
    .min(1)
    .max(256)
    .meta({
      description: '`provider:name`, `provider/name` or a known bare name',
      examples: ['gpt-4o', 'openai:gpt-4o'],
    }),
  system_prompt: z
    .string()
    .max(200_000)
    .meta({ description: 'Instructions the model is given before the conversation' }),
  selected_mcp_servers: z
    .array(ServerSelection)
    .max(100)
    .meta({ description: 'The MCP servers whose tools the agent may call' }),
  max_steps: z.int().min(1).max(200).meta({ description: 'The most model calls of one run' }),
  temperature: z.number().min(0).max(2).meta({ description: 'Sampling temperature; absent: the default of the model' }),
  enable_codemode: z
    .boolean()
    .meta({ description: 'Whether the agent calls its tools from Python it writes; absent: as the server is started' }),
  approvals: z
    .object({
      tools: z
        .array(z.string().min(1).max(128))
        .max(100)
        .meta({
          description: 'Names of tools, such as `github__create_issue`; `*` is any text',
          examples: [['github__*']],
        }),
    })
    .meta({ description: 'Which tool calls wait for the approval of a person' }),
  agents: z
    .array(z.string().min(1).max(256))
    .max(100)
    .meta({ description: 'The ids of the agents it may ask, each by a tool `ask_<id>`' }),
  offer_as_tool: z
    .boolean()
    .meta({ description: 'Whether MCP clients at `/api/v1/mcp` are offered the agent as the tool `ask_<id>`' }),
  durable: z.boolean().meta({
    description:
      'Whether its runs outlive what they began with: they go on without readers, and where processes share a database, on another one when theirs is gone. No tool is called twice then: the model is told that a call which was open may have run. With one process they end as interrupted when it stops. Runs that another run asks for, those of Chat Completions, and those with tools of the client that asks, such as an editor or a viewer of surfaces, are as those of other agents',
  }),
};

/** An agent as every answer shows it. */
export const Agent = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    transport: z.literal('streaming'),
    model: z.string().meta({ description: 'The model in use, also when it is the default of the server' }),
    status: z.enum(['idle', 'running']).meta({ description: 'running: at least one run is active' }),
    system_prompt: z.string(),
    selected_mcp_servers: z.array(ServerSelection),
    max_steps: z.int(),
    temperature: z.number().nullable(),
    codemode: z.boolean().meta({ description: 'Whether the agent calls its tools from Python it writes' }),
    approvals: z
      .object({
        tools: z.array(z.string()).meta({ description: 'Names of tools; `*` is any text', examples: [['github__*']] }),
      })
      .meta({ description: 'Which tool calls wait for the approval of a person' }),
    skills: z.array(z.string()).meta({ description: 'The skills the agent may use' }),
    agents: z.array(z.string()).meta({ description: 'The ids of the agents it may ask, each by a tool `ask_<id>`' }),
    offer_as_tool: fields.offer_as_tool,
    output_schema: OutputSchema.nullable().meta({ description: 'What its answers are JSON of; null: they are text' }),
    durable: fields.durable,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Agent' });

/** An agent with the ids of the MCP servers it selects. */
export const AgentDetail = Agent.extend({
  mcp_toolsets: z.array(z.string()).meta({ description: 'The ids of the selected MCP servers' }),
}).meta({ id: 'AgentDetail' });

/** What a new agent may state; only `name` or `id` must be there. */
export const CreateAgent = z
  .object({
    id: NewAgentId.optional().meta({ description: 'Absent: made from the name' }),
    name: fields.name.optional().meta({ description: 'Absent: the id' }),
    description: fields.description.optional(),
    model: fields.model.optional().meta({ description: 'Absent: the default model of the server' }),
    system_prompt: fields.system_prompt.optional(),
    selected_mcp_servers: fields.selected_mcp_servers.optional(),
    max_steps: fields.max_steps.optional().meta({ description: 'The most model calls of one run; absent: 20' }),
    temperature: fields.temperature.optional(),
    enable_codemode: fields.enable_codemode.optional(),
    approvals: fields.approvals.optional(),
    skills: fields.skills.optional(),
    agents: fields.agents.optional(),
    offer_as_tool: fields.offer_as_tool.optional().meta({
      description:
        'Whether MCP clients at `/api/v1/mcp` are offered the agent as the tool `ask_<id>`; absent: they are',
    }),
    output_schema: OutputSchema.optional().meta({
      description: 'What its answers are JSON of, unless a prompt says otherwise; absent: they are text',
    }),
    durable: fields.durable.optional().meta({
      description: 'Whether its runs go on without readers, and on another process when theirs is gone; absent: no',
    }),
  })
  .meta({ id: 'CreateAgent' });

/** What an update may change: only the fields given change; null resets a field to its default. */
export const UpdateAgent = z
  .object({
    name: fields.name.optional(),
    description: fields.description.optional(),
    model: fields.model.nullable().optional().meta({ description: 'null: the default model of the server' }),
    system_prompt: fields.system_prompt.optional(),
    selected_mcp_servers: fields.selected_mcp_servers.optional(),
    max_steps: fields.max_steps.optional(),
    temperature: fields.temperature.nullable().optional(),
    enable_codemode: fields.enable_codemode
      .nullable()
      .optional()
      .meta({ description: 'null: as the server is started' }),
    approvals: fields.approvals.optional(),
    skills: fields.skills.nullable().optional().meta({ description: 'null: those the server is started with' }),
    agents: fields.agents.optional(),
    offer_as_tool: fields.offer_as_tool.optional(),
    output_schema: OutputSchema.nullable().optional().meta({ description: 'null: answers are text' }),
    durable: fields.durable.optional(),
  })
  .meta({ id: 'UpdateAgent' });

const example: z.output<typeof Agent> = {
  id: 'my-agent',
  name: 'My Custom Agent',
  description: '',
  transport: 'streaming',
  model: 'gpt-4o',
  status: 'idle',
  system_prompt: 'You are a helpful assistant.',
  selected_mcp_servers: ['tavily'],
  max_steps: 20,
  temperature: null,
  codemode: false,
  approvals: { tools: [] },
  skills: [],
  agents: [],
  offer_as_tool: true,
  output_schema: null,
  durable: false,
  created_at: '2026-11-23T10:00:00.000Z',
  updated_at: '2026-11-23T10:00:00.000Z',
};

/** Agents: create, read, update, delete. They survive a restart of the server. */
export const agents = group('Agents', 'Agents: create, read, update, delete. They survive a restart of the server.', {
  list: get('/agents', {
    summary: 'List agents',
    description:
      'In the order they were created: all of them, or with `limit` or `cursor` a page. An agent that is deleted while pages are read leaves out none of the others.',
    query: z.object(optionalPageQuery),
    output: z
      .object({
        agents: z.array(Agent),
        next_cursor: nextCursor
          .optional()
          .meta({ description: 'null on the last page; absent where no page was asked for' }),
      })
      .meta({ id: 'AgentList' }),
    example: { agents: [example] },
  }),
  get: get('/agents/{agent_id}', {
    summary: 'Get agent',
    description: 'The agent with the ids of the MCP servers it selects.',
    output: AgentDetail,
    example: { ...example, mcp_toolsets: ['tavily'] },
    errors: ['agent-not-found'],
  }),
  create: post('/agents', {
    summary: 'Create agent',
    description: 'A model without its API key is no error here; a prompt to the agent then fails and says what to set.',
    body: CreateAgent,
    bodyExample: {
      id: 'my-agent',
      name: 'My Custom Agent',
      model: 'gpt-4o',
      system_prompt: 'You are a helpful assistant.',
    },
    output: AgentDetail,
    status: 201,
    location: (agent) => `/agents/${agent.id}`,
    example: { ...example, mcp_toolsets: ['tavily'] },
    errors: ['agent-exists'],
  }),
  update: put('/agents/{agent_id}', {
    summary: 'Update agent',
    description: 'Changes the fields given and no other. Running runs see the change at their next model call.',
    body: UpdateAgent,
    bodyExample: { name: 'My Custom Agent', system_prompt: 'You are a helpful assistant.' },
    output: AgentDetail,
    example: { ...example, mcp_toolsets: ['tavily'] },
    errors: ['agent-not-found'],
  }),
  delete: del('/agents/{agent_id}', {
    summary: 'Delete agent',
    description: 'Ends the runs of the agent. Its conversations stay.',
    output: z.object({ message: z.string() }).meta({ id: 'AgentDeleted' }),
    example: { message: 'Agent my-agent deleted successfully' },
    errors: ['agent-not-found'],
  }),
});
