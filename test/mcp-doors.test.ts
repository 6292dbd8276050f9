import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { askingServer, connect, eventsIn, INITIALIZE, openDoors } from './support/mcp-doors.ts';
import { childPids, fixtureServer, isAlive, until } from './support/mcp-servers.ts';

const DOOR = '/servers/asks/mcp';
const hour = { idleMs: 3_600_000, maxSessions: 100 };

describe('a session at the door of a server', () => {
  it('has a process of its own, which DELETE ends', async () => {
    await using doors = await openDoors([askingServer('asks')]);
    const before = childPids().length;
    await using one = await connect(doors.url + DOOR);
    await using two = await connect(doors.url + DOOR);
    expect(one.client.getServerVersion()).toEqual({ name: 'asks', version: '1' });
    const pids = [Number(await one.call('pid')), Number(await two.call('pid'))];
    expect(new Set([...pids, doors.servers.find('asks')?.pid]).size).toBe(3);
    expect(childPids().length).toBe(before + 2);
    const { sessionId = '' } = one.transport;
    await one.transport.terminateSession();
    expect(pids.map(isAlive)).toEqual([false, true]);
    const after = await doors.send(DOOR, { body: INITIALIZE, headers: { 'mcp-session-id': sessionId } });
    expect([after.status, await after.json()]).toEqual([
      404,
      {
        detail: 'There is no such MCP session, or it has ended; initialize a new one',
        status_code: 404,
        code: 'mcp-session-not-found',
      },
    ]);
    await two.transport.terminateSession();
    expect(childPids().length).toBe(before);
  });

  it('passes on what the server asks: sampling, elicitation and roots', async () => {
    await using doors = await openDoors([askingServer('asks')]);
    const said = { role: 'assistant' as const, model: 'm', content: { type: 'text' as const, text: 'hello' } };
    await using session = await connect(doors.url + DOOR, {
      capabilities: { sampling: {}, elicitation: {}, roots: {} },
      prepare(client) {
        client.setRequestHandler(CreateMessageRequestSchema, () => said);
        client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }));
        client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///r' }] }));
      },
    });
    const messages = [{ role: 'user', content: { type: 'text', text: 'hi' } }];
    const ask = async (method: string, params?: object) => JSON.parse(await session.call('ask', { method, params }));
    expect(await ask('sampling/createMessage', { messages, maxTokens: 9 })).toEqual(said);
    expect(
      await ask('elicitation/create', { message: 'Who?', requestedSchema: { type: 'object', properties: {} } }),
    ).toEqual({ action: 'accept', content: { name: 'Ada' } });
    expect(await ask('roots/list')).toEqual({ roots: [{ uri: 'file:///r' }] });
    expect(await ask('no/such')).toMatchObject({ code: -32601 });
    // Asked as soon as the session was there, before its caller listened.
    for (const deadline = performance.now() + 5000; (await session.call('roots')) === 'none'; ) {
      if (performance.now() > deadline) throw new Error('The roots never came');
    }
    expect(JSON.parse(await session.call('roots'))).toEqual({ roots: [{ uri: 'file:///r' }] });
  });

  it('passes progress to the caller and cancellation to the server', async () => {
    await using doors = await openDoors([askingServer('asks')]);
    await using session = await connect(doors.url + DOOR);
    const abort = new AbortController();
    const reported = Promise.withResolvers<unknown>();
    const call = session.call('wait', {}, { signal: abort.signal, onprogress: reported.resolve });
    expect(await reported.promise).toEqual({ progress: 1, total: 2, message: 'half' });
    abort.abort('enough');
    await expect(call).rejects.toThrow('enough');
    expect(JSON.parse(await session.call('cancelled'))).toEqual([{ requestId: 1, reason: 'enough' }]);
  });

  it('ends the stream of a cancelled call', async () => {
    await using doors = await openDoors([askingServer('asks')]);
    const { post } = await openSession(doors);
    const call = await post({ id: 'a', method: 'tools/call', params: { name: 'wait' } });
    const cancel = await post({ method: 'notifications/cancelled', params: { requestId: 'a' } });
    expect(cancel.status).toBe(202);
    expect(eventsIn(await call.text()).at(-1)?.message).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      error: { code: -32800, message: 'The request was cancelled' },
    });
  });

  it('that is killed in mid call answers within a second, is over, and leaves nothing behind', async () => {
    await using doors = await openDoors([askingServer('asks')]);
    const before = childPids().length;
    await using dying = await connect(doors.url + DOOR);
    await using other = await connect(doors.url + DOOR);
    const pid = Number(await dying.call('pid'));
    const reported = Promise.withResolvers<unknown>();
    const call = dying.call('wait', {}, { onprogress: reported.resolve });
    await reported.promise;
    const killed = performance.now();
    process.kill(pid, 'SIGKILL');
    await expect(call).rejects.toMatchObject({
      code: -32000,
      message: "MCP error -32000: MCP server 'asks' was ended by SIGKILL during the call of 'wait'",
      data: { code: 'mcp-server-failed' },
    });
    expect(performance.now() - killed).toBeLessThan(1000);
    await until(() => childPids().length === before + 1, 'its process is gone');
    await expect(dying.call('pid')).rejects.toMatchObject({ code: 404 });
    expect(Number(await other.call('pid'))).toBeGreaterThan(0);
  });

  it('gives an oversized answer back to its call, whatever its id', async () => {
    await using doors = await openDoors([askingServer('asks')]);
    const { post } = await openSession(doors);
    const call = await post({ id: 'a string', method: 'tools/call', params: { name: 'huge' } });
    expect(eventsIn(await call.text()).at(-1)?.message).toMatchObject({ id: 'a string', result: { isError: true } });
  });

  it('keeps what its caller missed, and says when there is nothing more', async () => {
    await using doors = await openDoors([askingServer('asks')]);
    const { post, listen, close } = await openSession(doors);
    const call = await post({ id: 1, method: 'tools/call', params: { name: 'later' } });
    const reader = call.body?.getReader();
    const opened = eventsIn(new TextDecoder().decode((await reader?.read())?.value));
    expect(opened).toEqual([{ id: expect.any(String), message: undefined }]);
    await reader?.cancel();
    await (await post({ id: 2, method: 'tools/call', params: { name: 'now' } })).text();
    const resumed = await listen(opened[0]?.id ?? '');
    const missed = eventsIn(await resumed.text());
    expect(missed.map(({ message }) => message)).toEqual([
      { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'late' }] } },
    ]);
    expect((await listen(missed[0]?.id ?? '')).status).toBe(204);
    const gone = await listen('99999');
    expect([gone.status, await gone.json()]).toMatchObject([410, { code: 'events-gone' }]);
    await close();
  });

  it('goes on over a new connection while its call is still under way', async () => {
    await using doors = await openDoors([askingServer('asks')]);
    const { post, listen } = await openSession(doors);
    const call = await post({ id: 1, method: 'tools/call', params: { name: 'later' } });
    const reader = call.body?.getReader();
    const [opened] = eventsIn(new TextDecoder().decode((await reader?.read())?.value));
    await reader?.cancel();
    const resumed = (await listen(opened?.id ?? '')).body?.getReader();
    await (await post({ id: 2, method: 'tools/call', params: { name: 'now' } })).text();
    const [answer] = eventsIn(new TextDecoder().decode((await resumed?.read())?.value));
    expect(answer?.message).toMatchObject({ id: 1, result: { content: [{ text: 'late' }] } });
    await resumed?.cancel();
  });
});

