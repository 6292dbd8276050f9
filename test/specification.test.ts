/**
 * The documented API, section by section: each request is written as the documentation writes it and sent as it is, and each answer is
 * held to the printed one. `printed` gives names and kinds, `exactly` the values that are fixed.
 */
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AGUIAdapter } from '../client/index.ts';
import { contract } from '../contract/index.ts';
import { listEndpoints } from '../contract/kit.ts';
import { askDocumented, expectPrinted, sendDocumented } from './support/documented.ts';
import { startModelServer } from './support/model-server.ts';
import { until } from './support/processes.ts';
import { startServer, type TestServer } from './support/server.ts';

interface Section {
  readonly section: string;
  readonly request: string;
  readonly status: number;
  readonly printed?: unknown;
  readonly exactly?: object;
}

const tavilyTool = { name: 'tavily-search', description: 'Search the web using Tavily' };
const envVars = '{"env_vars": [{"name": "TAVILY_API_KEY", "value": "tvly-xxx"}]}';
const agent = { id: 'pydantic-ai', name: 'Pydantic AI Agent', transport: 'streaming', model: 'gpt-4o' };
const json = 'Content-Type: application/json';
const outcome = {
  started_servers: ['tavily', 'github'],
  stopped_servers: ['tavily', 'github'],
  already_running: ['github'],
  already_stopped: ['filesystem'],
  failed_servers: [{ server_id: 'filesystem', error: 'Server config not found' }],
  codemode_rebuilt: true,
  message: 'Started 2 server(s) across 2 agent(s)',
};
const none = { started_servers: [], stopped_servers: [], already_running: [], already_stopped: [], failed_servers: [] };

