// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is written for people shows references.
import { z } from 'zod';
import { EnvVars } from './env-vars.ts';
import { del, follow, get, group, post, put } from './kit.ts';
import { ImportMcpServers, McpServersImport } from './mcp-import.ts';
import { CreateMcpServer, UpdateMcpServer } from './mcp-server-fields.ts';
import { followQuery, marks, stamp, streamFailure } from './numbered-streams.ts';

// https://modelcontextprotocol.io/specification/2025-11-25/schema#toolannotations
const ToolAnnotations = z
  .object({
    title: z.string().optional().meta({ description: 'A name for people' }),
    readOnlyHint: z.boolean().optional().meta({ description: 'It changes nothing' }),
    destructiveHint: z.boolean().optional().meta({ description: 'It may destroy what is there' }),
    idempotentHint: z.boolean().optional().meta({ description: 'The same call again changes nothing more' }),
    openWorldHint: z.boolean().optional().meta({ description: 'It reaches what is outside the server' }),
  })
  .meta({ id: 'McpToolAnnotations', description: 'What the server says of a tool; nobody has checked it' });

const ServerTool = z
  .object({
    name: z.string(),
    description: z.string(),
    enabled: z.boolean(),
    inputSchema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the arguments' }),
    annotations: ToolAnnotations.optional(),
  })
  .meta({ id: 'McpServerTool' });

const ToolProblem = z
  .object({
    tool: z.string().nullable().meta({ description: 'Its name; null: the list as a whole' }),
    detail: z.string().meta({ description: 'Why, in one sentence' }),
  })
  .meta({ id: 'McpToolProblem' });

const OF_ONE = 'Where several processes are one service: of the process that answers.';

/** An MCP server as every answer shows it. */
export const McpServer = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    enabled: z.boolean().meta({ description: 'false: it is not started unless somebody names it' }),
    tools: z.array(ServerTool).meta({ description: 'Its tools; known while it runs' }),
    command: z.string().optional(),
    args: z.array(z.string()).optional().meta({ description: '`${VAR}` is shown as it is, literal secrets as ***' }),
    url: z.string().optional(),
    requiredEnvVars: z.array(z.string()).meta({ description: 'The variables without which it does not start' }),
    envVars: z.array(z.string()).meta({ description: 'The names of the variables and headers it is given' }),
    isAvailable: z.boolean().meta({ description: 'It runs, or all variables it needs are set' }),
    isRunning: z.boolean(),
    isConfig: z.boolean().meta({ description: 'It is from the config file' }),
    origin: z.enum(['config', 'custom', 'catalog']).meta({ description: 'Where it was defined' }),
    transport: z.enum(['stdio', 'http', 'sse']),
    status: z.enum(['stopped', 'starting', 'running', 'failed', 'restarting']).meta({ description: OF_ONE }),
    error: z.string().nullable().meta({
      description: 'Why it does not run, or what a start waits for that takes long, with the last it said',
    }),
    problems: z.array(ToolProblem).meta({
      description:
        'The tools that are left out: none can be made of what the server says, or a model cannot be told of it',
    }),
  })
  .meta({ id: 'McpServer' });

const origin = McpServer.shape.origin.optional().meta({
  description: 'Which of several servers of this id; absent: the first of config file, custom servers and catalog',
});

const tool = {
  name: 'tavily_search',
  description: 'Search the web using Tavily',
  enabled: true,
  inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
};
const running: z.output<typeof McpServer> = {
  id: 'tavily',
  name: 'Tavily Search',
  description: 'Web search and research capabilities',
  enabled: true,
  tools: [tool],
  command: 'npx',
  args: ['-y', 'tavily-mcp@0.2.22'],
  requiredEnvVars: ['TAVILY_API_KEY'],
  envVars: ['TAVILY_API_KEY'],
  isAvailable: true,
  isRunning: true,
  isConfig: true,
  origin: 'config',
  transport: 'stdio',
  status: 'running',
  error: null,
  problems: [],
};
const catalogued: z.output<typeof McpServer> = {
  ...running,
  tools: [],
  isAvailable: false,
  isRunning: false,
  isConfig: false,
  origin: 'catalog',
  status: 'stopped',
};
const custom: z.output<typeof McpServer> = {
  ...running,
  id: 'my-server',
  name: 'My Custom Server',
  description: '',
  args: ['-y', 'my-mcp-server'],
  requiredEnvVars: [],
  envVars: [],
  tools: [],
  isRunning: false,
  isConfig: false,
  origin: 'custom',
  status: 'starting',
};

