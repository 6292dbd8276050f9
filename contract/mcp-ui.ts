import { z } from 'zod';
import { Timestamp } from './ids.ts';
import { get, group, post, stream } from './kit.ts';
import { approvals, missingServers, output, resumption, timestamp } from './prompts.ts';

const UiTool = z
  .object({
    server: z.string().meta({ description: 'The MCP server that has the tool' }),
    tool: z.string(),
    resource_uri: z.string().meta({ description: 'What shows its results' }),
  })
  .meta({ id: 'McpUiTool' });

const McpUiInfo = z
  .object({
    protocol: z.literal('mcp-ui'),
    version: z.string().meta({ description: 'The version of MCP Apps that is spoken' }),
    extension: z.string().meta({ description: 'The extension of MCP that servers offer interfaces by' }),
    mime_types: z.array(z.string()),
    agents: z.array(
      z
        .object({ agent_id: z.string(), name: z.string(), endpoint: z.string(), ui_tools: z.array(UiTool) })
        .meta({ id: 'McpUiAgent' }),
    ),
    agents_endpoint: z.string(),
    count: z.int(),
  })
  .meta({ id: 'McpUiInfo' });

const UiResource = z
  .object({
    uri: z.string(),
    mimeType: z.string(),
    text: z.string().meta({ description: 'The page' }),
    _meta: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'McpUiResource' });

const id = z.string().meta({ description: 'The id of the call' });

/** One event of a run over MCP-UI. */
export const McpUiEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('text'), content: z.string(), timestamp }),
    z.object({ type: z.literal('tool_call'), id, name: z.string(), args: z.unknown(), timestamp }),
    z.object({
      type: z.literal('tool_result'),
      id,
      name: z.string(),
      result: z.unknown(),
      is_error: z.boolean(),
      timestamp,
    }),
    z.object({
      type: z.literal('ui'),
      id,
      server: z.string(),
      tool: z.string(),
      input: z.unknown().meta({ description: 'To be told to the page as ui/notifications/tool-input' }),
      result: z
        .record(z.string(), z.unknown())
        .meta({ description: 'To be told to the page as ui/notifications/tool-result' }),
      resource: UiResource,
      resource_endpoint: z.string().meta({ description: 'Where the same page is served under its own policy' }),
      timestamp,
    }),
    z.object({ type: z.literal('ui_failed'), id, server: z.string(), tool: z.string(), detail: z.string(), timestamp }),
    z.object({
      type: z.literal('status'),
      text: z.string().meta({ description: 'What the run does meanwhile, such as `waiting for MCP server toolbox`' }),
      timestamp,
    }),
    z.object({
      type: z.literal('withdrawn'),
      content: z.string().meta({ description: 'The end of the text so far, which is to be taken away' }),
      tool_calls: z.array(z.string()).meta({ description: 'The ids of calls that do not count' }),
      timestamp,
    }),
    z.object({
      type: z.literal('done'),
      conversation_id: z.string(),
      approvals,
      missing_servers: missingServers,
      output,
      timestamp,
    }),
    z.object({
      type: z.literal('error'),
      code: z.string(),
      detail: z.string(),
      conversation_id: z.string(),
      timestamp,
    }),
  ])
  .meta({ id: 'McpUiEvent' });

/** One event of a run over MCP-UI. */
export type McpUiEvent = z.input<typeof McpUiEvent>;

const Run = z
  .object({
    message: z
      .string()
      .min(1)
      .max(1_000_000)
      .meta({ description: 'What the user says', examples: ['Show my budget'] }),
    conversation_id: z.string().min(1).max(256).optional().meta({ description: 'Absent: a new conversation' }),
    ...resumption,
  })
  .meta({ id: 'McpUiRun' });

const Call = z
  .object({
    uri: z.string().min(1).max(2048).meta({ description: 'The resource whose page makes the call' }),
    method: z
      .enum(['tools/call', 'tools/list', 'resources/read', 'ping'])
      .meta({ description: 'What a page may ask of its server; nothing else is passed on' }),
    params: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'McpUiCall' });

const Ticket = z
  .object({
    uri: z.string().min(1).max(2048).meta({ description: 'The page' }),
    server: z.string().min(1).max(256).meta({ description: 'The MCP server that has it' }),
  })
  .meta({ id: 'McpUiTicket' });