/** In the order of the documentation, on one server that was started with `--no-config-mcp-servers`; agent-1 and agent-2 are there. */
const sections: Section[] = [
  {
    section: 'List Agents',
    request: 'GET /api/v1/agents',
    status: 200,
    printed: { agents: [agent] },
    exactly: { agents: [{ id: 'agent-1' }, { id: 'agent-2' }] },
  },
  {
    section: 'Create Agent',
    request: `POST /api/v1/agents
${json}

{
"id": "my-agent",
"name": "My Custom Agent",
"model": "gpt-4o",
"system_prompt": "You are a helpful assistant."
}`,
    status: 201,
    printed: { ...agent, mcp_toolsets: ['tavily'] },
    exactly: {
      id: 'my-agent',
      name: 'My Custom Agent',
      model: 'gpt-4o',
      transport: 'streaming',
      system_prompt: 'You are a helpful assistant.',
    },
  },
  {
    section: 'Create the agent that the documentation shows',
    request: `POST /api/v1/agents
${json}

{"id": "pydantic-ai", "name": "Pydantic AI Agent", "model": "gpt-4o", "selected_mcp_servers": ["tavily", "fetch"]}`,
    status: 201,
    exactly: agent,
  },
  {
    section: 'Get Agent',
    request: 'GET /api/v1/agents/pydantic-ai',
    status: 200,
    exactly: { ...agent, mcp_toolsets: ['tavily', 'fetch'] },
  },
  {
    section: 'Update Agent',
    request: `PUT /api/v1/agents/my-agent\n${json}\n\n{"name": "A Better Name"}`,
    status: 200,
    exactly: { id: 'my-agent', name: 'A Better Name', model: 'gpt-4o' },
  },
  {
    section: 'Update Agent MCP Servers (Runtime)',
    request: `PATCH /api/v1/agents/my-agent/mcp-servers
${json}

{
"selected_mcp_servers": ["tavily", "filesystem"]
}`,
    status: 200,
    exactly: {
      agent_id: 'my-agent',
      selected_mcp_servers: ['tavily', 'filesystem'],
      message: 'MCP servers updated successfully',
    },
  },
  {
    section: 'Start MCP Servers for a Specific Agent',
    request: `curl -X POST http://localhost:8000/api/v1/agents/my-agent/mcp-servers/start \\
-H "Content-Type: application/json" \\
-d '${envVars}'`,
    status: 200,
    printed: { agent_id: 'my-agent', ...outcome },
    exactly: {
      ...none,
      agent_id: 'my-agent',
      started_servers: ['tavily', 'filesystem'],
      message: 'Started 2 server(s)',
    },
  },
  {
    section: 'Start MCP Servers for All Agents',
    request: `curl -X POST http://localhost:8000/api/v1/agents/mcp-servers/start \\
-H "Content-Type: application/json" \\
-d '${envVars}'`,
    status: 200,
    printed: { agents_processed: ['agent-1', 'agent-2'], ...outcome, sandbox_configured: true, sandbox_variant: null },
    exactly: {
      ...none,
      agents_processed: ['agent-1', 'agent-2', 'my-agent', 'pydantic-ai'],
      started_servers: ['github', 'fetch'],
      already_running: ['tavily', 'filesystem'],
      message: 'Started 2 server(s) across 4 agent(s), 2 already running',
    },
  },
  {
    section: 'MCP Toolsets Status',
    request: 'GET /api/v1/configure/mcp-toolsets-status',
    status: 200,
    exactly: { initialized: true, ready_count: 4, failed_count: 0, failed_servers: {} },
    printed: { ready_servers: ['tavily', 'linkedin', 'kaggle'] },
  },
  {
    section: 'MCP Toolsets Info',
    request: 'GET /api/v1/configure/mcp-toolsets-info',
    status: 200,
    printed: [{ type: 'MCPServerStdio', id: 'tavily', command: 'npx', args: ['-y', 'tavily-mcp@0.1.3'] }],
  },
  {
    section: 'Get Configuration',
    request: 'GET /api/v1/configure',
    status: 200,
    printed: { models: [{}], mcp_servers: [{ id: 'tavily' }], tools: [{ name: 'tavily-search' }] },
  },
  {
    section: 'List Running Servers',
    request: 'GET /api/v1/mcp/servers',
    status: 200,
    printed: [
      {
        id: 'tavily',
        name: 'Tavily Search',
        enabled: true,
        tools: [{ ...tavilyTool, enabled: true, inputSchema: {} }],
        isAvailable: true,
      },
    ],
  },
  {
    section: 'List Catalog Servers',
    request: 'GET /api/v1/mcp/servers/catalog',
    status: 200,
    // Remote ones have a url in place of command and args.
    printed: [
      {
        id: 'tavily',
        name: '',
        description: '',
        enabled: true,
        tools: [],
        requiredEnvVars: [''],
        isAvailable: false,
        isConfig: false,
        transport: '',
      },
    ],
  },
  {
    section: 'List All Available Servers',
    request: 'GET /api/v1/mcp/servers/available',
    status: 200,
    printed: [
      { id: 'tavily', name: 'Tavily Search', isAvailable: true, isRunning: true, isConfig: true, transport: 'stdio' },
    ],
  },
  {
    section: 'Get Server',
    request: 'GET /api/v1/mcp/servers/tavily',
    status: 200,
    exactly: {
      id: 'tavily',
      name: 'Tavily Search',
      description: 'Web search and research capabilities via Tavily API',
      enabled: true,
      command: 'npx',
      requiredEnvVars: ['TAVILY_API_KEY'],
      isConfig: false,
      isRunning: true,
      transport: 'stdio',
    },
  },
  {
    section: 'Stop MCP Servers for a Specific Agent',
    request: 'curl -X POST http://localhost:8000/api/v1/agents/my-agent/mcp-servers/stop',
    status: 200,
    printed: { agent_id: 'my-agent', ...outcome },
    // pydantic-ai and agent-1 select tavily too.
    exactly: { ...none, stopped_servers: ['filesystem'], codemode_rebuilt: false },
  },
  {
    section: 'Stop MCP Servers for All Agents',
    request: 'curl -X POST http://localhost:8000/api/v1/agents/mcp-servers/stop',
    status: 200,
    printed: { agents_processed: ['agent-1', 'agent-2'], ...outcome },
    exactly: {
      ...none,
      agents_processed: ['agent-1', 'agent-2', 'my-agent', 'pydantic-ai'],
      stopped_servers: ['tavily', 'github', 'fetch'],
      already_stopped: ['filesystem'],
      codemode_rebuilt: false,
      message: 'Stopped 3 server(s) across 4 agent(s), 1 already stopped',
    },
  },
  {
    section: 'Start Agent MCP Servers, error 404',
    request: 'POST /api/v1/agents/nobody/mcp-servers/start',
    status: 404,
    exactly: { detail: 'Agent not found: nobody', status_code: 404 },
  },
  {
    section: 'Stop Agent MCP Servers, error 404',
    request: 'POST /api/v1/agents/nobody/mcp-servers/stop',
    status: 404,
    exactly: { detail: 'Agent not found: nobody', status_code: 404 },
  },
  {
    section: 'Enable Catalog Server',
    request: 'curl -X POST http://localhost:8000/api/v1/mcp/servers/catalog/fetch/enable',
    status: 201,
    printed: { tools: [tavilyTool] },
    exactly: { id: 'fetch', name: 'Fetch', enabled: true, isRunning: true, isConfig: false },
  },
  {
    section: 'Disable Catalog Server',
    request: 'curl -X DELETE http://localhost:8000/api/v1/mcp/servers/catalog/fetch/disable',
    status: 204,
  },
  {
    section: 'Enable Catalog Server, error 404',
    request: 'curl -X POST http://localhost:8000/api/v1/mcp/servers/catalog/nothing/enable',
    status: 404,
    printed: { detail: '', status_code: 404 },
  },
  {
    section: 'Enable Catalog Server, error 500: its key is not set',
    request: 'curl -X POST http://localhost:8000/api/v1/mcp/servers/catalog/tavily/enable',
    status: 500,
    exactly: { detail: "MCP server 'tavily' needs TAVILY_API_KEY to be set", status_code: 500 },
  },
  {
    section: 'Disable Catalog Server, error 404',
    request: 'curl -X DELETE http://localhost:8000/api/v1/mcp/servers/catalog/tavily/disable',
    status: 404,
    exactly: { detail: "Server 'tavily' is not currently enabled", status_code: 404 },
  },
  {
    section: 'Create Server',
    request: `POST /api/v1/mcp/servers
${json}

{
"id": "my-server",
"name": "My Custom Server",
"command": "npx",
"args": ["-y", "my-mcp-server"],
"enabled": true
}`,
    status: 201,
    exactly: {
      id: 'my-server',
      name: 'My Custom Server',
      command: 'npx',
      args: ['-y', 'my-mcp-server'],
      enabled: true,
      isConfig: false,
    },
  },
  {
    section: 'Update Server',
    request: `PUT /api/v1/mcp/servers/my-server\n${json}\n\n{"name": "My Better Server"}`,
    status: 200,
    exactly: { id: 'my-server', name: 'My Better Server', command: 'npx', args: ['-y', 'my-mcp-server'] },
  },
  { section: 'Delete Server', request: 'DELETE /api/v1/mcp/servers/my-server', status: 204 },
  {
    section: 'Send Prompt (Non-Streaming)',
    request: `POST /api/v1/agents/pydantic-ai/prompt/sync
${json}

{
"message": "What is the weather in Paris?",
"conversation_id": "optional-conversation-id"
}`,
    status: 200,
    printed: { response: '', tool_calls: [], usage: { prompt_tokens: 150, completion_tokens: 200 } },
    exactly: {
      response: "Hello! I'm doing well.",
      tool_calls: [],
      usage: { prompt_tokens: 150, completion_tokens: 200 },
    },
  },
  {
    section: 'Get Conversation',
    request: 'GET /api/v1/conversations/optional-conversation-id',
    status: 200,
    exactly: {
      id: 'optional-conversation-id',
      agent_id: 'pydantic-ai',
      messages: [
        { role: 'user', content: 'What is the weather in Paris?' },
        { role: 'assistant', content: "Hello! I'm doing well." },
      ],
    },
  },
  {
    section: 'List Conversations',
    request: 'GET /api/v1/conversations?agent_id=pydantic-ai',
    status: 200,
    exactly: { conversations: [{ id: 'optional-conversation-id', agent_id: 'pydantic-ai' }] },
  },
  { section: 'Delete Conversation', request: 'DELETE /api/v1/conversations/optional-conversation-id', status: 204 },
  {
    section: 'Get Conversation, error 404',
    request: 'GET /api/v1/conversations/optional-conversation-id',
    status: 404,
    exactly: { detail: 'Conversation not found: optional-conversation-id', status_code: 404 },
  },
  {
    section: 'List AG-UI Agents',
    request: 'GET /api/v1/ag-ui/agents',
    status: 200,
    printed: { version: '0.1.0' },
    exactly: {
      protocol: 'ag-ui',
      agents: [
        { agent_id: 'agent-1', endpoint: '/api/v1/ag-ui/agent-1/' },
        { agent_id: 'agent-2', endpoint: '/api/v1/ag-ui/agent-2/' },
        { agent_id: 'my-agent', endpoint: '/api/v1/ag-ui/my-agent/' },
        { agent_id: 'pydantic-ai', endpoint: '/api/v1/ag-ui/pydantic-ai/' },
      ],
      agents_endpoint: '/api/v1/ag-ui/agents',
      terminate_endpoint: '/api/v1/ag-ui/terminate',
      note: 'Each agent is mounted at /api/v1/ag-ui/{agent_id}/ (trailing slash required)',
    },
  },
  {
    section: 'AG-UI Protocol Info',
    request: 'GET /api/v1/ag-ui/',
    status: 200,
    printed: { protocol: 'ag-ui', version: '', agents: [{ agent_id: '', endpoint: '' }] },
  },
  {
    section: 'Terminate Run',
    request: `POST /api/v1/ag-ui/terminate
${json}

{
"thread_id": "thread-123",
"run_id": "run-456"
}`,
    status: 200,
    exactly: { thread_id: 'thread-123', run_id: 'run-456' },
  },
  {
    section: 'Health Check',
    request: 'GET /api/v1/health',
    status: 200,
    printed: { version: '0.4.5' },
    exactly: { status: 'healthy' },
  },
  { section: 'Readiness Check', request: 'GET /api/v1/ready', status: 200 },
  {
    section: 'Error Responses',
    request: 'GET /api/v1/agents/nobody',
    status: 404,
    printed: { detail: 'Agent not found', status_code: 404 },
    exactly: { detail: 'Agent not found: nobody' },
  },
  {
    section: 'Common Status Codes, 400',
    request: `POST /api/v1/agents\n${json}\n\n{"id": `,
    status: 400,
    printed: { detail: '', status_code: 400 },
  },
  {
    section: 'Common Status Codes, 422',
    request: `POST /api/v1/agents\n${json}\n\n{"id": 7}`,
    status: 422,
    printed: { detail: '', status_code: 422 },
  },
  {
    section: 'Common Status Codes, 404 of an unknown path',
    request: 'GET /api/v1/nothing',
    status: 404,
    printed: { detail: '', status_code: 404 },
  },
  {
    section: 'Get Sandbox Status',
    request: 'curl http://localhost:8000/api/v1/agents/sandbox/status',
    status: 200,
    exactly: { variant: 'local-eval', jupyter_url: null, jupyter_token_set: false, sandbox_running: false },
  },
  {
    section: 'Configure Sandbox, for Jupyter',
    request: `curl -X POST http://localhost:8000/api/v1/agents/sandbox/configure \\
-H "Content-Type: application/json" \\
-d '{"variant": "local-jupyter", "jupyter_url": "http://localhost:8888?token=my-token"}'`,
    status: 200,
    exactly: {
      variant: 'local-jupyter',
      jupyter_url: 'http://localhost:8888',
      jupyter_token_set: true,
      sandbox_running: false,
    },
  },
  {
    section: 'Restart Sandbox, error 500: nothing listens there',
    request: 'curl -X POST http://localhost:8000/api/v1/agents/sandbox/restart',
    status: 500,
    printed: { detail: 'Failed to restart sandbox', status_code: 500 },
  },
  {
    section: 'Configure Sandbox, back to local-eval',
    request: `curl -X POST http://localhost:8000/api/v1/agents/sandbox/configure \\
-H "Content-Type: application/json" \\
-d '{"variant": "local-eval"}'`,
    status: 200,
    exactly: { variant: 'local-eval', jupyter_url: null, jupyter_token_set: false, sandbox_running: false },
  },
  {
    section: 'Configure Sandbox, error 400',
    request: `POST /api/v1/agents/sandbox/configure\n${json}\n\n{"variant": "local-jupyter"}`,
    status: 400,
    exactly: { detail: 'jupyter_url is required when variant is local-jupyter', status_code: 400 },
  },
  {
    section: 'Restart Sandbox',
    request: 'curl -X POST http://localhost:8000/api/v1/agents/sandbox/restart',
    status: 200,
    exactly: { variant: 'local-eval', jupyter_url: null, jupyter_token_set: false, sandbox_running: true },
  },
  {
    section: 'Get Sandbox Status, when it runs',
    request: 'curl http://localhost:8000/api/v1/agents/sandbox/status',
    status: 200,
    exactly: { variant: 'local-eval', jupyter_url: null, jupyter_token_set: false, sandbox_running: true },
  },
  {
    section: 'Delete Agent',
    request: 'DELETE /api/v1/agents/my-agent',
    status: 200,
    exactly: { message: 'Agent my-agent deleted successfully' },
  },
  { section: 'A2UI protocol', request: 'GET /api/v1/a2ui/', status: 200, exactly: { protocol: 'a2ui' } },
  { section: 'List A2UI agents', request: 'GET /api/v1/a2ui/agents', status: 200, exactly: { protocol: 'a2ui' } },
  { section: 'MCP-UI protocol', request: 'GET /api/v1/mcp-ui/', status: 200, exactly: { protocol: 'mcp-ui' } },
  { section: 'List MCP-UI agents', request: 'GET /api/v1/mcp-ui/agents', status: 200, exactly: { protocol: 'mcp-ui' } },
  { section: 'Swagger UI', request: 'GET http://localhost:8765/docs', status: 200 },
  { section: 'ReDoc', request: 'GET http://localhost:8765/redoc', status: 200 },
  {
    section: 'OpenAPI JSON',
    request: 'GET http://localhost:8765/openapi.json',
    status: 200,
    printed: { openapi: '3.1.0', info: { title: '', version: '' }, paths: {} },
  },
];

