import { z } from 'zod';
import { get, group, post } from './kit.ts';
import { McpServer } from './mcp-servers.ts';

/** Tools of running MCP servers as plain HTTP: what code in a sandbox calls. */
export const mcpProxy = group(
  'MCP proxy',
  'Tools of running MCP servers as plain HTTP: what code in a sandbox calls.',
  {
    call: post('/mcp/proxy/{server_id}/tools/{tool_name}', {
      summary: 'Call a tool of a running MCP server',
      description:
        'The error of a tool is an answer with `success: false`. Text of the result is decoded when it is JSON; structured content is given as it is. Code in a sandbox calls with a token of its own: only tools of its agent, only while it runs, and each refusal is an answer with `success: false` and its `kind`; it calls at the process whose sandbox it is. Where several processes are one service, a server that runs at another one alone is started for the call.',
      body: z
        .object({
          arguments: z.record(z.string(), z.unknown()).optional().meta({ description: 'Arguments of the tool' }),
          origin: McpServer.shape.origin
            .optional()
            .meta({ description: 'Which of several servers of this id; absent: the first that runs' }),
        })
        .meta({ id: 'ProxyCall' }),
      bodyExample: { arguments: { expression: '6 * 7' } },
      output: z
        .object({
          success: z.boolean(),
          result: z.unknown().meta({ description: 'What the tool answered; null when it failed' }),
          error: z.string().nullable().meta({ description: 'What the tool said when it failed' }),
          is_error: z.boolean().meta({ description: 'The opposite of success' }),
          kind: z
            .enum(['tool', 'not_found', 'invalid_input', 'denied', 'limit', 'transport'])
            .optional()
            .meta({ description: 'To code in a sandbox: why the call failed' }),
          content: z.array(z.unknown()).optional().meta({
            description: 'The blocks that the tool answered, as MCP has them, where one of them is more than text',
          }),
        })
        .meta({ id: 'ProxyResult' }),
      example: { success: true, result: { expression: '6 * 7', value: 42 }, error: null, is_error: false },
      errors: ['mcp-server-not-running', 'mcp-tool-not-found', 'mcp-server-failed', 'mcp-server-timeout'],
    }),
    servers: get('/mcp/proxy/servers', {
      summary: 'List the servers whose tools can be called',
      description:
        'The MCP servers that run now, and `skills`, each with its tools. Where several processes are one service: of the process that answers.',
      output: z
        .object({
          servers: z.array(
            z.object({
              id: z.string(),
              name: z.string(),
              is_config: z.boolean(),
              is_running: z.boolean(),
              tools: z.array(z.object({ name: z.string(), description: z.string() })),
            }),
          ),
          total: z.int(),
        })
        .meta({ id: 'ProxyServers' }),
      example: {
        servers: [
          {
            id: 'tavily',
            name: 'Tavily Search',
            is_config: false,
            is_running: true,
            tools: [{ name: 'tavily_search', description: 'Search the web using Tavily' }],
          },
        ],
        total: 1,
      },
    }),
    health: get('/mcp/proxy/health', {
      summary: 'Check that the proxy answers',
      description: 'Answers while the server does, whether or not an MCP server runs.',
      output: z.object({ status: z.literal('ok') }).meta({ id: 'ProxyHealth' }),
      example: { status: 'ok' },
    }),
  },
);
