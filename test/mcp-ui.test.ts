import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toPolicy } from '../server/protocols/mcp-ui/policy.ts';
import { BUDGET_PAGE, startPageServers } from './support/page-servers.ts';
import type { WholeServer } from './support/whole-server.ts';

let server: WholeServer;
beforeAll(async () => {
  server = await startPageServers(['--cors-origin', 'https://app.example']);
}, 30_000);
afterAll(() => server?.[Symbol.asyncDispose]());

async function run(message: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${server.url}/api/v1/mcp-ui/helper/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
  });
  const frames = (await response.text()).split('\n\n').filter((frame) => frame.includes('data: '));
  return frames.map((frame) => JSON.parse(frame.slice(frame.indexOf('data: ') + 'data: '.length)));
}
const ask = (method: string, params: object = {}, uri = BUDGET_PAGE, agent = 'helper') =>
  server.call('POST', `/mcp-ui/${agent}/call`, { uri, method, params });

test('each agent is listed with the tools of its running servers that have a page', async () => {
  const { status, body } = await server.call('GET', '/mcp-ui/agents');
  expect([status, body]).toEqual([
    200,
    {
      protocol: 'mcp-ui',
      version: '2026-01-26',
      extension: 'io.modelcontextprotocol/ui',
      mime_types: ['text/html;profile=mcp-app'],
      agents: [
        {
          agent_id: 'helper',
          name: 'Helper',
          endpoint: '/api/v1/mcp-ui/helper/',
          ui_tools: [
            { server: 'budget', tool: 'get-budget-data', resource_uri: BUDGET_PAGE },
            { server: 'clock', tool: 'get-time', resource_uri: 'ui://get-time/mcp-app.html' },
          ],
        },
        { agent_id: 'plain', name: 'Plain', endpoint: '/api/v1/mcp-ui/plain/', ui_tools: [] },
      ],
      agents_endpoint: '/api/v1/mcp-ui/agents',
      count: 2,
    },
  ]);
  expect(await server.call('GET', '/mcp-ui/')).toEqual({ status, body });
});

describe('a run', () => {
  test('gives the page of a tool behind its result, with what the page is to be told', async () => {
    const began = Date.now();
    const events = await run('/tool budget__get-budget-data {}');
    const types = events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
    expect(types).toEqual(['tool_call', 'tool_result', 'ui', 'text', 'done']);
    const page = events.find(({ type }) => type === 'ui');
    expect(page).toMatchObject({
      server: 'budget',
      tool: 'get-budget-data',
      input: {},
      result: { content: [{ type: 'text' }], structuredContent: { config: { currency: 'USD' } } },
      resource: {
        uri: BUDGET_PAGE,
        mimeType: 'text/html;profile=mcp-app',
        text: expect.stringMatching(/^<!DOCTYPE html>/i),
      },
      resource_endpoint: `/api/v1/mcp-ui/helper/resource?uri=${encodeURIComponent(BUDGET_PAGE)}`,
    });
    const times = events.map(({ timestamp }) => Number(timestamp));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(began);
    const { conversation_id } = events.at(-1) as { conversation_id: string };
    expect((await server.call('GET', `/conversations/${conversation_id}`)).status).toBe(200);
  });

  test('with other tools alone has no page', async () => {
    const events = await run('What is 6 times 7?');
    expect(events.some(({ type }) => type === 'ui')).toBe(false);
    expect(JSON.stringify(events)).toContain('42');
  });

  test('of an agent that is not there is a 404', async () => {
    expect((await server.call('POST', '/mcp-ui/nobody/', { message: 'Hi' })).status).toBe(404);
  });
});