/** Every documented endpoint. */
const DOCUMENTED = `
GET /agents, GET /agents/{}, POST /agents, PUT /agents/{}, DELETE /agents/{}, PATCH /agents/{}/mcp-servers,
POST /agents/mcp-servers/start, POST /agents/{}/mcp-servers/start, POST /agents/mcp-servers/stop, POST /agents/{}/mcp-servers/stop,
GET /agents/sandbox/status, POST /agents/sandbox/configure, POST /agents/sandbox/restart,
POST /agents/{}/prompt, POST /agents/{}/prompt/sync,
GET /configure, GET /configure/mcp-toolsets-status, GET /configure/mcp-toolsets-info,
GET /mcp/servers/config, GET /mcp/servers/catalog, GET /mcp/servers/available, GET /mcp/servers, GET /mcp/servers/{},
POST /mcp/servers/catalog/{}/enable, DELETE /mcp/servers/catalog/{}/disable, POST /mcp/servers, PUT /mcp/servers/{}, DELETE /mcp/servers/{},
POST /examples/{}/, GET /ag-ui/agents, GET /ag-ui/, POST /ag-ui/{}/, POST /ag-ui/terminate,
GET /a2ui/, GET /a2ui/agents, GET /mcp-ui/, GET /mcp-ui/agents,
GET /conversations/{}, GET /conversations, DELETE /conversations/{}, GET /health, GET /ready`;
const listed = (text: string) => text.split(',').map((endpoint) => endpoint.trim());