const info: z.output<typeof McpUiInfo> = {
  protocol: 'mcp-ui',
  version: '2026-01-26',
  extension: 'io.modelcontextprotocol/ui',
  mime_types: ['text/html;profile=mcp-app'],
  agents: [
    {
      agent_id: 'my-agent',
      name: 'My Custom Agent',
      endpoint: '/api/v1/mcp-ui/my-agent/',
      ui_tools: [{ server: 'budget', tool: 'get-budget-data', resource_uri: 'ui://budget-allocator/mcp-app.html' }],
    },
  ],
  agents_endpoint: '/api/v1/mcp-ui/agents',
  count: 1,
};

/** Agents whose tools bring pages with them: MCP Apps, which MCP-UI has become. */
export const mcpUi = group('MCP-UI', 'Agents whose tools bring pages with them: MCP Apps, which MCP-UI has become.', {
  info: get('/mcp-ui/', {
    summary: 'MCP-UI protocol info',
    description:
      'Every agent with its path, and what of the protocol this server speaks: the version and the types of pages, and which tools of each agent bring one.',
    output: McpUiInfo,
    example: info,
  }),
  agents: get('/mcp-ui/agents', {
    summary: 'List MCP-UI agents',
    description: 'The same as `/mcp-ui/`.',
    output: McpUiInfo,
    example: info,
  }),
  run: stream('/mcp-ui/{agent_id}/', {
    summary: 'Run an agent (streaming text and pages)',
    description:
      'Answers with text, tool calls and their results. The result of a tool that has a page (`_meta.ui.resourceUri`) is followed by a `ui` event with the page, to be shown in a sandboxed frame: from `resource.text`, or from `resource_endpoint`, which answers `GET` with the page under a policy that lets it reach only the hosts its server declares. Exactly one `done` or `error`, always last. Closing the connection cancels the run unless `background` is true. A request sent again with its `run_id` and a `Last-Event-ID` header is not run again: the events after that one follow; the numbers rise, and not always by one. The header `Content-Location` names the run, which `POST /runs/{run_id}/cancel` stops.',
    body: Run,
    bodyExample: { message: 'Show my budget' },
    output: McpUiEvent,
    failure: ({ code, detail }, { conversation_id }): McpUiEvent => ({
      type: 'error',
      code,
      detail,
      conversation_id: typeof conversation_id === 'string' ? conversation_id : '',
    }),
    example: { type: 'text', content: 'Here is your budget.' },
    errors: [
      'agent-not-found',
      'approval-pending',
      'conversation-busy',
      'run-exists',
      'run-not-found',
      'events-gone',
      'draining',
    ],
  }),
  call: post('/mcp-ui/{agent_id}/call', {
    summary: 'Pass on what a page asks of its server',
    description:
      'The bridge of a page that is shown: it may call the tools of the MCP server it comes from that are meant for pages, list them, and read the pages of that server. The answer is what MCP answers.',
    body: Call,
    bodyExample: { uri: 'ui://budget-allocator/mcp-app.html', method: 'tools/list' },
    output: z
      .object({ result: z.record(z.string(), z.unknown()).meta({ description: 'The result of the MCP request' }) })
      .meta({ id: 'McpUiAnswer' }),
    example: { result: { content: [{ type: 'text', text: '42' }] } },
    errors: [
      'agent-not-found',
      'ui-resource-not-found',
      'mcp-tool-not-found',
      'mcp-server-failed',
      'mcp-server-timeout',
    ],
  }),
  ticket: post('/mcp-ui/{agent_id}/ticket', {
    summary: 'Get an address of a page for a frame',
    description:
      'A frame sends no key. The address that is answered serves one page, under the same policy as `resource_endpoint`, without a key: once, and for a minute. After that it answers 410. Where several processes are one service, any of them serves it. A caller may have 200 of them open; of more the oldest ends.',
    body: Ticket,
    bodyExample: { uri: 'ui://budget-allocator/mcp-app.html', server: 'budget' },
    output: z
      .object({
        url: z.string().meta({ description: 'A path of this server' }),
        expires_at: Timestamp,
      })
      .meta({ id: 'McpUiTicketUrl' }),
    example: { url: '/api/v1/mcp-ui-page?ticket=xxx', expires_at: '2026-11-23T10:01:00.000Z' },
    errors: ['agent-not-found', 'ui-resource-not-found'],
  }),
});
