/** What agents show in the chat beside words: the pages of MCP servers, and surfaces of A2UI. */
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConsolePage,
  expectSound,
  expectSoundIn,
  hasBrowser,
  openConsole,
  startBrowser,
} from './support/console.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { packageServer } from './support/page-servers.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const KEY = 'key-of-anna';
const FORM = {
  surface: 'order',
  components: [
    { id: 'root', component: 'Column', children: ['title', 'name', 'send', 'photo', 'more', 'link'] },
    { id: 'title', component: 'Text', text: 'Your order', variant: 'h3' },
    { id: 'name', component: 'TextField', label: 'Name', value: { path: '/name' } },
    {
      id: 'send',
      component: 'Button',
      child: 'label',
      variant: 'primary',
      action: { event: { name: 'order', context: { name: { path: '/name' } } } },
    },
    { id: 'label', component: 'Text', text: 'Order' },
    { id: 'more', component: 'Modal', trigger: 'see', content: 'inside' },
    { id: 'see', component: 'Button', child: 'label-see', action: { event: { name: 'see', context: {} } } },
    { id: 'label-see', component: 'Text', text: 'See more' },
    { id: 'inside', component: 'Text', text: 'All of **it**' },
    {
      id: 'link',
      component: 'Button',
      child: 'label-link',
      action: { functionCall: { call: 'openUrl', args: { url: 'https://example.com/shop' } } },
    },
    { id: 'label-link', component: 'Text', text: 'Shop' },
    { id: 'photo', component: 'Image', url: 'https://example.com/a.png', description: 'A photo' },
  ],
  data: { name: 'Ada' },
};

