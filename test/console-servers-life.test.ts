import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from './support/console.ts';
import { FORMS, nodeServer, type ServersConsole, startServersConsole } from './support/console-servers.ts';

describe.skipIf(!hasBrowser)('the life of MCP servers in the console', () => {
  let site: ServersConsole;
  beforeAll(async () => {
    site = await startServersConsole();
  }, 40_000);
  afterAll(() => site?.[Symbol.asyncDispose]());

  test('follows a log, and stands still while it is paused', async () => {
    await using opened = await site.open('servers/shop?view=log');
    const { page } = opened;
    const log = page.getByRole('log');
    const write = (line: string) => site.server.call('POST', '/mcp/proxy/shop/tools/log', { arguments: { line } });
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
    await using opened = await site.open('servers/shop');
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
    await using opened = await site.open('servers/needy');
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
    const { body } = await site.server.call('POST', '/mcp/proxy/needy/tools/env', {});
    expect(body).toMatchObject({ result: { TOKEN: 's3cret-value' } });
    await detail.getByRole('button', { name: 'Restart' }).click();
    await dialog.getByLabel('NEEDY_TOKEN required').fill('another');
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await detail.getByText('9 tools').waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('shows what would become of a config file, and adds its servers', async () => {
    await using opened = await site.open('servers');
    const { page } = opened;
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog');
    const text = JSON.stringify({
      servers: { one: nodeServer(FORMS), shop: nodeServer(FORMS), two: { type: 'stdio' } },
    });
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
    expect((await site.server.call('GET', '/mcp/servers/one')).status).toBe(404);
    await dialog.getByRole('button', { name: 'Add 1 server' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: /^one/ }).getByText('5 tools').waitFor();
    expect(await site.server.call('DELETE', '/mcp/servers/one')).toEqual({ status: 204, body: undefined });
    await page.getByRole('link', { name: /^one/ }).waitFor({ state: 'detached' });
    expect(opened.complaints).toEqual([]);
  });

  test('adds a server, says what is wrong with it where it is, and deletes it', async () => {
    await using opened = await site.open('servers');
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
    expect(page.url()).toBe(`${site.server.url}/console/servers/mine?origin=custom`);
    await detail.getByText('TOKEN').waitFor();
    expect(await page.content()).not.toContain('never-shown');
    await detail.getByRole('button', { name: 'Disable' }).click();
    await detail.getByText('stopped').waitFor();
    await detail.getByRole('button', { name: 'Enable' }).click();
    await detail.getByText('5 tools').waitFor();
    await detail.getByRole('button', { name: 'Delete the server "mine"' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.waitForURL(`${site.server.url}/console/servers`);
    await page.getByRole('link', { name: 'The shop' }).waitFor();
    await page.getByRole('link', { name: /^mine/ }).waitFor({ state: 'detached' });
    expect(opened.complaints).toEqual([]);
  });
});

/** How many there are, once there are at least so many. */
async function countWhen(what: Locator, atLeast: number): Promise<number> {
  await what.nth(atLeast - 1).waitFor();
  return what.count();
}
