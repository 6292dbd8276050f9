import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConsole } from '../server/http/console.ts';
import { hasBrowser, openConsole, startBrowser } from './support/console.ts';
import { startTestServer } from './support/http-server.ts';
import { startWholeServer } from './support/whole-server.ts';

const startConsole = () => startTestServer({ console: createConsole(), apiKeys: ['a-key'] });

describe('the console', () => {
  test('is one page for every path below its own, without a key, and found again below a proxy', async () => {
    await using server = await startConsole();
    const pages = await Promise.all(
      ['/console', '/console/', '/console/runs', '/console/chat/a%20b/c'].map(async (path) => {
        const response = await fetch(server.url + path);
        const [, style] = /href="([^"]*)assets\/style-/.exec(await response.text()) ?? [];
        return [response.status, response.headers.get('content-type'), style];
      }),
    );
    const html = 'text/html; charset=utf-8';
    expect(pages).toEqual([
      [200, html, 'console/'],
      [200, html, './'],
      [200, html, './'],
      [200, html, '../../'],
    ]);
    expect((await fetch(`${server.url}/console`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${server.url}/consoles`)).status).toBe(401);
  });

  test('lets nothing run but its own scripts, asks no other host, and lets no text become HTML', async () => {
    await using server = await startConsole();
    const { headers } = await fetch(`${server.url}/console`);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src data: blob:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
  });

  test('is not sent again to who has it: its files by their names, its page by its tag', async () => {
    await using server = await startConsole();
    const page = await fetch(`${server.url}/console`);
    const [, script = ''] = /src="(console\/assets\/main-[^"]+)"/.exec(await page.text()) ?? [];
    const asset = await fetch(`${server.url}/${script}`, { headers: { 'accept-encoding': 'gzip' } });
    expect([asset.status, asset.headers.get('content-encoding'), asset.headers.get('cache-control')]).toEqual([
      200,
      'gzip',
      'public, max-age=31536000, immutable',
    ]);
    const again = await fetch(`${server.url}/console`, {
      headers: { 'if-none-match': page.headers.get('etag') ?? '', 'cache-control': '' },
    });
    expect(again.status).toBe(304);
    const missing = ['nothing-abc.js', '..%2Findex.html', 'main.txt', ''].map(
      async (name) => (await fetch(`${server.url}/console/assets/${name}`)).status,
    );
    expect(await Promise.all(missing)).toEqual([404, 404, 404, 404]);
  });
});

describe.skipIf(!hasBrowser)('the console in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, 40_000);
  afterAll(() => browser?.close());

  test('is where the root leads, and follows the server', async () => {
    await using server = await startWholeServer();
    await using opened = await openConsole(browser, server.url);
    await opened.page.goto(`${server.url}/`);
    await opened.page.getByText('connected').waitFor();
    expect(opened.page.url()).toBe(`${server.url}/console`);
    expect(opened.complaints).toEqual([]);
  });

  test('opens at an address that was cut or mistyped, and says what is not there', async () => {
    await using server = await startWholeServer();
    await using opened = await openConsole(browser, server.url);
    await opened.open('/%zz');
    await opened.page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await opened.open('/skills/50%');
    await opened.page.getByText('50%').first().waitFor();
    expect(opened.complaints.filter((text) => text.startsWith('uncaught'))).toEqual([]);
  });

  test('says on every page that the server is not heard, and shows what is new when it is heard again', {
    timeout: 60_000,
  }, async () => {
    await using server = await startWholeServer();
    await using opened = await openConsole(browser, server.url, { viewport: { width: 390, height: 800 } });
    const { page } = opened;
    await opened.open('/agents');
    await page.getByRole('heading', { name: 'Agents' }).waitFor();
    await page.route('**/trpc/**', (route) => route.abort());
    await page.reload();
    await page.getByText('The server is not heard: what is shown may be old.').waitFor();
    await page.getByRole('main').getByText('The server cannot be reached').first().waitFor({ timeout: 20_000 });
    expect(await opened.isTooWide()).toBe(false);
    await server.call('POST', '/agents', { name: 'newcomer' });
    await page.unroute('**/trpc/**');
    await page.getByRole('button', { name: 'Ask now' }).click();
    await page.getByRole('main').getByText('newcomer').first().waitFor();
    await page.getByText('The server is not heard').waitFor({ state: 'detached' });
  });

  test('asks for a key on the first refusal, keeps it for its tab, and never puts it into an address', async () => {
    await using server = await startWholeServer({ apiKey: 'the-secret-key' });
    await using opened = await openConsole(browser, server.url);
    const { page, complaints } = opened;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await opened.open('/health');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('API key').fill('wrong');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('API key').fill('the-secret-key');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('connected').waitFor();
    await dialog.waitFor({ state: 'detached' });
    // A link could not carry it.
    await page.getByText('/metrics with the API key').waitFor();
    expect(asked.join()).not.toContain('secret');
    expect(await page.evaluate(() => Object.values({ ...localStorage }))).toEqual([]);
    // Chromium reports each answer over 399.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    await using other = await openConsole(browser, server.url);
    await other.open('/health');
    await other.page.getByRole('dialog').waitFor();
  });
});
