/** An MCP server of as many tools as it is told, each with a schema as tools have it: `node many-tools.ts 1000`. */
import { createInterface } from 'node:readline';

const count = Number(process.argv[2] ?? 10);
const tools = Array.from({ length: count }, (_, index) => ({
  name: `look_up_${index}`,
  description: `Looks up records of kind ${index}, by what they say and when they were made, newest first`,
  inputSchema: {
    type: 'object',
    properties: {
      query: { type: 'string', description: 'What the records say', minLength: 1 },
      limit: { type: 'integer', description: 'The most to return', minimum: 1, maximum: 100 },
      order: { type: 'string', enum: ['newest', 'oldest'] },
      filters: { type: 'array', items: { type: 'object', properties: { field: { type: 'string' }, value: {} } } },
    },
    required: ['query'],
    additionalProperties: false,
  },
}));

const results: Readonly<Record<string, (params: { readonly protocolVersion?: string }) => object>> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'many-tools', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools }),
  'tools/call': () => ({ content: [{ type: 'text', text: 'nothing found' }] }),
  ping: () => ({}),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params = {} } = JSON.parse(line);
  if (id === undefined) continue;
  const result = results[method]?.(params);
  const answer = result ? { result } : { error: { code: -32601, message: 'Method not found' } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`);
}
