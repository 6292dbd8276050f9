import { expect, it } from 'vitest';
import { oddCommand } from './fixtures/mcp/odd-server.ts';
import { startModelServer } from './support/model-server.ts';
import { poll, startWholeServer } from './support/whole-server.ts';

const tool = (index: number) => ({ name: `tool_${index}`, inputSchema: { type: 'object' } });
const tools = [
  { name: 'broken', inputSchema: { type: 'array' } },
  { name: 'recursive', inputSchema: { type: 'object', properties: { n: { $ref: '#' } } } },
  ...Array.from({ length: 129 }, (_, index) => tool(index)),
];
const said = (index: number) => ({ content: [{ type: 'text', text: `I am ${index}` }] });

it('an agent with more odd tools than its provider takes is answered, and the view of the server says what is left out', async () => {
  await using model = await startModelServer();
  await using server = await startWholeServer({
    mcpServers: { odd: oddCommand({ tools, results: { tool_5: said(5) } }) },
    environment: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url },
  });
  await poll(server, '/mcp/servers/odd', (body) => Object(body).status === 'running');
  await server.call('POST', '/agents', { id: 'a', model: 'openai:gpt-4o', selected_mcp_servers: ['odd'] });
  const prompt = (message: string) => server.call('POST', '/agents/a/prompt/sync', { message });
  expect(await prompt('tool tool_5 {}')).toMatchObject({ status: 200, body: { response: 'The tool said: I am 5' } });
  expect(await prompt('Hello')).toMatchObject({ status: 200 });
  const { body } = await server.call('GET', '/mcp/servers/odd');
  const detail = 'openai takes 128 tools at most, and an agent has 130';
  expect(body).toMatchObject({ status: 'running', error: null });
  expect(Object(body).problems).toEqual([
    { tool: 'broken', detail: 'Its inputSchema is of type "array", not of an object' },
    { tool: 'tool_127', detail },
    { tool: 'tool_128', detail },
  ]);
  // Each is logged once, however many prompts there are.
  expect(server.logged().split("MCP server 'odd' has a tool that is left out").length - 1).toBe(2);
});

it('what is left out is in the log of the server', async () => {
  await using server = await startWholeServer({ mcpServers: { odd: oddCommand({ tools: tools.slice(0, 2) }) } });
  await poll(server, '/mcp/servers/odd', (body) => Object(body).status === 'running');
  const lines = server
    .logged()
    .split('\n')
    .filter((line) => line.includes('has tools that are left out'));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      mcp_server: 'odd',
      problems: [{ tool: 'broken', detail: 'Its inputSchema is of type "array", not of an object' }],
      msg: "MCP server 'odd' has tools that are left out",
    },
  ]);
});
