/** The inbox of approvals in a real browser. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Outputs } from '../client/index.ts';
import { expectSound, expectSoundIn, hasBrowser, openConsole, startBrowser } from './support/console.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

const fixture = fileURLToPath(new URL('fixtures/mcp/server.mjs', import.meta.url));

type Approval = Outputs['approvals']['answer'];

/** A server with the key of `anna`, whose agent `careful` asks before every call. */
async function startCareful(model: ModelServer): Promise<WholeServer> {
  const server = await startWholeServer({
    mcpServers: { fixture: { command: process.execPath, args: [fixture] } },
    apiKey: 'key-of-anna',
    environment: {
      OPENAI_API_KEY: 'sk-xxx',
      OPENAI_BASE_URL: model.url,
      AGENT_RUNTIMES_API_KEYS: 'anna:key-of-anna',
    },
  });
  const agent = {
    id: 'careful',
    model: 'openai:gpt-4o',
    selected_mcp_servers: ['fixture'],
    approvals: { tools: ['*'] },
  };
  expect((await server.call('POST', '/agents', agent)).status).toBe(201);
  expect((await server.call('POST', '/agents/careful/mcp-servers/start')).status).toBe(200);
  return server;
}

describe.skipIf(!hasBrowser)('the page of approvals', { timeout: 60_000 }, () => {
  let browser: Browser;
  let model: ModelServer;
  const owned = new AsyncDisposableStack();
  let server: WholeServer;
  beforeAll(async () => {
    browser = await startBrowser();
    model = owned.use(await startModelServer());
  }, 60_000);
  beforeEach(async () => {
    server = await startCareful(model);
    return () => server[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    await browser?.close();
    await owned.disposeAsync();
  });

  const open = async () => {
    const opened = await openConsole(browser, server.url);
    await opened.page.addInitScript(() => sessionStorage.setItem('agent-runtimes.api-key', 'key-of-anna'));
    return opened;
  };
  const ask = async (conversation_id: string, ...texts: readonly string[]) => {
    const calls = texts.map((text) => `tool echo ${JSON.stringify({ text })}`);
    const message = `calls ${JSON.stringify(calls)}`;
    const { status } = await server.call('POST', '/agents/careful/prompt/sync', { message, conversation_id });
    expect(status).toBe(200);
  };
  const listOf = async (status: Approval['status']) =>
    ((await server.call('GET', `/approvals?status=${status}`)).body as Outputs['approvals']['list']).approvals;
  const cardsIn = (page: Page, section: 'Waiting' | 'Answered') =>
    page.getByRole('region', { name: section }).locator('li');

  test('answers each of two waiting calls alone, and says by whom', async () => {
    await ask('c', 'one', 'two');
    await using opened = await open();
    const { page } = opened;
    await opened.open('/approvals');
    const waiting = cardsIn(page, 'Waiting');
    await waiting.nth(1).waitFor();
    await expectSound(opened);
    const one = waiting.filter({ hasText: '"text": "one"' });
    await one.getByRole('button', { name: 'Approve' }).click();
    await cardsIn(page, 'Answered').getByText('Approved by anna').waitFor();
    await one.waitFor({ state: 'detached' });
    expect((await listOf('pending')).map(({ args }) => args)).toEqual([{ text: 'two' }]);
    expect((await listOf('approved')).map(({ args }) => args)).toEqual([{ text: 'one' }]);
    await waiting.getByLabel('Reason').fill('not today');
    await waiting.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('No call waits.').waitFor();
    const denied = cardsIn(page, 'Answered').filter({ hasText: '"text": "two"' });
    await denied.getByText('Denied by anna').waitFor();
    await denied.getByText('“not today”').waitFor();
    expect(await listOf('denied')).toMatchObject([{ args: { text: 'two' }, reason: 'not today' }]);
    await expectSound(opened);
    // The run that went on leads back to the one that asked.
    await denied.getByRole('link', { name: 'the run that went on' }).click();
    const [{ run_id } = { run_id: '' }] = await listOf('denied');
    await page.getByText('Goes on after the approval').getByTitle(run_id).click();
    await page.getByText('After the approval,').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/console/runs/${run_id}`);
    await expectSound(opened);
  });

  test('shows what begins to wait, and what was answered elsewhere', async () => {
    await using opened = await open();
    const { page } = opened;
    await opened.open('/approvals');
    await page.getByText('No call waits.').waitFor();
    await page.getByText('What was answered, and by whom, is kept here.').waitFor();
    await page.getByText('connected').waitFor();
    await expectSound(opened);
    await ask('c', 'hello');
    await cardsIn(page, 'Waiting').getByText('"text": "hello"').waitFor();
    const [{ id } = { id: '' }] = await listOf('pending');
    await server.call('POST', `/approvals/${id}`, { approved: true });
    await cardsIn(page, 'Answered').getByText('Approved by anna').waitFor();
    await page.getByText('No call waits.').waitFor();
  });

  test('says in its place that somebody else has answered before', async () => {
    await ask('c', 'hello');
    await using opened = await open();
    const { page } = opened;
    // So that it hears of nothing.
    await page.route('**/trpc/events.follow*', (route) => route.abort());
    await opened.open('/approvals');
    const waiting = cardsIn(page, 'Waiting');
    await waiting.getByText('"text": "hello"').waitFor();
    const [{ id } = { id: '' }] = await listOf('pending');
    await server.call('POST', `/approvals/${id}`, { approved: false });
    await waiting.getByRole('button', { name: 'Approve' }).click();
    await waiting.getByRole('alert').getByText('approval-resolved').waitFor();
    await waiting.getByRole('button', { name: 'Close' }).click();
    await page.getByText('No call waits.').waitFor();
    expect(await listOf('denied')).toMatchObject([{ id, status: 'denied' }]);
  });

  test('keeps to the agent that the address names', async () => {
    await ask('c', 'hello');
    await using opened = await open();
    const { page } = opened;
    await opened.open('/approvals?agent=nobody');
    await page.getByText('No call waits.').waitFor();
    await page.getByLabel('Agent').selectOption('careful');
    await cardsIn(page, 'Waiting').getByText('"text": "hello"').waitFor();
    expect(new URL(page.url()).search).toBe('?agent=careful');
  });

  test('is sound in the dark and on a phone', async () => {
    await ask('answered', 'a'.repeat(300));
    const [{ id } = { id: '' }] = await listOf('pending');
    await server.call('POST', `/approvals/${id}`, { approved: false, reason: 'no' });
    await poll(server, '/runs?status=running', (body) => Object(body).runs.length === 0);
    await ask('waits', 'b'.repeat(300));
    await using opened = await open();
    await opened.open('/approvals');
    await cardsIn(opened.page, 'Waiting').first().waitFor();
    await cardsIn(opened.page, 'Answered').first().waitFor();
    await expectSoundIn(opened, ['dark', 'phone', 'dark phone']);
  });
});
