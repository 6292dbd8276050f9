import { describe, expect, it } from 'vitest';
import { startSdkServer } from './fixtures/mcp/sdk-server.ts';
import { createServers, fixtureServer, until } from './support/mcp-servers.ts';

const signal = AbortSignal.timeout(60_000);
const here = { content: [{ type: 'text', text: 'here' }] };
const remote = (url: string) => fixtureServer('remote', '', { launch: { type: 'http', url, headers: {} } });
const kinds = [['http'], ['sse']] as const;

describe.each(kinds)('a server behind a URL over %s', (kind) => {
  it('that changes its tools is asked for them again', async () => {
    await using real = await startSdkServer(kind);
    await using servers = createServers();
    const server = await servers.define(remote(real.url));
    await server.start({ keepTrying: false });
    expect(server.tools.map(({ name }) => name)).toEqual(['echo', 'grow']);
    await server.call('grow', {}, { signal });
    await until(() => server.tools.some(({ name }) => name === 'grown'), 'the new tool is listed');
    expect(await server.call('grown', {}, { signal })).toEqual({ content: [{ type: 'text', text: 'grown up' }] });
  });

  it('that restarts is connected to anew at the next call', async () => {
    const first = await startSdkServer(kind);
    await using servers = createServers();
    const server = await servers.define(remote(first.url));
    await server.start({ keepTrying: false });
    await first[Symbol.asyncDispose]();
    await using second = await startSdkServer(kind, { port: first.port });
    const answer = () => server.call('echo', {}, { signal }).catch(() => undefined);
    let said = await answer();
    for (let attempt = 0; !said && attempt < 3; attempt++) said = await answer();
    expect([said, second.sessions()]).toEqual([here, 1]);
  });
});

it('a session that has expired is opened anew, and neither a call nor a page is lost', async () => {
  await using real = await startSdkServer('http');
  await using servers = createServers();
  const server = await servers.define(remote(real.url));
  await server.start({ keepTrying: false });
  real.forget();
  expect(await server.call('echo', {}, { signal })).toEqual(here);
  real.forget();
  expect(await server.readResource('ui://page', { signal })).toMatchObject({ contents: [{ text: 'a page' }] });
  expect([real.sessions(), server.status]).toEqual([3, 'running']);
});

it.each([400, 404, 405, 406, 422])(
  'a server of the first version that answers a POST with %i is spoken to over SSE',
  async (refusal) => {
    await using real = await startSdkServer('sse', { refusal });
    await using servers = createServers();
    const server = await servers.define(remote(real.url));
    await server.start({ keepTrying: false });
    expect(await server.call('echo', {}, { signal })).toEqual(here);
  },
);

it.each([401, 403, 429, 500])(
  'a server that answers a POST with %i is not asked again in another way',
  async (refusal) => {
    await using real = await startSdkServer('sse', { refusal });
    await using servers = createServers();
    const server = await servers.define(remote(real.url));
    await expect(server.start({ keepTrying: false })).rejects.toThrow(
      "MCP server 'remote' failed (Streamable HTTP error",
    );
    expect(real.sessions()).toBe(0);
  },
);
