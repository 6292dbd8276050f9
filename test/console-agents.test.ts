/** The agents in the console, as a person makes, changes and calls them. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { expectSound, expectSoundIn, hasBrowser, openConsole, PHONE, startBrowser } from './support/console.ts';
import { startWholeServer } from './support/whole-server.ts';

// A browser, and servers that start programs.
vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(!hasBrowser)('the agents in the console', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, 40_000);
  afterAll(() => browser?.close());

  test('are made by a form, shown, changed, copied and deleted', async () => {
    await using server = await startWholeServer({ args: ['--demo'] });
    await using opened = await openConsole(browser, server.url);
    const { page, complaints } = opened;
    await opened.open('/agents');
    await page.getByRole('link', { name: 'New agent' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Clerk of Works');
    await page.getByLabel('System prompt').fill('Be brief.');
    await page.getByRole('checkbox', { name: 'Toolbox' }).check();
    await page.getByLabel('Tools that ask first').fill('toolbox__calculate');
    await page.getByRole('button', { name: 'Add' }).first().click();
    await page.getByLabel('Codemode').selectOption('Off');
    await page.getByRole('checkbox', { name: 'Those the server is started with' }).uncheck();
    await page.getByRole('checkbox', { name: 'csv-summary' }).check();
    await page.getByRole('button', { name: 'Create agent' }).click();
    await page.waitForURL(`${server.url}/console/agents/clerk-of-works/overview`);
    await page.getByRole('heading', { name: 'Clerk of Works' }).waitFor();
    expect((await server.call('GET', '/agents/clerk-of-works')).body).toMatchObject({
      name: 'Clerk of Works',
      model: 'demo:rules',
      system_prompt: 'Be brief.',
      selected_mcp_servers: ['toolbox'],
      approvals: { tools: ['toolbox__calculate'] },
      codemode: false,
      skills: ['csv-summary'],
      max_steps: 20,
    });

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Description').fill('Counts bricks');
    await page.getByRole('button', { name: 'Remove toolbox__calculate' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Counts bricks').waitFor();
    expect((await server.call('GET', '/agents/clerk-of-works')).body).toMatchObject({
      description: 'Counts bricks',
      system_prompt: 'Be brief.',
      selected_mcp_servers: ['toolbox'],
      approvals: { tools: [] },
    });

    await page.getByRole('link', { name: 'Duplicate' }).click();
    await page.waitForURL(`${server.url}/console/agents/new?from=clerk-of-works`);
    await page.getByLabel('Id', { exact: true }).fill('second-clerk');
    await page.getByRole('button', { name: 'Create agent' }).click();
    await page.waitForURL(`${server.url}/console/agents/second-clerk/overview`);
    expect((await server.call('GET', '/agents/second-clerk')).body).toMatchObject({
      name: 'Clerk of Works (copy)',
      description: 'Counts bricks',
      system_prompt: 'Be brief.',
      selected_mcp_servers: ['toolbox'],
    });

    await page.getByRole('button', { name: 'Delete the agent "Clerk of Works (copy)"' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.waitForURL(`${server.url}/console/agents`);
    await page.getByText('Clerk of Works (copy)').waitFor({ state: 'detached' });
    expect((await server.call('GET', '/agents/second-clerk')).status).toBe(404);
    expect(complaints).toEqual([]);
  });

  test('are found by the words of a search that is in the address', async () => {
    await using server = await startWholeServer();
    await server.call('POST', '/agents', { id: 'writer', name: 'Poet', model: 'openai:gpt-4o' });
    await server.call('POST', '/agents', { id: 'reader' });
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/agents');
    await page.getByRole('link', { name: 'reader' }).waitFor();
    await page.getByLabel('Search agents').fill('gpt poet');
    await page.getByRole('link', { name: 'reader' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('link', { name: 'Poet' }).waitFor();
    expect(await namesOf(page)).toEqual(['Poet']);
    await page.getByLabel('Search agents').fill('nobody');
    await page.getByText('No agent matches “nobody”.').waitFor();
  });

  test('show at each field what the server has against it', async () => {
    await using server = await startWholeServer();
    await server.call('POST', '/agents', { id: 'taken' });
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/agents/new');
    const create = page.getByRole('button', { name: 'Create agent' });
    const refusalOf = async (label: string) => {
      const field = page.getByLabel(label, { exact: true });
      await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
      return await page.locator(`[id="${await field.getAttribute('aria-describedby')}"] .agents-refused`).textContent();
    };
    await create.click();
    expect(await refusalOf('Name')).toBe('is required when there is no id');
    await page.getByLabel('Id', { exact: true }).fill('taken');
    await create.click();
    expect(await refusalOf('Id')).toBe("Agent with ID 'taken' already exists");
    await page.getByLabel('Id', { exact: true }).fill('free');
    await page.getByText('Limits, other agents, output').click();
    await page.getByLabel('Most steps of a run').fill('900');
    await page.getByText('Limits, other agents, output').click();
    await create.click();
    expect(await refusalOf('Most steps of a run')).toContain('200');
    // What is folded away is shown, and is where one goes on typing.
    expect(await page.evaluate('document.activeElement.name')).toBe('max_steps');
    await page.getByLabel('Most steps of a run').fill('9');
    await page.getByLabel('Output schema').fill('{"type": ');
    await create.click();
    expect(await refusalOf('Output schema')).toContain('is not JSON');
    await page.getByLabel('Output schema').fill('{"type": "object"}');
    await page.getByLabel('Model', { exact: true }).selectOption('Another model…');
    await page.getByLabel('Name of the model').fill('nobody:nothing');
    await create.click();
    expect(await refusalOf('Name of the model')).toContain('nobody');
    await expectSound({ ...opened, complaints: opened.complaints.filter((text) => !/ 4(22|09) /.test(text)) });
    await page.getByLabel('Name of the model').fill('openai:gpt-my-own');
    await create.click();
    await page.waitForURL(`${server.url}/console/agents/free/overview`);
    expect((await server.call('GET', '/agents/free')).body).toMatchObject({
      model: 'openai:gpt-my-own',
      max_steps: 9,
      output_schema: { type: 'object' },
    });
  });

  test('are not left half written without a question', async () => {
    await using server = await startWholeServer();
    await server.call('POST', '/agents', { id: 'clerk', name: 'Clerk' });
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/agents/clerk/overview');
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Description').fill('Half');
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
    expect(page.url()).toBe(`${server.url}/console/agents/clerk/edit`);
    expect(await page.getByLabel('Description').inputValue()).toBe('Half');
    await page.goBack();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.waitForURL(`${server.url}/console/agents/clerk/overview`);
    await page.getByRole('link', { name: 'Health' }).click();
    await page.waitForURL(`${server.url}/console/health`);
    expect((await server.call('GET', '/agents/clerk')).body).toMatchObject({ description: '' });
  });

  test('start and stop their servers, and say what they did and cost', async () => {
    await using server = await startWholeServer({ args: ['--demo'] });
    expect((await server.call('POST', '/agents/demo/prompt/sync', { message: 'What is 17 * 23?' })).status).toBe(200);
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/agents/demo/overview');
    await page.getByText(/^1 run ended, .* cost \$0$/).waitFor();
    await page.getByRole('table').getByText('finished').waitFor();
    const servers = page.getByRole('region', { name: 'demo' }).getByRole('listitem');
    await page.getByRole('button', { name: 'Stop its servers' }).click();
    await page.getByText('Stopped 1 server(s)').waitFor();
    await servers.getByText('stopped').waitFor();
    await page.getByRole('button', { name: 'Start its servers' }).click();
    await page.getByText('Started 1 server(s)').waitFor();
    await servers.getByText('running').waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('are called by what is to be copied, with the address of this server and without its key', async () => {
    const apiKey = 'the-secret-key';
    await using server = await startWholeServer({ args: ['--demo'], apiKey });
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/agents/demo/call');
    await page.getByRole('dialog').getByLabel('API key').fill(apiKey);
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await page.getByText(`curl -N ${server.url}/api/v1/agents/demo/prompt`).waitFor();
    await page.getByRole('link', { name: 'MCP', exact: true }).click();
    await page.waitForURL(`${server.url}/console/agents/demo/call?with=mcp`);
    await page.getByText(`${server.url}/api/v1/agents/demo/mcp`, { exact: true }).waitFor();
    await page.reload();
    await page.getByText('"Authorization": "Bearer <key>"').first().waitFor();
    expect(await page.content()).not.toContain(apiKey);
  });

  test('are for everybody on every tab, in light, in the dark and on a phone', { timeout: 120_000 }, async () => {
    const looks = ['light', 'dark', 'phone'] as const;
    await using server = await startWholeServer({ args: ['--demo'] });
    await server.call('POST', '/agents/demo/prompt/sync', { message: 'What is 17 * 23?' });
    await using opened = await openConsole(browser, server.url, { viewport: PHONE });
    const { page } = opened;
    for (const [path, shown] of [
      ['/agents', 'Demo agent'],
      ['/agents/demo/overview', 'All runs of this agent'],
      ['/agents/demo/edit', 'Tools that ask first'],
      ['/agents/demo/call?with=usechat', 'Component'],
    ] as const) {
      await opened.open(path);
      await page.getByText('connected').waitFor({ state: 'attached' });
      await page.locator('main').getByText(shown).first().waitFor();
      await expectSoundIn(opened, looks);
    }
    await opened.open('/agents/new');
    await page.getByRole('checkbox', { name: 'Those the server is started with' }).uncheck();
    await page.getByText('Limits, other agents, output').click();
    await page.getByRole('checkbox', { name: 'csv-summary' }).waitFor();
    await expectSoundIn(opened, looks);
  });
});

const namesOf = (page: Page) => page.locator('.cards strong').allTextContents();