describe('a session ends', () => {
  it('when its caller is killed and does not come back', async () => {
    await using doors = await openDoors([askingServer('asks')], {
      limits: { oneServer: { idleMs: 400, maxSessions: 4 }, allServers: hour },
    });
    const before = childPids().length;
    const script = `
      const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
      const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
      const client = new Client({ name: 'doomed', version: '1' });
      await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[1])));
      console.log('connected');
      setInterval(() => undefined, 1000);`;
    const caller = spawn(process.execPath, ['--input-type=module', '-e', script, doors.url + DOOR], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(caller.stdout, 'data');
    expect(childPids().length).toBe(before + 2);
    caller.kill('SIGKILL');
    await until(() => childPids().length === before, 'the session and its process are gone');
  });

  it('after its last connection closed and it was idle, and not while it has one', async () => {
    await using doors = await openDoors([askingServer('asks')], {
      limits: { oneServer: { idleMs: 400, maxSessions: 4 }, allServers: hour },
    });
    const before = childPids().length;
    const { post } = await openSession(doors);
    const call = await post({ id: 1, method: 'tools/call', params: { name: 'later' } });
    const left = await openSession(doors);
    expect(childPids().length).toBe(before + 2);
    await until(() => childPids().length === before + 1, 'a session that was left later has ended');
    expect((await left.post({ id: 1, method: 'ping' })).status).toBe(404);
    expect((await post({ id: 3, method: 'ping' })).status).toBe(200);
    await call.body?.cancel();
    await until(() => childPids().length === before, 'its process is gone');
    expect((await post({ id: 4, method: 'ping' })).status).toBe(404);
  });

  it('with its server when that is stopped, and not when the shared one merely dies', async () => {
    await using doors = await openDoors([askingServer('asks')]);
    const server = doors.servers.find('asks');
    const { post } = await openSession(doors);
    process.kill(server?.pid ?? 0, 'SIGKILL');
    await until(() => server?.status !== 'running', 'the shared one has died');
    expect((await post({ id: 1, method: 'ping' })).status).toBe(200);
    const call = await post({ id: 2, method: 'tools/call', params: { name: 'wait' } });
    await server?.stop();
    expect(eventsIn(await call.text()).at(-1)?.message.error).toEqual({
      code: -32000,
      message: "MCP server 'asks' was stopped during the call of 'wait'",
      data: { code: 'mcp-server-failed' },
    });
    expect((await post({ id: 3, method: 'ping' })).status).toBe(404);
  });

  it('at shutdown, with its process, and no other opens', async () => {
    const before = childPids().length;
    await using doors = await openDoors([askingServer('asks')]);
    const { post } = await openSession(doors);
    const call = await post({ id: 1, method: 'tools/call', params: { name: 'wait' } });
    await doors.doors.close();
    expect(eventsIn(await call.text()).at(-1)?.message.error.message).toContain('was stopped');
    expect(childPids().length).toBe(before + 1);
    const refused = await doors.send(DOOR, { body: INITIALIZE });
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'draining' }]);
  });
});