const fakeNpx = fileURLToPath(new URL('fixtures/npx', import.meta.url));
const PATH = [fakeNpx, process.env.PATH].join(delimiter);
const npx = (name: string) => ({ command: 'npx', args: ['-y', name] });

let server: TestServer;
const owned = new AsyncDisposableStack();
// A whole server in a process of its own: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

beforeAll(async () => {
  const model = owned.use(await startModelServer());
  server = owned.use(
    await startServer({
      args: ['--no-config-mcp-servers'],
      environment: { PATH, OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url },
      mcpServers: { github: npx('my-github-mcp') },
    }),
  );
  for (const id of ['agent-1', 'agent-2']) {
    await server.ok('POST', '/agents', { id, model: 'gpt-4o', selected_mcp_servers: ['tavily', 'github'] });
  }
});
afterAll(() => owned.disposeAsync());

describe('the documented API', () => {
  test('is declared as a whole', () => {
    const declared = [...listEndpoints(contract)].map(
      ([, { method, path }]) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`,
    );
    expect(listed(DOCUMENTED).filter((endpoint) => !declared.includes(endpoint))).toEqual([]);
  });

  // In order: each section finds what those before it have left.
  for (const { section, request, status, printed, exactly } of sections) {
    test(`answers as printed: ${section}`, async () => {
      const answer = await askDocumented(request, server.url);
      expect(answer.status, answer.text).toBe(status);
      if (status === 204) expect(answer.text).toBe('');
      if (printed !== undefined) expectPrinted(answer.body, printed);
      if (exactly !== undefined) expect(answer.body).toMatchObject(exactly);
    });
  }

  test('knows a config server as soon as it listens, and lists it beside the catalog server of the same id', async () => {
    await using other = await startServer({
      environment: { PATH },
      mcpServers: {
        tavily: { ...npx('tavily-mcp'), name: 'Tavily Search', description: 'Web search and research capabilities' },
      },
    });
    const answer = await other.call('POST', '/agents', {
      id: 'quick',
      selected_mcp_servers: [{ id: 'tavily', origin: 'config' }],
    });
    expect(answer.status, answer.text).toBe(201);
    await until(async () => (await other.call('GET', '/ready')).status === 200, 'the server is ready');
    const printed = {
      id: 'tavily',
      name: 'Tavily Search',
      description: 'Web search and research capabilities',
      enabled: true,
      tools: [{ ...tavilyTool, enabled: true }],
      isAvailable: true,
      isRunning: true,
      isConfig: true,
      transport: 'stdio',
    };
    expect((await askDocumented('GET /api/v1/mcp/servers/config', other.url)).body).toMatchObject([printed]);
    const available = await other.ok('GET', '/mcp/servers/available');
    expect(available.filter(({ id }: { id: string }) => id === 'tavily')).toMatchObject([
      { name: 'Tavily Search', isAvailable: true, isRunning: true, isConfig: true, transport: 'stdio' },
      { name: 'Tavily Search', isAvailable: false, isRunning: false, isConfig: false, transport: 'stdio' },
    ]);
    const catalog = await other.ok('GET', '/mcp/servers/catalog');
    expect(catalog.find(({ id }: { id: string }) => id === 'tavily')).toMatchObject({
      description: 'Web search and research capabilities via Tavily API',
      enabled: true,
      tools: [],
      command: 'npx',
      requiredEnvVars: ['TAVILY_API_KEY'],
      isAvailable: false,
      isConfig: false,
    });
  });

  test('enables the catalog server tavily with its key in the environment, as printed', async () => {
    await using other = await startServer({
      args: ['--no-config-mcp-servers'],
      environment: { PATH, TAVILY_API_KEY: 'tvly-xxx' },
    });
    const answer = await askDocumented(
      'curl -X POST http://localhost:8000/api/v1/mcp/servers/catalog/tavily/enable',
      other.url,
    );
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      id: 'tavily',
      name: 'Tavily Search',
      enabled: true,
      tools: [tavilyTool],
      isRunning: true,
      isConfig: false,
    });
    const disabled = await askDocumented(
      'curl -X DELETE http://localhost:8000/api/v1/mcp/servers/catalog/tavily/disable',
      other.url,
    );
    expect([disabled.status, disabled.text]).toEqual([204, '']);
  });
});

describe('a documented stream', () => {
  test('is that of a prompt: text, tool call, tool result, done', async () => {
    await server.ok('POST', '/mcp/servers/catalog/fetch/enable');
    const message = 'tool get_weather {\\"city\\": \\"Paris\\"}';
    const response = await sendDocumented(
      `POST /api/v1/agents/pydantic-ai/prompt\n${json}\n\n{\n"message": "${message}",\n"conversation_id": "optional-conversation-id"\n}`,
      server.url,
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const events = (await response.text()).split('\n\n').flatMap((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? []);
    expect(events.map((event) => JSON.parse(event))).toMatchObject([
      { type: 'tool_call', name: 'fetch__get_weather', args: { city: 'Paris' } },
      { type: 'tool_result', result: { city: 'Paris', celsius: 18 } },
      { type: 'text', content: 'The tool said: {"city":"Paris","celsius":18}' },
      { type: 'done' },
    ]);
  });

  test('is that of the AG-UI curl: frames, order and spelling as printed', async () => {
    const response = await sendDocumented(
      `curl -X POST "http://localhost:8765/api/v1/ag-ui/pydantic-ai/" \\
-H "Content-Type: application/json" \\
-d '{
"thread_id": "test-thread",
"run_id": "test-run",
"messages": [{"id": "1", "role": "user", "content": "Hello!"}],
"state": {},
"tools": [],
"context": [],
"forwardedProps": {}
}'`,
      server.url,
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const frames = (await response.text()).split('\n\n').filter((frame) => frame.includes('data:'));
    const events = frames.map((frame) => ({
      name: /^event: (.*)$/m.exec(frame)?.[1],
      data: JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? 'null'),
    }));
    const shown = events.filter(({ name }) => !name?.startsWith('STEP_'));
    const message_id = shown[1]?.data.message_id;
    expect(message_id).toMatch(/./);
    const run = { thread_id: 'test-thread', run_id: 'test-run' };
    expect(shown.map(({ name }) => name)).toEqual(shown.map(({ data }) => data.type));
    expect(shown.map(({ data }) => data)).toMatchObject([
      { type: 'RUN_STARTED', ...run },
      { type: 'TEXT_MESSAGE_START', message_id, role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', message_id, delta: 'Hello! ' },
      { type: 'TEXT_MESSAGE_CONTENT', message_id, delta: "I'm doing well." },
      { type: 'TEXT_MESSAGE_END', message_id },
      { type: 'RUN_FINISHED', ...run },
    ]);
    expect(events.at(-1)?.name).toBe('RUN_FINISHED');
  });

  test('is read by the TypeScript example', async () => {
    const adapter = new AGUIAdapter({ baseUrl: `${server.url}/api/v1/ag-ui/pydantic-ai/` });
    const tokens: string[] = [];
    const complete: unknown[] = [];
    await adapter.sendMessage('Hello!', {
      onToken: (token) => tokens.push(token),
      onComplete: (message) => complete.push(message),
    });
    expect(tokens).toEqual(['Hello! ', "I'm doing well."]);
    expect(complete).toMatchObject([{ role: 'assistant', content: "Hello! I'm doing well." }]);
  });
});