describe.skipIf(!hasBrowser)('apps and surfaces in the chat', () => {
  const owned = new AsyncDisposableStack();
  let browser: Browser;
  let model: ModelServer;
  let open: WholeServer;
  let keyed: WholeServer;
  beforeAll(async () => {
    model = owned.use(await startModelServer());
    [browser, open, keyed] = await Promise.all([startBrowser(), start({}), start({ apiKey: KEY })]);
    owned.use(open);
    owned.use(keyed);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await owned.disposeAsync();
  });

  async function start(options: { apiKey?: string }): Promise<WholeServer> {
    const server = await startWholeServer({
      ...options,
      environment: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url },
      mcpServers: { budget: packageServer('server-budget-allocator'), clock: packageServer('server-basic-vanillajs') },
    });
    await server.call('POST', '/agents', {
      id: 'helper',
      model: 'openai:gpt-4o',
      selected_mcp_servers: ['budget', 'clock'],
    });
    await server.call('POST', '/agents', { id: 'demo', model: 'demo:rules', selected_mcp_servers: ['toolbox'] });
    await Promise.all(['helper', 'demo'].map((id) => server.call('POST', `/agents/${id}/mcp-servers/start`)));
    return server;
  }
  const openChat = async (server: WholeServer, agentId: string) => {
    const opened = await openConsole(browser, server.url);
    opened.page.setDefaultTimeout(15_000);
    await opened.open(`/chat/${agentId}`);
    return opened;
  };
  const say = async (page: Page, text: string) => {
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.keyboard.press('Enter');
  };
  /** The page in the frame of this name, once it has drawn something. */
  async function frameOf({ page }: ConsolePage, name: string): Promise<Frame> {
    // It is loaded when somebody comes near.
    await page.getByRole('region', { name }).scrollIntoViewIfNeeded();
    const element = page.locator(`iframe[title="${name}"]`);
    await element.waitFor();
    const frame = await (await element.elementHandle())?.contentFrame();
    if (!frame) throw new Error('The frame has no page');
    return frame;
  }
  const surface = (page: Page) => page.getByRole('group', { name: /^Surface / });
  const answer = (page: Page) => page.getByRole('article', { name: 'Agent' });

  test('a page of an MCP server shows its result, apart from the console', async () => {
    await using console = await openChat(open, 'helper');
    await say(console.page, 'tool get-budget-data {}');
    const frame = await frameOf(console, 'get-budget-data of budget');
    await frame.getByText('Marketing').first().waitFor();
    expect(await frame.evaluate('self.origin')).toBe('null');
    expect(await frame.evaluate('(() => { try { return parent.document.title } catch (e) { return e.name } })()')).toBe(
      'SecurityError',
    );
    await expectSoundIn(console, ['light', 'dark']);
  });

  test('a page calls a tool of its server, and with keys also one that was loaded anew', async () => {
    await using console = await openConsole(browser, keyed.url);
    // The page in the frame has no storage.
    await console.page.addInitScript(`self === top && sessionStorage.setItem('agent-runtimes.api-key', '${KEY}')`);
    await console.open('/chat/helper');
    await say(console.page, 'tool get-time {}');
    const callTool = async () => {
      const frame = await frameOf(console, 'get-time of clock');
      const shown = frame.locator('#server-time');
      await expect.poll(() => shown.textContent(), { timeout: 10_000 }).toMatch(/^\d{4}-/);
      const asked = console.page.waitForResponse((response) => response.url().includes('mcpUi.call'));
      await frame.getByRole('button', { name: 'Get Server Time' }).click();
      return (await asked).status();
    };
    expect(await callTool()).toBe(200);
    await console.page.reload();
    expect(await callTool()).toBe(200);
    await console.page.getByRole('button', { name: 'Load get-time of clock again' }).click();
    expect(await callTool()).toBe(200);
    await expectSound(console);
  });

  test('what a page asks for is refused or put to the person', async () => {
    await using console = await openChat(open, 'helper');
    await say(console.page, 'tool get-time {}');
    const frame = await frameOf(console, 'get-time of clock');
    await frame.getByRole('button', { name: 'Get Server Time' }).waitFor();
    const ask = (message: object) =>
      frame.evaluate(
        `new Promise((resolve) => {
          const message = ${JSON.stringify({ jsonrpc: '2.0', id: 'ours', ...message })};
          addEventListener('message', function hear({ data }) {
            if (data.id !== 'ours') return;
            removeEventListener('message', hear);
            resolve(data.error ? data.error.code : data.result);
          });
          parent.postMessage(message, '*');
        })`,
      );
    expect(await ask({ method: 'ui/initialize', params: {} })).toMatchObject({
      protocolVersion: '2026-01-26',
      hostContext: { theme: 'light' },
    });
    const dark = frame.evaluate(
      `new Promise((resolve) => addEventListener('message', ({ data }) => data.params?.theme && resolve(data)))`,
    );
    await console.page.emulateMedia({ colorScheme: 'dark' });
    expect(await dark).toMatchObject({
      method: 'ui/notifications/host-context-changed',
      params: { theme: 'dark' },
    });
    expect(await ask({ method: 'ui/unknown' })).toBe(-32_601);
    expect(await ask({ method: 'ping' })).toEqual({});
    expect(await ask({ method: 'tools/list', params: { text: 'x'.repeat(1_000_001) } })).toBe(-32_600);
    expect(await ask({ method: 'ui/open-link', params: { url: 'javascript:alert(1)' } })).toBe(-32_602);
    const refused = ask({ method: 'ui/open-link', params: { url: 'https://example.com/' } });
    const dialog = console.page.getByRole('dialog', { name: 'Open a link?' });
    await dialog.getByText('https://example.com/').waitFor();
    expect(await console.findBarriers()).toEqual([]);
    await dialog.getByRole('button', { name: 'Do not' }).click();
    expect(await refused).toEqual({ isError: true });
    const said = ask({ method: 'ui/message', params: { role: 'user', content: [{ type: 'text', text: 'words 2' }] } });
    await console.page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
    expect(await said).toEqual({});
    await answer(console.page).getByText('word1 word2').waitFor();
    await frame.evaluate(
      `parent.postMessage({ jsonrpc: '2.0', method: 'ui/notifications/size-changed', params: { height: 5000 } }, '*')`,
    );
    await expect.poll(async () => (await console.page.locator('iframe').boundingBox())?.height).toBe(900);
  });

  test('a surface is drawn and changed, and what is done on it is answered', async () => {
    await using console = await openChat(open, 'helper');
    const { page } = console;
    await page.getByLabel('Surfaces').check();
    await say(page, `tool render_ui ${JSON.stringify(FORM)}`);
    await surface(page).getByText('Your order').waitFor();
    expect(await surface(page).getByRole('link', { name: 'A photo' }).getAttribute('href')).toBe(
      'https://example.com/a.png',
    );
    await answer(page).waitFor();
    await surface(page).getByLabel('Name').fill('Grace');
    const asked = page.waitForRequest((request) => request.postData()?.includes('a2uiAction') === true);
    await surface(page).getByRole('button', { name: 'Order' }).click();
    expect((await asked).postDataJSON().forwardedProps.a2uiAction.userAction).toMatchObject({
      name: 'order',
      sourceComponentId: 'send',
      context: { name: 'Grace' },
    });
    await answer(page).nth(1).waitFor();
    await surface(page).getByRole('button', { name: 'Shop' }).click();
    await page.getByRole('link', { name: 'https://example.com/shop' }).waitFor();
    expect(page.context().pages()).toHaveLength(1);
    await surface(page).getByRole('button', { name: 'See more' }).press('Enter');
    await page.getByRole('dialog').getByText('All of it').waitFor();
    await answer(page).nth(2).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await surface(page).getByLabel('Name').inputValue()).toBe('Grace');
    await say(
      page,
      `tool render_ui ${JSON.stringify({ surface: 'broken', components: [{ id: 'root', component: 'Text' }] })}`,
    );
    await answer(page).nth(3).waitFor();
    await page.reload();
    await surface(page).getByText('Your order').waitFor();
    expect(await surface(page).count()).toBe(1);
    await expectSoundIn(console, ['light', 'dark']);
  });

  test('a form that is filled in calls its tool', async () => {
    await using console = await openChat(open, 'demo');
    const { page } = console;
    await page.getByLabel('Surfaces').check();
    await say(page, 'Use the calculate tool');
    await surface(page).getByRole('textbox').first().fill('6 * 7');
    await surface(page).getByRole('button').click();
    await surface(page).getByText('42', { exact: false }).first().waitFor();
    await expectSound(console);
  });

  test('what cannot be drawn is shown as JSON, a page that cannot be had says why, and the rest is shown', async () => {
    await using console = await openChat(open, 'helper');
    const { page } = console;
    const component = { id: 'root', component: 'Nothing' };
    const surfaceId = 'conv:broken-1';
    const shown = [
      [
        'a2ui-surface',
        { a2ui_operations: [{ version: 'v0.9', updateComponents: { surfaceId, components: [component] } }] },
      ],
      ['a2ui-surface', { a2ui_operations: 'none' }],
      ['mcp-app', { server: 'budget' }],
      ['mcp-app', { uri: 'ui://gone/page.html', server: 'gone', tool: 'see' }],
      ['weather', { sky: 'blue' }],
    ].map(([activityType, content], index) => ({
      type: 'ACTIVITY_SNAPSHOT',
      messageId: `m${index}`,
      activityType,
      content,
    }));
    await page.route('**/api/v1/ag-ui/helper/', (route) => {
      const { threadId, runId } = route.request().postDataJSON();
      const events = [
        { type: 'RUN_STARTED', threadId, runId },
        ...shown,
        { type: 'TEXT_MESSAGE_CHUNK', messageId: 'said', role: 'assistant', delta: 'And this.' },
        { type: 'RUN_FINISHED', threadId, runId },
      ];
      const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
      return route.fulfill({ contentType: 'text/event-stream', body });
    });
    await say(page, 'Hi');
    await page.getByText('And this.').first().waitFor();
    await page.getByRole('alert').getByText('No tool of this agent has the page ui://gone/page.html').waitFor();
    expect(await page.getByRole('alert').getByRole('button', { name: 'Try again' }).count()).toBe(1);
    const folded = page.locator('.chat-card');
    await expect.poll(() => folded.allInnerTexts()).toEqual(['a2ui-surface', 'a2ui-surface', 'mcp-app', 'weather']);
  });

  test('a page that does not answer says so, and is loaded again when asked', async () => {
    await using console = await openConsole(browser, open.url);
    const { page } = console;
    await page.clock.install();
    const pages = '**/mcp-ui-page?ticket=*';
    await page.route(pages, (route) => route.fulfill({ contentType: 'text/html', body: '<p>Nothing</p>' }));
    await console.open('/chat/helper');
    await say(page, 'tool get-time {}');
    const mute = await frameOf(console, 'get-time of clock');
    await mute.getByText('Nothing').waitFor();
    await page.clock.fastForward(16_000);
    await page.getByRole('alert').getByText('The page get-time of clock does not answer').waitFor();
    await page.unroute(pages);
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    const frame = page.frameLocator('iframe');
    await frame.getByRole('button', { name: 'Get Server Time' }).waitFor();
    await expect.poll(() => frame.locator('#server-time').textContent()).toMatch(/^\d{4}-/);
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
