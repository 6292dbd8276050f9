import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contract } from '../contract/index.ts';
import { listEndpoints } from '../contract/kit.ts';
import type { ServerProcess } from '../scripts/server-process.ts';
import { hasBrowser, startBrowser } from './support/console.ts';
import { startCommand } from './support/server-process.ts';

const endpoints = [...listEndpoints(contract)].map(([, endpoint]) => endpoint);

describe.skipIf(!hasBrowser)('the documentation pages in a browser', () => {
  let browser: Browser;
  let server: ServerProcess;
  let docs: Opened;
  beforeAll(async () => {
    [browser, server] = await Promise.all([
      startBrowser(),
      startCommand({ environment: { AGENT_RUNTIMES_API_KEYS: 'docs-test-key' } }),
    ]);
    docs = await open('/docs');
    await docs.page.locator('.opblock').first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Opens a page of the server; `complaints` grows with every request to another host and every console message. */
  async function open(path: string): Promise<Opened> {
    const context = await browser.newContext({ viewport: { width: 1300, height: 900 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
    page.on('request', (request) => {
      const url = request.url().replace(/^blob:/, '');
      if (!url.startsWith(`${server.url}/`) && !url.startsWith('data:')) complaints.push(`asked for ${url}`);
    });
    await page.goto(server.url + path);
    return { page, complaints };
  }

  test('Swagger UI lists every operation, asks no other host and breaks no rule of its policy', async () => {
    const textsOf = (part: string) => docs.page.locator(`.opblock-summary .opblock-summary-${part}`).allTextContents();
    const operations = await textsOf('path');
    const methods = await textsOf('method');
    const shown = operations.map((path, place) => `${methods[place]?.trim()} ${path.trim()}`);
    // Swagger UI puts zero-width spaces into paths, where they may be broken.
    const paths = shown.map((text) => text.replaceAll('\u200b', ''));
    expect(paths.sort()).toEqual(endpoints.map(({ method, path }) => `${method} ${path}`).sort());
    expect(docs.complaints).toEqual([]);
  });

  test('ReDoc lists every operation, asks no other host and breaks no rule of its policy', async () => {
    const { page, complaints } = await open('/redoc');
    await page.getByRole('heading', { name: 'Health check' }).first().waitFor();
    const headings = await page.locator('h2').allTextContents();
    expect(headings.map((text) => text.trim())).toEqual(
      expect.arrayContaining(endpoints.map(({ summary }) => summary)),
    );
    await page.getByPlaceholder('Search...').fill('conversation');
    await page.getByRole('search').getByText('List conversations').waitFor();
    expect(complaints).toEqual([]);
  });

  test('"try it out" asks the server and shows its answer', async () => {
    expect(await tryOut(docs.page, 'Health', 'healthCheck')).toEqual({
      status: '200',
      body: expect.stringMatching(/"status": "healthy"/),
    });
    expect(docs.complaints).toEqual([]);
  });

  test('"try it out" sends a key typed into the page, which the page forgets, and a body that works as it is', async () => {
    const { page, complaints } = docs;
    expect(await tryOut(page, 'Agents', 'agentsList')).toMatchObject({ status: '401' });
    // Chromium reports each answer over 399.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('401')]);
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.locator('.auth-container input').fill('docs-test-key');
    await page.locator('.auth-container').getByRole('button', { name: 'Apply credentials' }).click();
    await page.locator('.auth-container').getByRole('button', { name: 'Close' }).click();
    await page.locator('#operations-Agents-agentsList .execute').click();
    await page.locator('#operations-Agents-agentsList .response-col_status').getByText('200').first().waitFor();
    expect(await tryOut(page, 'Agents', 'agentsCreate')).toEqual({
      status: '201',
      body: expect.stringMatching(/"id": "my-agent"/),
    });
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => ({ ...localStorage, ...sessionStorage }))).toEqual({});
    expect(await page.context().cookies()).toEqual([]);
  });
});

/** A page, with every request to another host and every message on its console. */
interface Opened {
  readonly page: Page;
  readonly complaints: string[];
}

/** Runs an operation in Swagger UI and reads the answer it shows. */
async function tryOut(page: Page, tag: string, id: string) {
  const block = page.locator(`#operations-${tag}-${id}`);
  await block.locator('.opblock-summary-control').click();
  await block.locator('.try-out__btn').click();
  await block.locator('.execute').click();
  const answer = block.locator('.live-responses-table');
  await answer.waitFor();
  return {
    status: (await answer.locator('tbody .response-col_status').first().textContent())?.trim(),
    body: await answer.locator('.microlight').first().textContent(),
  };
}
