// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is written for people shows references.
import { z } from 'zod';
import { get, group } from './kit.ts';
import { McpServer } from './mcp-servers.ts';

const Model = z
  .object({
    id: z.string(),
    name: z.string(),
    provider: z.string(),
    isAvailable: z.boolean().meta({ description: 'Every variable it needs is set' }),
    requiredEnvVars: z.array(z.string()),
  })
  .meta({ id: 'ConfiguredModel' });

const dollars = z.number().meta({ description: 'US dollars per million tokens' });

const OfferedModel = z
  .object({
    id: z.string().meta({ description: 'What an agent names it by' }),
    label: z.string().meta({ description: 'Its name at its provider' }),
    provider: z.string(),
    is_ready: z.boolean().meta({ description: 'Whether the variable it needs is set. Its provider is not asked' }),
    needs: z.string().nullable().meta({ description: 'The variable it needs, set or not; null where it needs none' }),
    price: z
      .object({ input: dollars, cached_input: dollars, output: dollars })
      .nullable()
      .meta({ description: 'By the price table of the server, for a short prompt; null where it is not known' }),
  })
  .meta({ id: 'OfferedModel' });

const Toolset = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('MCPServerStdio'),
      id: z.string(),
      command: z.string(),
      args: z.array(z.string()).meta({ description: '`${VAR}` is shown as it is, literal secrets as ***' }),
    }),
    z.object({ type: z.literal('MCPServerStreamableHTTP'), id: z.string(), url: z.string() }),
  ])
  .meta({ id: 'McpToolset' });

/** What this server is made of. */
export const configure = group('Configuration', 'What this server is made of.', {
  get: get('/configure', {
    summary: 'Get configuration',
    description:
      'The models an agent may name and whether their keys are set, the MCP servers there are, and the tools of those that run.',
    output: z
      .object({
        models: z.array(Model),
        mcp_servers: z.array(McpServer),
        tools: z.array(z.object({ name: z.string(), description: z.string(), server: z.string() })),
        default_model: z.string().nullable().meta({ description: 'What an agent without a model uses' }),
      })
      .meta({ id: 'Configuration' }),
    example: {
      models: [
        {
          id: 'openai:gpt-4o',
          name: 'GPT-4o',
          provider: 'openai',
          isAvailable: false,
          requiredEnvVars: ['OPENAI_API_KEY'],
        },
      ],
      mcp_servers: [],
      tools: [{ name: 'tavily_search', description: 'Search the web using Tavily', server: 'tavily' }],
      default_model: 'openai:gpt-4o',
    },
  }),
  models: get('/configure/models', {
    summary: 'List models',
    description:
      'The models that agents may be given: of each provider its usual ones, then those of the price table, then those last found on this machine. Asks nobody, and tells no key. A provider takes other names too.',
    output: z
      .object({
        models: z.array(OfferedModel),
        default_model: z.string().nullable().meta({
          description: 'What an agent without a model uses; null until this machine was first looked at',
        }),
      })
      .meta({ id: 'OfferedModels' }),
    example: {
      models: [
        {
          id: 'openai:gpt-4o',
          label: 'gpt-4o',
          provider: 'openai',
          is_ready: false,
          needs: 'OPENAI_API_KEY',
          price: { input: 2.5, cached_input: 1.25, output: 10 },
        },
      ],
      default_model: 'demo:rules',
    },
  }),
  toolsetsStatus: get('/configure/mcp-toolsets-status', {
    summary: 'MCP toolsets status',
    description: 'How the start of the MCP servers went.',
    output: z
      .object({
        initialized: z.boolean().meta({ description: 'Each server of the config file has come up or failed' }),
        ready_count: z.int(),
        failed_count: z.int(),
        ready_servers: z.array(z.string()),
        failed_servers: z.record(z.string(), z.string()).meta({
          description: 'Why, by server; an entry of the config file that cannot be read is here too, with its line',
        }),
      })
      .meta({ id: 'McpToolsetsStatus' }),
    example: {
      initialized: true,
      ready_count: 3,
      failed_count: 0,
      ready_servers: ['tavily', 'linkedin', 'kaggle'],
      failed_servers: {},
    },
  }),
  toolsetsInfo: get('/configure/mcp-toolsets-info', {
    summary: 'MCP toolsets info',
    description: 'How each running MCP server is run.',
    output: z.array(Toolset).meta({ id: 'McpToolsetsInfo' }),
    example: [{ type: 'MCPServerStdio', id: 'tavily', command: 'npx', args: ['-y', 'tavily-mcp@0.1.3'] }],
  }),
});
