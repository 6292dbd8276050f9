// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is tested.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_MISSING, findBrowser } from '../scripts/setup-browser.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

const browserPath = findBrowser();
if (!browserPath && process.env.CI) throw new Error(BROWSER_MISSING);
if (!browserPath) console.warn(`Skipped: ${BROWSER_MISSING}`);

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const EVERYTHING = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const FORMS = fileURLToPath(new URL('fixtures/mcp/forms.mjs', import.meta.url));
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const node = (...args: string[]) => ({ command: process.execPath, args });

const isSettled = (body: unknown) => /"ready_count":3.*/.test(JSON.stringify(body));

describe.skipIf(!browserPath)('the page of MCP servers', () => {
  let browser: Browser;
  let server: WholeServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([
      chromium.launch({ executablePath: browserPath ?? '', args: FLAGS.split(' ') }),
      startWholeServer({
        mcpServers: {
          shop: { ...node(FORMS), name: 'The shop' },
          all: node(EVERYTHING),
          // Of the same id as one of the catalog.
          toolbox: { ...node(FIXTURE), name: 'Other toolbox' },
          broken: node(FIXTURE, 'exit'),
          needy: { ...node(FIXTURE), env: { TOKEN: '${NEEDY_TOKEN}' } },
        },
      }),
    ]);
    await poll(server, '/configure/mcp-toolsets-status', isSettled);
  }, 40_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** Opens a path of the console; at the end nothing may have been complained of. */
  async function open(path: string, width = 1280): Promise<Opened> {
    const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: false });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
    page.on('request', (request) => {
      if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(`${server.url}/`)) {
        complaints.push(`asked for ${request.url()}`);
      }
    });
    await page.goto(`${server.url}/console/${path}`);
    return {
      page,
      complaints,
      async [Symbol.asyncDispose]() {
        await context.close();
      },
    };
  }

  test('lists servers with their state, why one fails, and what one needs', async () => {
    await using opened = await open('servers');
    const { page } = opened;
    const card = (name: string) => page.getByRole('region', { name: 'All servers' }).getByRole('link', { name });
    expect(await card('The shop').textContent()).toBe('The shopshopconfigrunning5 tools1 problem');
    expect(await card('broken').textContent()).toContain('The licence of this server has expired');
    expect(await card('Tavily').textContent()).toContain('stoppedneeds TAVILY_API_KEY');
    await page.getByLabel('Search servers and tools').fill('order');
    await page.getByText('1 server of').waitFor();
    expect(page.url()).toBe(`${server.url}/console/servers?q=order`);
    await page.reload();
    await page.getByText('1 server of').waitFor();
    expect(await card('The shop').count()).toBe(1);
    await page.getByLabel('Search servers and tools').fill('');
    await page.getByLabel('Show').selectOption('failing');
    await page.getByText('2 servers of').waitFor();
    expect(await card('broken').count()).toBe(1);
    expect(opened.complaints).toEqual([]);
  });

  test('reaches the tools and the log of both of two servers with one id', async () => {
    await using opened = await open('servers/toolbox');
    const { page } = opened;
    await page.getByRole('heading', { name: 'Other toolbox' }).waitFor();
    await page.getByRole('link', { name: 'from the catalog' }).click();
    await page.getByText('stopped').last().waitFor();
    expect(page.url()).toBe(`${server.url}/console/servers/toolbox?origin=catalog`);
    const detail = page.getByRole('region', { name: 'Server', exact: true });
    await detail.getByRole('button', { name: 'Start', exact: true }).click();
    await detail.getByRole('link', { name: /^calculate/ }).click();
    await page.getByLabel('expression required').fill('6 * 7');
    await page.getByRole('button', { name: 'Call calculate' }).click();
    await page.getByRole('region', { name: 'Result' }).getByText('"value": 42').waitFor();
    await page.goto(`${server.url}/console/servers/toolbox?origin=catalog&view=log`);
    await detail.getByRole('region', { name: 'Log' }).getByText('following').waitFor();
    await page.getByRole('link', { name: 'Other toolbox, from the config file' }).click();
    await page.getByRole('heading', { name: 'Other toolbox' }).waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('fills in nested objects, lists, choices and what is JSON, in step with the JSON of the whole', async () => {
    await using opened = await open('servers/shop/order');
    const { page } = opened;
    await page.getByText('integer, 1 to 10').waitFor();
    expect(await page.getByLabel('count').inputValue()).toBe('2');
    await page.getByLabel('what required').fill('tea');
    await page.getByLabel('size').selectOption('large');
    await page.getByLabel('gift').selectOption('true');
    await page.getByRole('button', { name: 'Add to tags' }).click();
    await page.getByRole('textbox', { name: 'tags 1' }).fill('green');
    await page.getByRole('button', { name: 'Add to tags' }).click();
    await page.getByRole('textbox', { name: 'tags 2' }).fill('black');
    await page.getByRole('button', { name: 'Remove tags 1' }).click();
    await page.getByLabel('city required').fill('Bern');
    await page.getByLabel('zip').fill('3000');
    await page.getByLabel('when as JSON').fill('[1');
    await page.getByText('This is no JSON').waitFor();
    expect(await page.getByRole('button', { name: 'Call order' }).isDisabled()).toBe(true);
    await page.getByLabel('when as JSON').fill('7');
    const order = {
      count: 2,
      to: { city: 'Bern', zip: 3000 },
      what: 'tea',
      size: 'large',
      gift: true,
      tags: ['black'],
      when: 7,
    };
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    const json = page.getByLabel('Arguments as JSON');
    expect(JSON.parse(await json.inputValue())).toEqual(order);
    await json.fill(JSON.stringify({ ...order, count: 3 }));
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    expect(await page.getByLabel('count').inputValue()).toBe('3');
    await page.getByRole('button', { name: 'Call order' }).click();
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByText('finished').waitFor();
    expect(JSON.parse((await result.locator('pre').textContent()) ?? '')).toEqual({ ...order, count: 3 });
    expect(opened.complaints).toEqual([]);
  });

  test('arguments that are a choice between objects are JSON as a whole', async () => {
    await using opened = await open('servers/shop/either');
    const { page } = opened;
    await page.getByLabel('Arguments as JSON').fill('{"b": [1]}');
    await page.getByRole('button', { name: 'Call either' }).click();
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByText('finished').waitFor();
    expect(JSON.parse((await result.locator('pre').textContent()) ?? '')).toEqual({ b: [1] });
    expect(opened.complaints).toEqual([]);
  });

  test('shows the failure of a tool as one, and what a server says of a field at the field', async () => {
    await using opened = await open('servers/shop/fail');
    const { page } = opened;
    await page.getByRole('button', { name: 'Call fail' }).click();
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByText('The shop is closed').waitFor();
    expect(await result.locator('.chip').textContent()).toBe('failed');
    await page.goto(`${server.url}/console/servers/all/get-sum`);
    await page.getByLabel('a required').fill('many');
    await page.getByLabel('b required').fill('4');
    await page.getByRole('button', { name: 'Call get-sum' }).click();
    const field = page.locator('.form-field').filter({ has: page.getByLabel('a required') });
    await field.getByRole('alert').waitFor();
    expect(await field.getByRole('alert').textContent()).toContain('expected number');
    await page.getByLabel('a required').fill('3');
    await page.getByRole('button', { name: 'Call get-sum' }).click();
    await result.getByText('The sum of 3 and 4 is 7.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });

  test('shows pictures and resources of an answer', async () => {
    await using opened = await open('servers/all/get-tiny-image');
    const { page } = opened;
    await page.getByRole('button', { name: 'Call get-tiny-image' }).click();
    const image = page.getByRole('img', { name: 'image that the tool answered' });
    await image.waitFor();
    expect(await image.evaluate('document.querySelector(".servers-image").naturalWidth')).toBeGreaterThan(0);
    await page.goto(`${server.url}/console/servers/all/get-resource-links`);
    await page.getByRole('button', { name: 'Call get-resource-links' }).click();
    await page.getByText('demo://resource/dynamic/').first().waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('asks before it calls what may destroy something', async () => {
    await using opened = await open('servers/shop/wipe');
    const { page } = opened;
    await page.getByRole('button', { name: 'Call wipe' }).click();
    await page.getByRole('button', { name: 'Do not' }).click();
    expect(await page.getByText('wiped', { exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Call wipe' }).click();
    await page.getByRole('button', { name: 'Call it' }).click();
    await page.getByText('wiped', { exact: true }).waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('follows a log, and stands still while it is paused', async () => {
    await using opened = await open('servers/shop?view=log');
    const { page } = opened;
    const log = page.getByRole('log');
    const write = (line: string) => server.call('POST', '/mcp/proxy/shop/tools/log', { arguments: { line } });
    await log.getByText('The shop opens').waitFor();
    await write('first visitor');
    await log.getByText('first visitor').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await write('second visitor');
    await page.getByText('paused, 1 new line').waitFor();
    expect(await log.getByText('second visitor').count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await log.getByText('second visitor').waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('stops, starts and restarts a server of the config file', async () => {
    await using opened = await open('servers/shop');
    const { page } = opened;
    const detail = page.getByRole('region', { name: 'Server', exact: true });
    await detail.getByRole('button', { name: 'Stop' }).click();
    await detail.getByText('stopped').waitFor();
    await detail.getByText('Its tools are known while it runs.').waitFor();
    await detail.getByRole('button', { name: 'Start', exact: true }).click();
    await detail.getByText('5 tools').waitFor();
    await detail.getByRole('navigation').getByRole('link', { name: 'Log' }).click();
    const opens = detail.getByText('The shop opens');
    const before = await countWhen(opens, 1);
    await detail.getByRole('button', { name: 'Restart' }).click();
    await countWhen(opens, before + 1);
    expect(opened.complaints).toEqual([]);
  });

  test('asks for the variables that a server needs, and shows them nowhere', async () => {
    await using opened = await open('servers/needy');
    const { page } = opened;
    const detail = page.getByRole('region', { name: 'Server', exact: true });
    await detail.getByText('It does not start without the variable NEEDY_TOKEN.').waitFor();
    await detail.getByRole('button', { name: 'Start', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('NEEDY_TOKEN required').fill('s3cret-value');
    await dialog.getByRole('button', { name: 'Add to Further variables' }).click();
    await dialog.getByLabel('Further variables: name 1').fill('PATH');
    await dialog.getByLabel('Further variables: value 1').fill('/tmp');
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await dialog.getByText('PATH must not be set').waitFor();
    await dialog.getByRole('button', { name: 'Remove Further variables 1' }).click();
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await detail.getByText('9 tools').waitFor();
    expect(await page.content()).not.toContain('s3cret-value');
    const { body } = await server.call('POST', '/mcp/proxy/needy/tools/env', {});
    expect(body).toMatchObject({ result: { TOKEN: 's3cret-value' } });
    await detail.getByRole('button', { name: 'Restart' }).click();
    await dialog.getByLabel('NEEDY_TOKEN required').fill('another');
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await detail.getByText('9 tools').waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('shows what would become of a config file, and adds its servers', async () => {
    await using opened = await open('servers');
    const { page } = opened;
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog');
    const text = JSON.stringify({ servers: { one: node(FORMS), shop: node(FORMS), two: { type: 'stdio' } } });
    await dialog.getByLabel('Choose a config file').setInputFiles({
      name: 'mcp.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
    await dialog.getByRole('button', { name: 'Preview' }).click();
    const report = dialog.getByRole('region', { name: 'Servers of the file' });
    await report.getByText('will be added').waitFor();
    expect(await report.locator('.chip').allTextContents()).toEqual([
      'will be added',
      'is there already',
      'cannot be added',
    ]);
    expect((await server.call('GET', '/mcp/servers/one')).status).toBe(404);
    await dialog.getByRole('button', { name: 'Add 1 server' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: /^one/ }).getByText('5 tools').waitFor();
    expect(await server.call('DELETE', '/mcp/servers/one')).toEqual({ status: 204, body: undefined });
    await page.getByRole('link', { name: /^one/ }).waitFor({ state: 'detached' });
    expect(opened.complaints).toEqual([]);
  });

  test('adds a server, says what is wrong with it where it is, and deletes it', async () => {
    await using opened = await open('servers');
    const { page } = opened;
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Id required').fill('mine');
    await dialog.getByLabel('Command required').fill('../node');
    await dialog.getByRole('button', { name: 'Add to Arguments' }).click();
    await dialog.getByRole('textbox', { name: 'Arguments 1' }).fill(FORMS);
    await dialog.getByRole('button', { name: 'Add to Variables' }).click();
    await dialog.getByLabel('Variables: name 1').fill('TOKEN');
    await dialog.getByLabel('Variables: value 1').fill('never-shown');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    const command = dialog.locator('.form-field').filter({ has: page.getByLabel('Command required') });
    await command.getByRole('alert').waitFor();
    await dialog.getByLabel('Command required').fill(process.execPath);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    const detail = page.getByRole('region', { name: 'Server', exact: true });
    await detail.getByText('5 tools').waitFor();
    expect(page.url()).toBe(`${server.url}/console/servers/mine?origin=custom`);
    await detail.getByText('TOKEN').waitFor();
    expect(await page.content()).not.toContain('never-shown');
    await detail.getByRole('button', { name: 'Disable' }).click();
    await detail.getByText('stopped').waitFor();
    await detail.getByRole('button', { name: 'Enable' }).click();
    await detail.getByText('5 tools').waitFor();
    await detail.getByRole('button', { name: 'Delete the server "mine"' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.waitForURL(`${server.url}/console/servers`);
    await page.getByRole('link', { name: 'The shop' }).waitFor();
    await page.getByRole('link', { name: /^mine/ }).waitFor({ state: 'detached' });
    expect(opened.complaints).toEqual([]);
  });

  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)(
    'is accessible in %s at %i px, without a horizontal scroll',
    async (colorScheme, width) => {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      for (const [path, part] of [
        ['servers', '.servers-card'],
        ['servers/broken', '.facts'],
        ['servers/shop', '.servers-tabs'],
        ['servers/shop/order', '.form'],
        ['servers/shop?view=log', '.servers-log'],
      ] as const) {
        await page.goto(`${server.url}/console/${path}`);
        await page.locator(part).first().waitFor();
        await page.addScriptTag({ path: AXE });
        const found = await page.evaluate(
          'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes.map(({ html }) => html).join(" ")))',
        );
        expect({ path, found }).toEqual({ path, found: [] });
        const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        expect({ path, over }).toEqual({ path, over: 0 });
      }
      await context.close();
    },
    60_000,
  );
});

/** How many there are, once there are at least so many. */
async function countWhen(what: Locator, atLeast: number): Promise<number> {
  await what.nth(atLeast - 1).waitFor();
  return what.count();
}

/** A page, with every request to another host and every message on its console. */
interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: string[];
}