describe('the documented rules of URLs', () => {
  test.each([
    ['GET', '/api/v1/agents/', '/api/v1/agents'],
    ['GET', '/api/v1/mcp/servers/', '/api/v1/mcp/servers'],
    ['GET', '/api/v1/conversations/?limit=1', '/api/v1/conversations?limit=1'],
    ['POST', '/api/v1/ag-ui/pydantic-ai', '/api/v1/ag-ui/pydantic-ai/'],
    ['POST', '/api/v1/ag-ui/pydantic-ai?casing=snake', '/api/v1/ag-ui/pydantic-ai/?casing=snake'],
    ['GET', '/api/v1/ag-ui', '/api/v1/ag-ui/'],
    // These fit `/ag-ui/{agent_id}/` and its like too.
    ['GET', '/api/v1/ag-ui/agents/', '/api/v1/ag-ui/agents'],
    ['POST', '/api/v1/ag-ui/terminate/', '/api/v1/ag-ui/terminate'],
    ['GET', '/api/v1/a2ui/agents/', '/api/v1/a2ui/agents'],
    ['GET', '/api/v1/mcp-ui/agents/?a=1', '/api/v1/mcp-ui/agents?a=1'],
  ])('redirect %s %s to %s with 307', async (method, path, location) => {
    const answer = await askDocumented(`${method} ${path}`, server.url);
    expect(answer.status).toBe(307);
    const to = new URL(answer.headers.get('location') ?? '', server.url);
    expect(to.pathname + to.search).toBe(location);
  });

  test('let a client that follows the redirect stream', async () => {
    const response = await fetch(`${server.url}/api/v1/ag-ui/pydantic-ai`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        thread_id: 'redirected',
        run_id: 'r',
        messages: [{ id: '1', role: 'user', content: 'Hi' }],
      }),
    });
    expect(response.redirected).toBe(true);
    expect(await response.text()).toMatch(/event: RUN_FINISHED\ndata: .*\n\n$/);
  });
});

describe('what is documented as optional', () => {
  test('is a key, without which comes 401, and a rate limit, over which comes 429 with Retry-After', async () => {
    await using other = await startServer({
      args: ['--rate-limit', 'agents.list=1/min'],
      environment: { AGENT_RUNTIMES_API_KEYS: 'your-api-key' },
    });
    const withKey = 'GET /api/v1/agents\nAuthorization: Bearer your-api-key';
    const without = await askDocumented('GET /api/v1/agents', other.url);
    expect(without.status).toBe(401);
    expect(without.body).toMatchObject({ status_code: 401 });
    expect(without.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect((await askDocumented('GET /api/v1/health', other.url)).status).toBe(200);
    expect((await askDocumented(withKey, other.url)).status).toBe(200);
    const { status, headers, body } = await askDocumented(withKey, other.url);
    expect(status).toBe(429);
    expect(body).toMatchObject({ status_code: 429 });
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(30);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
  });
});
