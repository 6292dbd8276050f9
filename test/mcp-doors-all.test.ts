import { ListRootsRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, it } from 'vitest';
import { askingServer, connect, openDoors } from './support/mcp-doors.ts';
import { childPids, fixtureServer, until } from './support/mcp-servers.ts';

it('lists the tools of all that run under the names agents know, as the servers describe them', async () => {
  await using doors = await openDoors([askingServer('asks'), fixtureServer('my.server')]);
  await doors.servers.define(fixtureServer('stopped'));
  await using all = await connect(doors.url);
  const { tools } = await all.client.listTools();
  expect(tools.filter(({ name }) => /__(pid|wait)$/.test(name))).toEqual([
    { name: 'asks__wait', description: 'The tool wait', inputSchema: { type: 'object' } },
    { name: 'asks__pid', description: 'The tool pid', inputSchema: { type: 'object' } },
    {
      name: 'my_server__pid',
      description: 'The tool pid',
      inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
    },
  ]);
  expect(tools.some(({ name }) => name.startsWith('stopped'))).toBe(false);
});

it('calls them where they run, with the processes that all share', async () => {
  await using doors = await openDoors([askingServer('asks'), fixtureServer('good')]);
  const before = childPids().length;
  await using one = await connect(doors.url);
  await using two = await connect(doors.url);
  const shared = String(doors.servers.find('asks')?.pid);
  expect([await one.call('asks__pid'), await two.call('asks__pid')]).toEqual([shared, shared]);
  expect(await one.client.callTool({ name: 'good__fail' })).toEqual({
    content: [{ type: 'text', text: 'It did not work' }],
    isError: true,
  });
  await expect(one.call('good__no')).rejects.toMatchObject({ code: -32602 });
  await expect(one.call('pid')).rejects.toMatchObject({ message: "MCP error -32602: There is no tool 'pid'" });
  expect(childPids().length).toBe(before);
});

it('passes progress to the caller and cancellation to the server', async () => {
  await using doors = await openDoors([askingServer('asks')]);
  await using all = await connect(doors.url);
  const abort = new AbortController();
  const reported = Promise.withResolvers<unknown>();
  const call = all.call('asks__wait', {}, { signal: abort.signal, onprogress: reported.resolve });
  expect(await reported.promise).toEqual({ progress: 1, total: 2, message: 'half' });
  abort.abort('enough');
  await expect(call).rejects.toThrow('enough');
  expect(JSON.parse(await all.call('asks__cancelled'))).toHaveLength(1);
});

it('tells of tools that come and go', async () => {
  await using doors = await openDoors([fixtureServer('good')]);
  let changes = 0;
  await using all = await connect(doors.url, {
    prepare(client) {
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        changes++;
      });
    },
  });
  const names = async () => (await all.client.listTools()).tools.map(({ name }) => name);
  expect(await names()).not.toContain('good__grown');
  await all.call('good__grow');
  await until(() => changes === 1, 'the new tool is announced');
  expect(await names()).toContain('good__grown');
  const other = await doors.servers.define(askingServer('asks'));
  await other.start({ keepTrying: false });
  await until(() => changes === 2, 'the new server is announced');
  expect(await names()).toContain('asks__pid');
  await other.stop();
  await until(() => changes === 3, 'its end is announced');
  expect(await names()).not.toContain('asks__pid');
});

it('answers with what went wrong when a server dies, and works on', async () => {
  await using doors = await openDoors([askingServer('asks')]);
  await using all = await connect(doors.url, {
    capabilities: { roots: {} },
    prepare: (client) => client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [] })),
  });
  const started = performance.now();
  await expect(all.call('asks__die')).rejects.toMatchObject({
    code: -32000,
    message: "MCP error -32000: MCP server 'asks' was ended by SIGKILL during the call of 'die'",
    data: { code: 'mcp-server-failed' },
  });
  expect(performance.now() - started).toBeLessThan(1000);
  expect(await all.call('asks__pid')).toBe(String(doors.servers.find('asks')?.pid));
});
