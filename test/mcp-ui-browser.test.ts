import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, startBrowser } from './support/console.ts';
import { BUDGET_PAGE, startPageServers } from './support/page-servers.ts';
import type { WholeServer } from './support/whole-server.ts';

// The page is the top of its window here, so that it is its own parent: this script is the host it speaks to.
const HOST = `(toolResult) => {
  const post = (message) => window.postMessage({ jsonrpc: '2.0', ...message }, '*');
  window.addEventListener('message', ({ data }) => {
    if (data.method === 'ui/initialize') {
      const hostInfo = { name: 'test', version: '1' };
      const { protocolVersion } = data.params;
      post({ id: data.id, result: { protocolVersion, hostInfo, hostCapabilities: {}, hostContext: {} } });
    }
    if (data.method !== 'ui/notifications/initialized') return;
    post({ method: 'ui/notifications/tool-input', params: { arguments: {} } });
    post({ method: 'ui/notifications/tool-result', params: toolResult });
  });
}`;

describe.skipIf(!hasBrowser)('the pages of real MCP servers in a browser', () => {
  let browser: Browser;
  let server: WholeServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([startBrowser(), startPageServers()]);
  }, 40_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test('a page talks to its host, shows the result of its tool, and reaches no other host', async () => {
    const page = await (await browser.newContext()).newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const { body } = await server.call('POST', '/mcp-ui/helper/call', {
      uri: BUDGET_PAGE,
      method: 'tools/call',
      params: { name: 'get-budget-data', arguments: {} },
    });
    const { result } = body as { result: unknown };
    await page.addInitScript(`(${HOST})(${JSON.stringify(result)})`);
    const url = `${server.url}/api/v1/mcp-ui/helper/resource?uri=${encodeURIComponent(BUDGET_PAGE)}`;
    await page.goto(url);
    await page.getByText('Marketing').first().waitFor();
    expect(await page.evaluate('window.origin')).toBe('null');
    expect(await page.locator('canvas').count()).toBeGreaterThan(0);
    const reach = (to: string) => page.evaluate(`fetch('${to}').then(() => 'reached', () => 'refused')`);
    expect([await reach(`${server.url}/api/v1/health`), await reach('https://example.com/')]).toEqual([
      'refused',
      'refused',
    ]);
    expect(asked.filter((each) => each !== url && !/^(?:data|blob):/.test(each))).toEqual([]);
  });
});
