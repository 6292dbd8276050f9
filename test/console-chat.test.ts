/** The chat of the console, as a person uses it in a browser. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, startBrowser } from './support/console.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { startCommand } from './support/server-process.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

if (!existsSync('dist/console/index.html')) throw new Error('The console is not built: npm run build');

const EVERYTHING = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const CALLS = 'calls ["tool calculate {\\"expression\\": \\"6 * 7\\"}", "tool text_stats {\\"text\\": \\"to be\\"}"]';

describe.skipIf(!hasBrowser)('the chat of the console', () => {
  const owned = new AsyncDisposableStack();
  let browser: Browser;
  let model: ModelServer;
  let server: WholeServer;

  beforeAll(async () => {
    model = owned.use(await startModelServer());
    const fixture = fileURLToPath(new URL('fixtures/mcp/shared-state.mjs', import.meta.url));
    const environment = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url };
    [browser, server] = await Promise.all([
      startBrowser(),
      startWholeServer({ environment, mcpServers: { list: script(fixture), all: script(EVERYTHING) } }),
    ]);
    owned.use(server);
    await make('helper', { selected_mcp_servers: ['toolbox'] });
    await make('careful', { selected_mcp_servers: ['toolbox'], approvals: { tools: ['toolbox__*'] } });
    await make('other');
    await make('painter', { model: 'demo:rules', selected_mcp_servers: ['all'] });
    await make('keeper', { selected_mcp_servers: ['list'] });
    await server.call('POST', '/agents/helper/mcp-servers/start');
  }, 60_000);
  // A page that stays hears, and draws, all that the pages after it do.
  afterEach(() => Promise.all(browser?.contexts().map((context) => context.close()) ?? []));
  afterAll(async () => {
    await browser?.close();
    await owned.disposeAsync();
  });

  const script = (path: string) => ({ command: process.execPath, args: [path] });
  const make = (id: string, fields: object = {}) =>
    server.call('POST', '/agents', { id, model: 'openai:gpt-4o', ...fields });

  /** Opens a page; `complaints` grows with every message on its console and every request to another host. */
  async function open(url: string) {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    page.setDefaultTimeout(15_000);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== 'data:' && origin !== new URL(url).origin) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(url);
    return { page, complaints };
  }
  const openChat = (agentId: string) => open(`${server.url}/console/chat/${agentId}`);
  const say = async (page: Page, text: string) => {
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.keyboard.press('Enter');
  };
  const answers = (page: Page) => page.getByRole('article', { name: 'Agent' });
  const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true });
  const threadOf = (page: Page) => new URL(page.url()).pathname.split('/').at(-1) ?? '';

  test('on a first visit a click on an example calls its tool and shows the answer', async () => {
    await using fresh = await startCommand({ args: ['--demo'] });
    const { page, complaints } = await open(`${fresh.url}/console`);
    await page.getByRole('button', { name: 'What is 17 * 23?' }).click();
    await page.getByRole('article', { name: 'Agent' }).getByText('391').waitFor();
    const card = page.locator('.chat-card');
    await card.getByText('done').waitFor();
    await card.getByText('toolbox', { exact: true }).waitFor();
    await card.locator('summary').click();
    expect(await card.getByLabel('result', { exact: true }).textContent()).toBe(
      JSON.stringify({ expression: '17 * 23', value: 391 }, null, 2),
    );
    expect(new URL(page.url()).pathname).toMatch(/^\/console\/chat\/demo\/[0-9a-f]{32}$/);
    expect(complaints).toEqual([]);
  });

  test('a page that is loaded anew in the middle of an answer shows all of it, once', async () => {
    const { page, complaints } = await openChat('helper');
    await say(page, 'hold reload');
    await answers(page).getByText('begun').waitFor();
    await page.reload();
    await answers(page).getByText('begun').waitFor();
    expect(await page.getByRole('article', { name: 'You' }).allInnerTexts()).toEqual([expect.stringMatching(/^hold/)]);
    model.release('reload');
    await answers(page).getByText('begun released').waitFor();
    await send(page).waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    expect(complaints).toEqual([]);
  });

  test('an answer that is stopped ends on the server too, and what was said of it stays', async () => {
    const { page } = await openChat('helper');
    await say(page, 'hold stop');
    await answers(page).getByText('begun').waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await send(page).waitFor();
    const { runs } = (await server.call('GET', `/runs?conversation_id=${threadOf(page)}`)).body as {
      runs: { status: string }[];
    };
    expect(runs.map(({ status }) => status)).toEqual(['cancelled']);
    expect(await answers(page).getByText('begun').count()).toBe(1);
  });

  test('of two calls that wait each is answered alone, also after the page was loaded anew', async () => {
    const { page, complaints } = await openChat('careful');
    await say(page, CALLS);
    const approve = page.getByRole('button', { name: 'Approve' });
    await approve.nth(1).waitFor();
    const cards = page.locator('.chat-call');
    await cards
      .nth(1)
      .getByLabel(/^Reason for/)
      .fill('not this one');
    await cards.nth(1).getByRole('button', { name: 'Deny' }).click();
    await cards.nth(1).getByText('denied').waitFor();
    expect(await approve.count()).toBe(1);
    await page.reload();
    await approve.waitFor();
    expect(await approve.count()).toBe(1);
    await cards.nth(0).getByRole('button', { name: 'Approve' }).click();
    await answers(page)
      .getByText(/^The tool said:/)
      .waitFor();
    await cards.nth(0).getByText('done').waitFor();
    await cards.nth(1).getByText('denied').waitFor();
    expect(await cards.count()).toBe(2);
    const { body } = await server.call('GET', `/approvals?status=denied&conversation_id=${threadOf(page)}`);
    expect(body).toMatchObject({ approvals: [{ tool: 'toolbox__text_stats', reason: 'not this one' }] });
    expect(complaints).toEqual([]);
  });

  test('a call that somebody answers elsewhere goes on here', async () => {
    const { page } = await openChat('careful');
    await say(page, 'tool calculate {"expression": "6 * 7"}');
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    const path = `/approvals?conversation_id=${threadOf(page)}`;
    const { approvals } = (await server.call('GET', path)).body as { approvals: { id: string }[] };
    await server.call('POST', `/approvals/${approvals[0]?.id}`, { approved: true });
    await answers(page)
      .getByText(/^The tool said:.*42/)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  test('an answer that failed is asked for again', async () => {
    const { page } = await openChat('other');
    await say(page, 'refuse');
    await page.getByRole('alert').getByText('model-', { exact: false }).waitFor();
    await server.call('PUT', '/agents/other', { model: 'demo:rules' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await answers(page).getByText('demo model').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.getByRole('article', { name: 'You' }).count()).toBe(1);
  });

  test('a message that is edited stands in the place of the old one and of all behind it', async () => {
    const { page, complaints } = await openChat('helper');
    await say(page, 'words 1');
    await answers(page).getByText('word1').waitFor();
    await say(page, 'words 2');
    await answers(page).getByText('word1 word2').waitFor();
    await send(page).waitFor();
    await page.getByRole('button', { name: 'Edit the message' }).first().click();
    await page.getByLabel('The message, anew').fill('words 3');
    await page.getByRole('button', { name: 'Send anew' }).click();
    await answers(page).getByText('word1 word2 word3').waitFor();
    const said = () => page.getByRole('article').allInnerTexts();
    await expect.poll(said).toEqual([expect.stringContaining('words 3'), expect.stringContaining('word3')]);
    await page.reload();
    await answers(page).getByText('word1 word2 word3').waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    expect(complaints).toEqual([]);
  });

  test('files go with a message, and are there when the page is loaded anew', async () => {
    const { page, complaints } = await openChat('helper');
    await page.getByLabel('Files', { exact: true }).setInputFiles([
      { name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') },
      { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('a note') },
    ]);
    await page.getByText('dot.png').waitFor();
    await page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }));
      const drop = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
      document.querySelector('.chat-scroll').dispatchEvent(drop);
    }`);
    await page.getByRole('button', { name: 'Leave out dropped.txt' }).click();
    await say(page, 'See these');
    await answers(page).getByText("Hello! I'm doing well.").waitFor();
    const said = page.getByRole('article', { name: 'You' });
    const shown = async () => [
      await said.locator('img').getAttribute('src'),
      await said.locator('a').getAttribute('download'),
    ];
    expect(await shown()).toEqual([`data:image/png;base64,${PNG}`, 'note.txt']);
    await page.reload();
    await answers(page).getByText("Hello! I'm doing well.").waitFor();
    expect(await shown()).toEqual([`data:image/png;base64,${PNG}`, 'note.txt']);
    expect(complaints).toEqual([]);
  });

  test('a picture that a tool has made is shown behind its call, also after the page was loaded anew', async () => {
    const { page, complaints } = await openChat('painter');
    const isDrawn = async () => {
      await page.locator('.chat-call + .chat-image').waitFor();
      // Fails for what is no picture.
      await page.evaluate('document.querySelector(".chat-image").decode()');
    };
    await say(page, '/tool all__get-tiny-image {}');
    await isDrawn();
    await page.reload();
    await isDrawn();
    expect(await page.locator('.chat-image').count()).toBe(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('the end of an answer stays in view until the reader scrolls up, and is jumped to', async () => {
    const { page } = await openChat('helper');
    await say(page, 'words 900');
    await answers(page).getByText('word900').waitFor();
    const inMessages = (script: string) =>
      page.evaluate(`{
      const box = document.querySelector('.chat-scroll');
      ${script}
    }`);
    const toEnd = async () => Number(await inMessages('box.scrollHeight - box.scrollTop - box.clientHeight'));
    await expect.poll(toEnd).toBeLessThan(2);
    const jump = page.getByRole('button', { name: 'Jump to the latest' });
    expect(await jump.count()).toBe(0);
    await inMessages('box.scrollBy(0, -500)');
    await jump.waitFor();
    await server.call('POST', '/agents/helper/prompt/sync', { message: 'words 20', conversation_id: threadOf(page) });
    await answers(page).nth(1).waitFor();
    expect(await toEnd()).toBeGreaterThan(400);
    await jump.click();
    await expect.poll(toEnd).toBeLessThan(2);
    expect(await jump.count()).toBe(0);
  });

  test('a message waits for the servers of its agent that are still starting', async () => {
    const gate = model.url.replace('/v1', '/gate/start');
    const toolbox = new URL('../server/mcp/toolbox/main.ts', import.meta.url);
    const program = `await fetch('${gate}'); await import('${toolbox}');`;
    const args = ['--input-type=module', '-e', program];
    await server.call('POST', '/mcp/servers', {
      id: 'late',
      name: 'late',
      command: process.execPath,
      args,
      enabled: true,
    });
    await make('patient', { selected_mcp_servers: ['late'] });
    await model.held('start');
    const { page } = await openChat('patient');
    await page.getByText('starting late…').waitFor();
    await say(page, 'tool calculate {"expression": "6 * 7"}');
    await page.getByText('It is sent as soon as late has started.').waitFor();
    expect(await page.getByRole('article').count()).toBe(0);
    model.release('start');
    await answers(page)
      .getByText(/^The tool said:.*42/)
      .waitFor();
  });

  test('the state that page and agent share is shown as it changes', async () => {
    const { page } = await openChat('keeper');
    await say(page, 'tool add_item {"item":"milk"}');
    await page.getByRole('button', { name: 'State' }).click();
    await page.getByRole('dialog').getByText('"milk"').waitFor();
  });

  test('a conversation that another door goes on with is followed', async () => {
    const { page } = await openChat('helper');
    await say(page, 'Hi');
    await answers(page).getByText("I'm doing well.").waitFor();
    const ask = { message: 'words 3', conversation_id: threadOf(page) };
    await server.call('POST', '/agents/helper/prompt/sync', ask);
    await answers(page).getByText('word1 word2 word3').waitFor();
    await poll(server, `/conversations/${threadOf(page)}`, (body) => Object(body).message_count === 4);
    expect(await page.getByRole('article').count()).toBe(4);
  });
});