/** One event of the log of a server. */
export const McpLogEvent = z
  .discriminatedUnion('type', [
    marks.ready,
    marks.missed,
    z.object({
      type: z.literal('line'),
      ...stamp,
      line: z.string().meta({ description: 'A line of its standard error, without colours, secrets masked' }),
    }),
    z.object({ type: z.literal('removed'), ...stamp }).meta({ description: 'The last event: the server was deleted' }),
    marks.error,
  ])
  .meta({ id: 'McpServerLogEvent' });

const McpServers = z.array(McpServer).meta({ id: 'McpServers' });

/** MCP servers: those of the config file, those of the catalog, and those callers have added. One id may stand in each. */
export const mcpServers = group(
  'MCP servers',
  'MCP servers: those of the config file, those of the catalog, and those callers have added. One id may stand in each.',
  {
    list: get('/mcp/servers', {
      summary: 'List running servers',
      description: 'Every server that runs, wherever it was defined.',
      output: McpServers,
      example: [running],
    }),
    listConfig: get('/mcp/servers/config', {
      summary: 'List MCP config servers',
      description:
        'The servers of the config file that were started. They start with this server; one that failed is listed with its error.',
      output: McpServers,
      example: [running],
    }),
    listCatalog: get('/mcp/servers/catalog', {
      summary: 'List catalog servers',
      description: 'Every predefined server. They are not started until somebody enables them or an agent uses them.',
      output: McpServers,
      example: [catalogued],
    }),
    listAvailable: get('/mcp/servers/available', {
      summary: 'List all available servers',
      description:
        'The servers of the config file, the custom servers and the catalog, whether they run or not. An id may stand here several times.',
      output: McpServers,
      example: [running, catalogued],
    }),
    get: get('/mcp/servers/{server_id}', {
      summary: 'Get server',
      description: 'Looks in the config file, then among custom servers, then in the catalog.',
      output: McpServer,
      example: running,
      errors: ['mcp-server-not-found'],
    }),
    log: get('/mcp/servers/{server_id}/log', {
      summary: 'Get the log of a server',
      description: `The last lines the server wrote to its standard error, oldest first, with secrets masked. ${OF_ONE}`,
      query: z.object({
        lines: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'The most to return' }),
        origin,
      }),
      output: z
        .object({
          id: z.string(),
          status: McpServer.shape.status,
          error: McpServer.shape.error,
          lines: z.array(z.string()),
        })
        .meta({ id: 'McpServerLog' }),
      example: { id: 'tavily', status: 'running', error: null, lines: ['Tavily MCP server running on stdio'] },
      errors: ['mcp-server-not-found'],
    }),
    logEvents: follow('/mcp/servers/{server_id}/log/events', {
      summary: 'Follow the log of a server (streaming)',
      description: `The lines that are held, of all its processes so far, then each new one; it goes on when the server restarts, and ends with \`removed\` when the server is deleted. The first event is \`ready\`, or \`missed\` when lines behind \`Last-Event-ID\` are no longer held. When this server shuts down the last event is \`error\` with the code \`draining\`. ${OF_ONE}`,
      query: z.object({ ...followQuery, origin }),
      output: McpLogEvent,
      failure: streamFailure,
      example: {
        type: 'line',
        number: 1_795_514_400_000_000,
        at: '2026-11-23T10:00:00.000Z',
        line: 'Tavily MCP server running on stdio',
      },
      errors: ['mcp-server-not-found'],
    }),
    start: post('/mcp/servers/{server_id}/start', {
      summary: 'Start server',
      description:
        'Starts a server, wherever it was defined, also one that is disabled, and waits until it runs. One that runs already is answered as it is. Where several processes are one service, the others start it too, also one that starts later, until somebody stops it; `env_vars` reach them only with a secret key file.',
      body: z
        .object({ origin, env_vars: EnvVars.optional().meta({ description: 'Variables for this server alone' }) })
        .meta({ id: 'StartMcpServer' }),
      bodyExample: { origin: 'config' },
      output: McpServer,
      example: running,
      errors: ['mcp-server-not-found', 'mcp-start-failed', 'mcp-variables-missing', 'spawn-forbidden'],
    }),
    stop: post('/mcp/servers/{server_id}/stop', {
      summary: 'Stop server',
      description:
        'Ends a server, wherever it was defined, and every process behind it, and waits until they are gone. It stays stopped until somebody starts it: neither a change of the config file nor an agent that uses it brings it back. A restart of this server forgets that it was stopped. Where several processes are one service, the others stop it too, and no restart forgets it. One that is stopped already is answered as it is.',
      body: z.object({ origin }).meta({ id: 'StopMcpServer' }),
      bodyExample: { origin: 'config' },
      output: McpServer,
      example: { ...running, tools: [], isRunning: false, status: 'stopped' },
      errors: ['mcp-server-not-found'],
    }),
    enable: post('/mcp/servers/catalog/{server_name}/enable', {
      summary: 'Enable catalog server',
      description:
        'Starts a server of the catalog for the current session and waits until it runs. One that runs already is answered as it is. Among several processes as Start server.',
      body: z
        .object({ env_vars: EnvVars.optional().meta({ description: 'Variables for this server alone' }) })
        .meta({ id: 'EnableMcpServer' }),
      bodyExample: { env_vars: [{ name: 'TAVILY_API_KEY', value: 'tvly-xxx' }] },
      output: McpServer,
      status: 201,
      example: { ...running, isConfig: false, origin: 'catalog' },
      errors: ['mcp-server-not-found', 'mcp-start-failed', 'mcp-variables-missing'],
    }),
    disable: del('/mcp/servers/catalog/{server_name}/disable', {
      summary: 'Disable catalog server',
      description:
        'Ends the server and every process behind it, and waits until they are gone. Among several processes as Stop server.',
      output: z.void(),
      status: 204,
      errors: ['mcp-server-not-enabled'],
    }),
    import: post('/mcp/servers/import', {
      summary: 'Import servers from a config file',
      description:
        'Adds the servers of the config file of another program, each as `POST /mcp/servers` would: of Claude, Cursor, VS Code, Zed, opencode, Codex and others, or of this server. An `${input:api-key}` of VS Code becomes the variable `API_KEY`. An entry that cannot be added harms no other. Values of variables and headers are in no answer.',
      body: ImportMcpServers,
      bodyExample: {
        text: '{"mcpServers": {"my-server": {"command": "npx", "args": ["-y", "my-mcp-server"], "env": {"API_KEY": "${API_KEY}"}}}}',
        dry_run: true,
      },
      output: McpServersImport,
      example: { servers: [{ id: 'my-server', status: 'created', detail: null, needs: ['API_KEY'] }], notes: [] },
    }),
    create: post('/mcp/servers', {
      summary: 'Create server',
      description:
        'Adds a server with a `command`, or with a `url`. An enabled one starts in the background: its `status` says how far it is. It survives a restart of this server. Values of `env` and `headers` that are no references do so where this server has a secret key file, and are stored sealed; without one, or when the key that has sealed them is gone, they do not, and then its `error` names what to give again. Where several processes are one service, the same goes for the others: each runs the server, those values it has only with a secret key file.',
      body: CreateMcpServer,
      bodyExample: {
        id: 'my-server',
        name: 'My Custom Server',
        command: 'npx',
        args: ['-y', 'my-mcp-server'],
        enabled: true,
      },
      output: McpServer,
      status: 201,
      location: ({ id }) => `/mcp/servers/${id}`,
      example: custom,
      errors: ['mcp-server-exists', 'spawn-forbidden'],
    }),
    update: put('/mcp/servers/{server_id}', {
      summary: 'Update server',
      description:
        'Changes the fields given, and restarts the server when it runs. Servers of config file and catalog cannot be changed.',
      body: UpdateMcpServer,
      bodyExample: { name: 'My Custom Server', enabled: false },
      output: McpServer,
      example: custom,
      errors: ['mcp-server-not-found', 'spawn-forbidden'],
    }),
    delete: del('/mcp/servers/{server_id}', {
      summary: 'Delete server',
      description: 'Ends the server and forgets it. Servers of config file and catalog cannot be deleted.',
      output: z.void(),
      status: 204,
      errors: ['mcp-server-not-found'],
    }),
  },
);
