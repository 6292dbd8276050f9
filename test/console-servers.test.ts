import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, lookAt, PHONE } from './support/console.ts';
import { type ServersConsole, startServersConsole } from './support/console-servers.ts';

describe.skipIf(!hasBrowser)('the page of MCP servers', () => {
  let site: ServersConsole;
  beforeAll(async () => {
    site = await startServersConsole();
  }, 40_000);
  afterAll(() => site?.[Symbol.asyncDispose]());

  test('lists servers with their state, why one fails, and what one needs', async () => {
    await using opened = await site.open('servers');
    const { page } = opened;
    const card = (name: string) => page.getByRole('region', { name: 'All servers' }).getByRole('link', { name });
    expect(await card('The shop').textContent()).toBe('The shopshopconfigrunning5 tools1 problem');
    expect(await card('broken').textContent()).toContain('The licence of this server has expired');
    expect(await card('Tavily').textContent()).toContain('stoppedneeds TAVILY_API_KEY');
    await page.getByLabel('Search servers and tools').fill('order');
    await page.getByText('1 server of').waitFor();
    expect(page.url()).toBe(`${site.server.url}/console/servers?q=order`);
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
    await using opened = await site.open('servers/toolbox');
    const { page } = opened;
    await page.getByRole('heading', { name: 'Other toolbox' }).waitFor();
    await page.getByRole('link', { name: 'from the catalog' }).click();
    await page.getByText('stopped').last().waitFor();
    expect(page.url()).toBe(`${site.server.url}/console/servers/toolbox?origin=catalog`);
    const detail = page.getByRole('region', { name: 'Server', exact: true });
    await detail.getByRole('button', { name: 'Start', exact: true }).click();
    await detail.getByRole('link', { name: /^calculate/ }).click();
    await page.getByLabel('expression required').fill('6 * 7');
    await page.getByRole('button', { name: 'Call calculate' }).click();
    await page.getByRole('region', { name: 'Result' }).getByText('"value": 42').waitFor();
    await page.goto(`${site.server.url}/console/servers/toolbox?origin=catalog&view=log`);
    await detail.getByRole('region', { name: 'Log' }).getByText('following').waitFor();
    await page.getByRole('link', { name: 'Other toolbox, from the config file' }).click();
    await page.getByRole('heading', { name: 'Other toolbox' }).waitFor();
    const cards = await page.locator('.servers-card').allTextContents();
    const lastRunning = cards.findLastIndex((card) => card.includes('running'));
    expect(cards[lastRunning]).toContain('catalog');
    expect(cards.findIndex((card) => card.startsWith('Tavily'))).toBeGreaterThan(lastRunning);
    expect(opened.complaints).toEqual([]);
  });

  test('fills in nested objects, lists, choices and what is JSON, in step with the JSON of the whole', async () => {
    await using opened = await site.open('servers/shop/order');
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
    await using opened = await site.open('servers/shop/either');
    const { page } = opened;
    await page.getByLabel('Arguments as JSON').fill('{"b": [1]}');
    await page.getByRole('button', { name: 'Call either' }).click();
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByText('finished').waitFor();
    expect(JSON.parse((await result.locator('pre').textContent()) ?? '')).toEqual({ b: [1] });
    expect(opened.complaints).toEqual([]);
  });

  test('shows the failure of a tool as one, and what a server says of a field at the field', async () => {
    await using opened = await site.open('servers/shop/fail');
    const { page } = opened;
    await page.getByRole('button', { name: 'Call fail' }).click();
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByText('The shop is closed').waitFor();
    expect(await result.locator('.chip').textContent()).toBe('failed');
    await page.goto(`${site.server.url}/console/servers/all/get-sum`);
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
    await using opened = await site.open('servers/all/get-tiny-image');
    const { page } = opened;
    await page.getByRole('button', { name: 'Call get-tiny-image' }).click();
    const image = page.getByRole('img', { name: 'image that the tool answered' });
    await image.waitFor();
    expect(await image.evaluate('document.querySelector(".servers-image").naturalWidth')).toBeGreaterThan(0);
    await page.goto(`${site.server.url}/console/servers/all/get-resource-links`);
    await page.getByRole('button', { name: 'Call get-resource-links' }).click();
    await page.getByText('demo://resource/dynamic/').first().waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('asks before it calls what may destroy something', async () => {
    await using opened = await site.open('servers/shop/wipe');
    const { page } = opened;
    await page.getByRole('button', { name: 'Call wipe' }).click();
    await page.getByRole('button', { name: 'Do not' }).click();
    expect(await page.getByText('wiped', { exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Call wipe' }).click();
    await page.getByRole('button', { name: 'Call it' }).click();
    await page.getByText('wiped', { exact: true }).waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('is accessible in light at a desk and dark on a phone, without a horizontal scroll', async () => {
    await using opened = await site.open('servers', { viewport: PHONE });
    const { page } = opened;
    const check = async (path: string, part: string, then: { click?: string; wait?: string } = {}) => {
      await page.goto(`${site.server.url}/console/${path}`);
      await page.locator(part).first().waitFor();
      if (then.click) await page.getByRole('button', { name: then.click, exact: true }).click();
      if (then.wait) await page.locator(then.wait).first().waitFor();
      for (const look of ['light', 'dark phone'] as const) {
        await lookAt(opened, look);
        const [found, isTooWide] = [await opened.findBarriers(), await opened.isTooWide()];
        expect({ path, then, look, found, isTooWide }).toEqual({ path, then, look, found: [], isTooWide: false });
      }
    };
    await check('servers', '.servers-card');
    await check('servers/broken', '.facts');
    await check('servers/shop', '.servers-tabs');
    await check('servers/shop/order', '.form');
    await check('servers/shop?view=log', '.servers-log');
    await check('servers/all/get-sum', '.form', { click: 'Call get-sum', wait: '.failure' });
    await check('servers/all/get-tiny-image', '.form', { click: 'Call get-tiny-image', wait: '.servers-image' });
    await check('servers', '.servers-card', { click: 'Add', wait: 'dialog' });
    await check('servers', '.servers-card', { click: 'Import', wait: 'dialog' });
    await check('servers/needy', '.facts', { click: 'Start', wait: 'dialog' });
  }, 90_000);
});