describe('a page', () => {
  const get = (query: string, agent = 'helper', method = 'GET') =>
    fetch(`${server.url}/api/v1/mcp-ui/${agent}/resource${query}`, { method });

  test('is served under a policy that lets it reach nobody, in an origin of its own', async () => {
    const response = await get(`?uri=${encodeURIComponent(BUDGET_PAGE)}`);
    expect(await response.text()).toMatch(/^<!DOCTYPE html>/i);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; worker-src blob:; connect-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self' https://app.example; sandbox allow-scripts",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(response.headers.has('x-frame-options')).toBe(false);
  });

  test('that no tool of the agent names is not served', async () => {
    for (const [query, agent] of [
      ['?uri=ui://nothing/page.html', 'helper'],
      ['?uri=file:///etc/passwd', 'helper'],
      [`?uri=${encodeURIComponent(BUDGET_PAGE)}`, 'plain'],
    ] as const) {
      const response = await get(query, agent);
      expect([query, response.status, await response.json()]).toMatchObject([
        query,
        404,
        { code: 'ui-resource-not-found' },
      ]);
    }
    expect((await get('')).status).toBe(422);
    expect((await get(`?uri=${encodeURIComponent(BUDGET_PAGE)}`, 'nobody')).status).toBe(404);
    const posted = await get(`?uri=${encodeURIComponent(BUDGET_PAGE)}`, 'helper', 'POST');
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('the bridge of a page', () => {
  test('calls and lists the tools of its own server, reads its pages and answers a ping', async () => {
    expect(await ask('ping')).toEqual({ status: 200, body: { result: {} } });
    const called = await ask('tools/call', { name: 'get-budget-data', arguments: {} });
    expect(called).toMatchObject({
      status: 200,
      body: { result: { structuredContent: { config: { currency: 'USD' } } } },
    });
    const listed = await ask('tools/list');
    expect(listed).toMatchObject({ status: 200, body: { result: { tools: [{ name: 'get-budget-data' }] } } });
    const read = await ask('resources/read', { uri: BUDGET_PAGE });
    expect(read).toMatchObject({ status: 200, body: { result: { contents: [{ uri: BUDGET_PAGE }] } } });
  });

  test('has no tool that waits for the approval of a person', async () => {
    const approve = (tools: readonly string[]) => server.call('PUT', '/agents/helper', { approvals: { tools } });
    await approve(['*__get-budget-data']);
    expect(await ask('tools/list')).toEqual({ status: 200, body: { result: { tools: [] } } });
    expect(await ask('tools/call', { name: 'get-budget-data', arguments: {} })).toMatchObject({ status: 404 });
    await approve([]);
  });

  test('passes nothing else on', async () => {
    expect(await ask('sampling/createMessage')).toMatchObject({ status: 422 });
    expect(await ask('tools/call', { name: 'get-time' })).toMatchObject({
      status: 404,
      body: { code: 'mcp-tool-not-found' },
    });
    expect(await ask('tools/call', { name: 'calculate' })).toMatchObject({ status: 404 });
    expect(await ask('tools/call')).toMatchObject({ status: 422 });
    expect(await ask('resources/read', { uri: 'file:///etc/passwd' })).toMatchObject({ status: 404 });
    expect(await ask('resources/read', { uri: 'ui://nothing' })).toMatchObject({
      status: 404,
      body: { code: 'ui-resource-not-found' },
    });
    expect(await ask('ping', {}, 'ui://nothing')).toMatchObject({ status: 404 });
    expect(await ask('ping', {}, BUDGET_PAGE, 'plain')).toMatchObject({ status: 404 });
  });
});

describe('the policy of a page', () => {
  const policyOf = (csp: unknown) =>
    toPolicy({ uri: 'ui://x', mimeType: 'text/html', text: '', _meta: { ui: { csp } } }, []).split('; ');

  test('lets it reach the hosts it declares, each for what it declares it for', () => {
    const policy = policyOf({
      resourceDomains: ['https://cdn.example', 'https://*.tiles.example:8443'],
      connectDomains: ['wss://live.example', 'https://api.example/'],
      frameDomains: ['https://video.example'],
    });
    expect(policy).toContain("script-src 'unsafe-inline' blob: https://cdn.example https://*.tiles.example:8443");
    expect(policy).toContain('connect-src wss://live.example https://api.example/');
    expect(policy).toContain('frame-src https://video.example');
  });

  test.each([
    'https://a.example; script-src *',
    'https://a.example https://b.example',
    '*',
    'http://a.example',
    "'unsafe-eval'",
    'https://',
    'data:',
    'https://a.example/path',
    'https://user@a.example',
    7,
  ])('is not changed by %j', (domain) => {
    expect(policyOf({ resourceDomains: [domain], connectDomains: [domain], frameDomains: [domain] })).toEqual(
      policyOf(undefined),
    );
  });
});
