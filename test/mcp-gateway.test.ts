import { createRequire } from 'node:module';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CreateMessageRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { EventMemory } from '../server/mcp/event-memory.ts';
import { Sessions } from '../server/mcp/sessions.ts';
import { childPids, FIXTURE, until } from './support/mcp-servers.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

const MAIN = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const mcpServers = {
  everything: { command: process.execPath, args: [MAIN] },
  fixture: { command: process.execPath, args: [FIXTURE] },
};
const start = async (servers: Record<string, unknown> = mcpServers) => {
  const server = await startWholeServer({ mcpServers: servers });
  await poll(server, '/configure/mcp-toolsets-status', (body) =>
    JSON.stringify(body).includes(`"ready_count":${Object.keys(servers).length}`),
  );
  return server;
};
const open = async (server: WholeServer, path: string, capabilities = {}) => {
  const client = new Client({ name: 'test', version: '0.0.0' }, { capabilities });
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/api/v1${path}`));
  if (capabilities && 'sampling' in capabilities) {
    client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
      model: 'test',
      role: 'assistant',
      content: { type: 'text', text: `answer to ${JSON.stringify(params.messages[0]?.content)}` },
    }));
  }
  await client.connect(transport as Transport);
  const close = async () => {
    await transport.terminateSession().catch(() => undefined); // it may have ended before
    await client.close();
  };
  return Object.assign(client, { end: close, [Symbol.asyncDispose]: close });
};

describe('the door to one server', () => {
  it('passes everything on, in a process of the session', async () => {
    await using server = await start();
    const before = childPids().length;
    {
      await using client = await open(server, '/mcp/servers/everything/mcp', { sampling: {} });
      expect(client.getServerVersion()?.name).toContain('everything');
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
      expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0);
      expect(await client.callTool({ name: 'echo', arguments: { message: 'hi' } })).toMatchObject({
        content: [{ type: 'text', text: 'Echo: hi' }],
      });
      expect(childPids().length).toBe(before + 1);

      const steps: number[] = [];
      const operation = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 2 } };
      await client.callTool(operation, undefined, { onprogress: ({ progress }) => steps.push(progress) });
      expect(steps).toEqual([1, 2]);

      const sampled = await client.callTool({
        name: 'trigger-sampling-request',
        arguments: { prompt: 'Who goes there?', maxTokens: 10 },
      });
      expect(JSON.stringify(sampled.content)).toContain('Who goes there?');
      expect(JSON.stringify(sampled.content)).toContain('answer to');
    }
    await until(() => childPids().length === before, 'the process of the session is gone');
  });

  it('keeps sessions apart, and tells of the death of a server', async () => {
    await using server = await start({ fixture: mcpServers.fixture });
    await using one = await open(server, '/mcp/servers/fixture/mcp');
    await using two = await open(server, '/mcp/servers/fixture/mcp');
    const pidOf = async (client: Client) => JSON.stringify(await client.callTool({ name: 'pid', arguments: {} }));
    expect(await pidOf(one)).not.toBe(await pidOf(two));
    await expect(one.callTool({ name: 'die', arguments: {} })).rejects.toThrow('The MCP server has ended');
    expect(await two.callTool({ name: 'echo', arguments: { text: 'hi' } })).toMatchObject({
      content: [{ text: 'hi' }],
    });
    await expect(one.callTool({ name: 'echo', arguments: {} })).rejects.toThrow('Session not found');
  });

  it('cancels a call', async () => {
    await using server = await start({ fixture: mcpServers.fixture });
    await using client = await open(server, '/mcp/servers/fixture/mcp');
    const abort = new AbortController();
    const call = client.callTool({ name: 'hang', arguments: {} }, undefined, { signal: abort.signal });
    abort.abort('enough');
    await expect(call).rejects.toThrow('enough');
    expect(await client.callTool({ name: 'echo', arguments: { text: 'hi' } })).toMatchObject({
      content: [{ text: 'hi' }],
    });
  });

  it('is closed for a server that does not run, and for what is no MCP', async () => {
    await using server = await start({ fixture: mcpServers.fixture });
    const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${server.url}/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body,
      });
      return { status: response.status, body: await response.json() };
    };
    expect(await post('/mcp/servers/toolbox/mcp', '{}')).toEqual({
      status: 404,
      body: {
        detail: "MCP server 'toolbox' is not running. Available servers: ['fixture']",
        status_code: 404,
        code: 'mcp-server-not-running',
      },
    });
    const rpcError = (code: number, message: string) => ({ jsonrpc: '2.0', error: { code, message }, id: null });
    expect(await post('/mcp', '{')).toEqual({ status: 400, body: rpcError(-32700, 'Parse error') });
    expect(await post('/mcp', '{}')).toEqual({
      status: 400,
      body: rpcError(-32000, 'Bad Request: Server not initialized'),
    });
    expect(await post('/mcp', '{}', { 'mcp-session-id': 'x' })).toEqual({
      status: 404,
      body: rpcError(-32001, 'Session not found'),
    });
    expect((await post('/mcp', ' '.repeat(5 * 1024 * 1024))).status).toBe(413);
  });
});

describe('the door to all servers', () => {
  it('lists the tools of all that run by server and name, calls them, and tells of changes', async () => {
    await using server = await start({ fixture: mcpServers.fixture });
    await using client = await open(server, '/mcp');
    const changed = Promise.withResolvers<void>();
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.resolve());
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('fixture__echo');
    expect(await client.callTool({ name: 'fixture__echo', arguments: { text: 'hi' } })).toMatchObject({
      content: [{ text: 'hi' }],
      isError: false,
    });
    expect(await client.callTool({ name: 'x', arguments: {} })).toMatchObject({
      content: [{ text: "Tool 'x' not found" }],
      isError: true,
    });
    await server.call('POST', '/mcp/servers/catalog/toolbox/enable');
    await changed.promise;
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('toolbox__calculate');
    expect(await client.callTool({ name: 'fixture__die', arguments: {} })).toMatchObject({ isError: true });
  });
});

describe('sessions', () => {
  it('are bounded and end when idle', async () => {
    const sessions = new Sessions({ maxSessions: 2, idleMs: 50 });
    const { createServer } = await import('node:http');
    const { once } = await import('node:events');
    const http = createServer((request, response) => {
      sessions
        .serve(request, response, 'door', async (transport) => {
          transport.onmessage = (message) => {
            if ('id' in message && message.id !== undefined) {
              void transport.send({ jsonrpc: '2.0', id: message.id, result: {} });
            }
          };
          await transport.start();
        })
        .catch(() => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const address = http.address();
    const url = typeof address === 'object' ? `http://127.0.0.1:${address?.port}/` : '';
    for (let count = 0; count < 5; count++) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
        }),
      });
      expect(response.status).toBe(200);
      await response.text();
      expect(sessions.size).toBeLessThanOrEqual(2);
    }
    await until(() => sessions.size === 0, 'they have ended');
    await sessions.close();
    http.close();
  });
});

describe('the events of a session', () => {
  it('are replayed by stream, after the last one seen, for as long as they are kept', async () => {
    const memory = new EventMemory(1000);
    const event = (id: number) => ({ jsonrpc: '2.0' as const, id, result: {} });
    const first = await memory.storeEvent('a', event(1));
    await memory.storeEvent('b', event(2));
    await memory.storeEvent('a', event(3));
    const replayed: unknown[] = [];
    const send = async (_id: string, message: unknown) => void replayed.push(message);
    expect(await memory.getStreamIdForEventId(first)).toBe('a');
    expect(await memory.replayEventsAfter(first, { send })).toBe('a');
    expect(replayed).toEqual([event(3)]);
    for (let id = 4; id < 20; id++) await memory.storeEvent('a', event(id));
    await expect(memory.replayEventsAfter(first, { send })).rejects.toThrow('The event is not kept any more');
    expect(await memory.getStreamIdForEventId('x')).toBeUndefined();
  });
});