describe('a door lets in', () => {
  it('so many sessions at once, and another when one has ended', async () => {
    await using doors = await openDoors([askingServer('asks')], {
      limits: { oneServer: { idleMs: 3_600_000, maxSessions: 2 }, allServers: hour },
    });
    const before = childPids().length;
    const [first] = [await openSession(doors), await openSession(doors)];
    const full = await doors.send(DOOR, { body: INITIALIZE });
    expect([full.status, full.headers.get('retry-after'), await full.json()]).toEqual([
      503,
      '60',
      {
        detail: 'All 2 MCP sessions are in use; end one or try again later',
        status_code: 503,
        code: 'mcp-sessions-full',
      },
    ]);
    expect(childPids().length).toBe(before + 2);
    await first?.close();
    await openSession(doors);
  });

  it('nobody to the session of another key', async () => {
    await using doors = await openDoors([askingServer('asks')], { apiKeys: ['k1', 'k2'] });
    const { id } = await openSession(doors, { authorization: 'Bearer k1' });
    const ping = (headers: Record<string, string>) =>
      doors.send(DOOR, {
        body: { jsonrpc: '2.0', id: 1, method: 'ping' },
        headers: { 'mcp-session-id': id, ...headers },
      });
    expect((await ping({})).status).toBe(401);
    expect((await ping({ authorization: 'Bearer k2' })).status).toBe(404);
    expect((await ping({ authorization: 'Bearer k1' })).status).toBe(200);
  });

  it('nobody to a server that is unknown, does not run or does not start, and leaves no process', async () => {
    const exits = fixtureServer('exits', 'exit');
    await using doors = await openDoors([askingServer('asks')]);
    await doors.servers.define(fixtureServer('stopped'));
    const failing = await doors.servers.define(exits);
    failing.start({ keepTrying: true }).catch(() => undefined);
    const before = childPids().length;
    const open = async (path: string) => {
      const response = await doors.send(path, { body: INITIALIZE });
      return [response.status, response.headers.get('mcp-session-id'), await response.json()];
    };
    expect(await open('/servers/nope/mcp')).toEqual([
      404,
      null,
      { detail: 'MCP server not found: nope', status_code: 404, code: 'mcp-server-not-found' },
    ]);
    expect(await open('/servers/stopped/mcp')).toEqual([
      502,
      null,
      { detail: "MCP server 'stopped' is not running", status_code: 502, code: 'mcp-server-failed' },
    ]);
    expect(await open('/servers/exits/mcp')).toEqual([
      502,
      null,
      {
        detail: "MCP server 'exits' exited with code 3: The licence of this server has expired",
        status_code: 502,
        code: 'mcp-server-failed',
      },
    ]);
    await failing.stop();
    await until(() => childPids().length <= before, 'no process is left');
  });

  it('nothing that is not MCP', async () => {
    await using doors = await openDoors([askingServer('asks')], {});
    const before = childPids().length;
    const { id } = await openSession(doors);
    const codeOf = async (path: string, init: Parameters<typeof doors.send>[1]) => {
      const response = await doors.send(path, init);
      const body = JSON.parse(await response.text());
      return [response.status, body.code ?? 'jsonrpc'];
    };
    expect(await codeOf(DOOR, { body: { jsonrpc: '2.0', id: 1, method: 'ping' } })).toEqual([
      400,
      'mcp-session-required',
    ]);
    expect(await codeOf(DOOR, { method: 'GET' })).toEqual([400, 'mcp-session-required']);
    expect(await codeOf(DOOR, { method: 'DELETE' })).toEqual([400, 'mcp-session-required']);
    expect(await codeOf(DOOR, { body: [INITIALIZE] })).toEqual([400, 'mcp-session-required']);
    expect(await codeOf('', { method: 'DELETE', headers: { 'mcp-session-id': id } })).toEqual([
      404,
      'mcp-session-not-found',
    ]);
    expect(await codeOf(DOOR, { method: 'PUT' })).toEqual([405, 'method-not-allowed']);
    expect(await codeOf(DOOR, { body: '{' })).toEqual([400, 'malformed-json']);
    expect(await codeOf(DOOR, { body: `{"x":"${'y'.repeat(1024 * 1024)}"}` })).toEqual([413, 'body-too-large']);
    expect(await codeOf(DOOR, { body: INITIALIZE, headers: { 'content-type': 'text/plain' } })).toEqual([
      415,
      'not-json',
    ]);
    expect(await codeOf(DOOR, { body: INITIALIZE, headers: { accept: 'text/html' } })).toEqual([406, 'jsonrpc']);
    expect(await codeOf('/servers/%zz/mcp', { body: INITIALIZE })).toEqual([400, 'malformed-url']);
    expect(await codeOf('/servers/asks/mcp/x', { body: INITIALIZE })).toEqual([404, 'not-found']);
    const slash = await doors.send(`${DOOR}/?a=1`, { body: INITIALIZE });
    expect([slash.status, slash.headers.get('location')]).toEqual([307, '/api/v1/mcp/servers/asks/mcp?a=1']);
    await until(() => childPids().length === before + 1, 'what was refused has left no process');
  });
});

