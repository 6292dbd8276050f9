/** An MCP server on loopback whose tools note each call that reaches them: a call that is made twice is there twice. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ToolName } from './plan.ts';

/** A running one. */
export interface NotedTools extends AsyncDisposable {
  readonly url: string;
  /** How often a call has come. */
  count(call: string): number;
}

const NAMES: readonly ToolName[] = ['note', 'guarded'];
const TOOLS = NAMES.map((name) => ({
  name,
  description: `Notes that it was called (${name})`,
  inputSchema: {
    type: 'object',
    properties: { call: { type: 'string' }, ms: { type: 'number' } },
    required: ['call', 'ms'],
  },
}));

/** What such a tool answers. */
export const answerTo = (call: string): string => `noted ${call}`;

/** Starts it on a free port. */
export async function startNotedTools(): Promise<NotedTools> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    void answer(request, response, counts).catch((cause: unknown) => response.destroy(Object(cause)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The tools have no port');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    count: (call) => counts.get(call) ?? 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, counts: Map<string, number>): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(405).end();
  const { id, method, params } = Object(await json(request));
  if (id === undefined) return void response.writeHead(202).end();
  const result = await resultOf(method, params, counts);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
}

async function resultOf(method: string, params: unknown, counts: Map<string, number>): Promise<object> {
  if (method === 'initialize') {
    const { protocolVersion } = Object(params);
    return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'campaign', version: '1' } };
  }
  if (method === 'tools/list') return { tools: TOOLS };
  if (method !== 'tools/call') return {};
  const { call, ms } = Object(Object(params).arguments);
  // Noted as it comes: whoever asked may be gone when it is done.
  counts.set(call, (counts.get(call) ?? 0) + 1);
  await sleep(Number(ms));
  return { content: [{ type: 'text', text: answerTo(call) }] };
}
