import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { EVERYBODY } from '../server/call/principal.ts';
import { createProxyHandlers } from '../server/mcp/proxy-handlers.ts';
import { createServers, FIXTURE } from './support/mcp-servers.ts';
import { poll, startWholeServer } from './support/whole-server.ts';

const mcpServers = { mine: { command: process.execPath, args: [FIXTURE], name: 'Mine', timeout: 1 } };
const isRunning = (body: unknown) => JSON.stringify(body).includes('"ready_count":1');
const start = async () => {
  const server = await startWholeServer({ mcpServers });
  await poll(server, '/configure/mcp-toolsets-status', isRunning);
  const call = (tool: string, args?: unknown) =>
    server.call('POST', `/mcp/proxy/${tool}`, args === undefined ? undefined : { arguments: args });
  return Object.assign(server, { tool: call });
};

describe('the proxy', () => {
  it('calls tools, decodes what they say, and tells their errors', async () => {
    await using server = await start();
    const ok = (result: unknown) => ({ status: 200, body: { success: true, result, error: null, is_error: false } });
    const failed = (error: unknown) => ({ status: 200, body: { success: false, result: null, error, is_error: true } });
    expect(await server.tool('mine/tools/echo', { text: 'hi' })).toEqual(ok('hi'));
    expect(await server.tool('mine/tools/echo', { text: '{"a": [1]}' })).toEqual(ok({ a: [1] }));
    expect(await server.tool('mine/tools/echo')).toEqual(ok(''));
    expect(await server.tool('mine/tools/fail', {})).toEqual(failed('It did not work'));
    expect(await server.call('GET', '/mcp/proxy/health')).toEqual({ status: 200, body: { status: 'ok' } });
    const { body } = await server.call('GET', '/mcp/proxy/servers');
    expect(body).toMatchObject({
      total: 2,
      servers: [
        { id: 'mine', name: 'Mine', is_config: true, is_running: true },
        { id: 'skills', name: 'skills', is_config: false, is_running: true },
      ],
    });
    expect(JSON.stringify(body)).toContain('{"name":"echo","description":"The tool echo"}');
  });

  it('gives the blocks of an answer that is more than text, and what a server says of its tools', async () => {
    const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
    await using server = await startWholeServer({
      mcpServers: { all: { command: process.execPath, args: [everything] } },
    });
    await poll(server, '/configure/mcp-toolsets-status', isRunning);
    const { body } = await server.call('POST', '/mcp/proxy/all/tools/get-tiny-image', { arguments: {} });
    expect(body).toMatchObject({
      success: true,
      result: expect.stringContaining('[image image/png'),
      content: [{ type: 'text' }, { type: 'image', mimeType: 'image/png', data: expect.any(String) }, { type: 'text' }],
    });
    expect((await server.call('GET', '/mcp/servers/all')).body).toMatchObject({
      tools: expect.arrayContaining([
        expect.objectContaining({
          name: 'get-sum',
          annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
        }),
      ]),
    });
  });

  it('reaches each of several servers of one id by where it is defined', async () => {
    await using server = await start();
    const twin = { id: 'mine', command: process.execPath, args: [FIXTURE] };
    expect(await server.call('POST', '/mcp/servers', twin)).toMatchObject({ status: 201 });
    await poll(server, '/mcp/servers', (body) => Array.isArray(body) && body.length === 2);
    const pidOf = async (origin?: string) =>
      (await server.call('POST', '/mcp/proxy/mine/tools/pid', { arguments: {}, origin })).body;
    const [first, config, custom] = [await pidOf(), await pidOf('config'), await pidOf('custom')];
    expect(first).toEqual({ success: true, result: expect.any(Number), error: null, is_error: false });
    expect(config).toEqual(first);
    expect(custom).not.toEqual(first);
    expect(await server.call('POST', '/mcp/proxy/mine/tools/pid', { origin: 'catalog' })).toMatchObject({
      status: 404,
      body: { code: 'mcp-server-not-running' },
    });
    const linesOf = async (origin: string) => (await server.call('GET', `/mcp/servers/mine/log?origin=${origin}`)).body;
    await server.call('POST', '/mcp/proxy/mine/tools/slow', { arguments: {}, origin: 'custom' });
    expect(await linesOf('custom')).toMatchObject({ lines: ['slow begins'] });
    expect(await linesOf('config')).toMatchObject({ lines: [] });
  });

  it('says which servers and tools there are', async () => {
    await using server = await start();
    expect(await server.tool('x/tools/echo', {})).toEqual({
      status: 404,
      body: {
        detail: "MCP server 'x' is not running. Available servers: ['skills', 'mine']",
        status_code: 404,
        code: 'mcp-server-not-running',
      },
    });
    expect(await server.tool('toolbox/tools/calculate', {})).toMatchObject({ status: 404 });
    const unknown = await server.tool('mine/tools/x', {});
    expect(unknown).toMatchObject({ status: 404, body: { code: 'mcp-tool-not-found' } });
    expect(JSON.stringify(unknown.body)).toContain(
      "Tool 'x' not found on MCP server 'mine'. Available tools: ['echo', 'env'",
    );
    expect(await server.call('POST', '/mcp/proxy/mine/tools/echo', { arguments: [] })).toMatchObject({ status: 422 });
  });

  it('tells the server when the caller has left', async () => {
    await using server = await start();
    const left = new AbortController();
    const url = `${server.url}/api/v1/mcp/proxy/mine/tools/slow`;
    const call = fetch(url, { method: 'POST', signal: left.signal });
    call.catch(() => undefined);
    await poll(server, '/mcp/servers/mine/log', (body) => JSON.stringify(body).includes('slow begins'));
    left.abort();
    await poll(server, '/mcp/servers/mine/log', (body) => JSON.stringify(body).includes('cancelled'));
    await expect(call).rejects.toThrow();
  });

  it('answers 502 when the server dies, 504 when it is silent, and then the server is back', async () => {
    await using server = await start();
    expect(await server.tool('mine/tools/die', {})).toEqual({
      status: 502,
      body: {
        detail: "MCP server 'mine' was ended by SIGKILL during the call of 'die'",
        status_code: 502,
        code: 'mcp-server-failed',
      },
    });
    expect(await server.tool('mine/tools/echo', { text: 'back' })).toMatchObject({ body: { result: 'back' } });
    expect(await server.tool('mine/tools/hang', {})).toMatchObject({
      status: 504,
      body: { code: 'mcp-server-timeout', detail: "MCP server 'mine' did not finish the call of 'hang' in time" },
    });
  });

  it('calls built-in toolsets like servers', async () => {
    await using servers = createServers();
    const skills = {
      list: () => [{ name: 'list_skills', description: 'Lists', inputSchema: { type: 'object' } }],
      call: async () => ({ result: ['a'], isError: false }),
    };
    const handlers = createProxyHandlers({ servers, builtIn: () => new Map([['skills', skills]]) });
    const context = { requestId: 'r', headers: {}, principal: EVERYBODY };
    const { signal } = new AbortController();
    const input = { server_id: 'skills', tool_name: 'list_skills' };
    expect(await handlers.call({ input, context, signal })).toEqual({
      success: true,
      result: ['a'],
      error: null,
      is_error: false,
    });
    await expect(handlers.call({ input: { ...input, server_id: 'x' }, context, signal })).rejects.toThrow(
      "MCP server 'x' is not running. Available servers: ['skills']",
    );
  });
});