describe('a remote server', () => {
  it('is reached over a connection of the session, and its failure is passed on', async () => {
    await using far = await openDoors([askingServer('asks')]);
    const remote = fixtureServer('remote', '', {
      launch: { type: 'http', url: far.url + DOOR, headers: {} },
    });
    await using doors = await openDoors([remote]);
    const before = childPids().length;
    await using session = await connect(`${doors.url}/servers/remote/mcp`, {
      capabilities: { roots: {} },
      prepare: (client) => client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [] })),
    });
    expect(JSON.parse(await session.call('ask', { method: 'roots/list' }))).toEqual({ roots: [] });
    expect(childPids().length).toBe(before + 1);
    await expect(session.call('die')).rejects.toMatchObject({
      code: -32000,
      data: { code: 'mcp-server-failed' },
    });
    await expect(session.call('pid')).rejects.toThrow();
  });
});

/** A session spoken to in plain HTTP. */
async function openSession(doors: Awaited<ReturnType<typeof openDoors>>, given: Record<string, string> = {}) {
  const opened = await doors.send(DOOR, { body: INITIALIZE, headers: given });
  expect(opened.status).toBe(200);
  await opened.text();
  const id = opened.headers.get('mcp-session-id') ?? '';
  const headers = { ...given, 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
  return {
    id,
    post: (message: object) => doors.send(DOOR, { body: { jsonrpc: '2.0', ...message }, headers }),
    listen: (lastEventId: string) =>
      doors.send(DOOR, { method: 'GET', headers: { ...headers, 'last-event-id': lastEventId } }),
    close: () => doors.send(DOOR, { method: 'DELETE', headers }),
  };
}
