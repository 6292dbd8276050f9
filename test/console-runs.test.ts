/** The page of runs in a real browser: what a server tells of its runs, followed while they run. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Rows, ticksOf, toRows } from '../client/console/runs/waterfall-rows.ts';
import type { Outputs } from '../client/index.ts';
import { exampleStep } from '../contract/run-steps.ts';
import { expectSound, expectSoundIn, hasBrowser, openConsole, PHONE, startBrowser } from './support/console.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

const fixture = fileURLToPath(new URL('fixtures/mcp/server.mjs', import.meta.url));
const LOOKS = ['dark', 'phone', 'dark phone'] as const;

/** A server whose agent `tester` asks a scripted provider, and has the tools of a scripted MCP server. */
async function startRunsServer(model: ModelServer): Promise<WholeServer> {
  const server = await startWholeServer({
    mcpServers: { fixture: { command: process.execPath, args: [fixture] } },
    environment: { OPENAI_API_KEY: 'sk-xxx', OPENAI_BASE_URL: model.url },
  });
  const agent = { id: 'tester', model: 'openai:gpt-4o', selected_mcp_servers: ['fixture'] };
  expect((await server.call('POST', '/agents', agent)).status).toBe(201);
  expect((await server.call('POST', '/agents/tester/mcp-servers/start')).status).toBe(200);
  return server;
}

describe.skipIf(!hasBrowser)('the page of runs', { timeout: 60_000 }, () => {
  const owned = new AsyncDisposableStack();
  let browser: Browser;
  let model: ModelServer;
  let server: WholeServer;
  beforeAll(async () => {
    browser = await startBrowser();
    model = owned.use(await startModelServer());
    server = owned.use(await startRunsServer(model));
    await prompt('calls', 'tool echo {"text":"Hi"}');
    await prompt('fails', 'tool fail {}');
    await prompt('refused', 'refuse');
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await owned.disposeAsync();
  });

  const prompt = (id: string, message: string, more: object = {}) =>
    server.call('POST', '/agents/tester/prompt/sync', { message, run_id: id, conversation_id: `c-${id}`, ...more });
  const stepsOf = async (id: string) =>
    (await server.call('GET', `/runs/${id}/steps`)).body as Outputs['runs']['steps'];
  const rowsOf = (page: Page) => page.getByRole('list', { name: 'Steps and tool calls' }).locator('> li');

  test('draws the steps of a run and their calls, as the server tells them, and opens each to its details', async () => {
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/runs/calls');
    await rowsOf(page).first().waitFor();
    const { steps } = await stepsOf('calls');
    const bytes = steps[0]?.tool_calls[0]?.bytes;
    const told = steps.flatMap(({ step, model: asked, tool_calls }) => [
      `${step} ${asked}`,
      ...tool_calls.map(({ tool }) => tool),
    ]);
    expect(told).toEqual(['1 openai:gpt-4o', 'fixture__echo', '2 openai:gpt-4o']);
    const shown = await rowsOf(page).locator('.waterfall-name').allTextContents();
    expect(shown.map((text) => text.trim())).toEqual(told);
    // By keyboard alone.
    await rowsOf(page).first().getByRole('button').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const details = rowsOf(page).nth(1).locator('.facts');
    await details.getByText('fixture', { exact: true }).waitFor();
    expect(page.url()).toBe(`${server.url}/console/runs/calls?row=1.0`);
    await page.reload();
    await details.getByText(`${bytes} B`, { exact: true }).waitFor();
    await expectSound(opened);
    await page.getByRole('link', { name: 'Table' }).click();
    expect(await page.getByRole('rowheader').allTextContents()).toEqual([
      'openai:gpt-4o',
      'fixture__echo',
      'openai:gpt-4o',
    ]);
    await expectSound(opened);
  });

  test('says what failed: a tool, a model, and a model that was asked again', async () => {
    await prompt('again', 'overloaded');
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/runs/fails');
    await rowsOf(page).getByText('failed').waitFor();
    expect(await rowsOf(page).nth(1).getAttribute('data-failed')).toBe('true');
    await opened.open('/runs/refused?row=1');
    const [failed] = (await stepsOf('refused')).steps;
    await rowsOf(page)
      .first()
      .getByText(failed?.error?.detail ?? 'no error', { exact: false })
      .waitFor();
    await opened.open('/runs/again?row=1');
    const [asked] = (await stepsOf('again')).steps;
    await rowsOf(page).getByText('tried again 1×').waitFor();
    await rowsOf(page)
      .getByText(asked?.retries[0]?.detail ?? 'no reason')
      .waitFor();
    await expectSound(opened);
  });

  test('keeps its filters in the address, and sums what matches', async () => {
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/runs');
    const list = page.getByRole('region', { name: 'Runs' });
    await list.getByText('tool echo {"text":"Hi"}').waitFor();
    await list.getByLabel('Status').selectOption('failed');
    await list.getByText('1 run', { exact: true }).waitFor();
    await list.getByLabel('Agent').selectOption('tester');
    await list.getByLabel('Since').fill('2026-01-01T10:00');
    await page.waitForURL(/since=/);
    const since = encodeURIComponent(await page.evaluate(() => new Date('2026-01-01T10:00').toISOString()));
    const search = `?status=failed&agent=tester&since=${since}`;
    expect(new URL(page.url()).search).toBe(search);
    await page.reload();
    await list.getByText('1 run', { exact: true }).waitFor();
    expect(await list.getByLabel('Since').inputValue()).toBe('2026-01-01T10:00');
    expect(await list.getByRole('heading', { level: 2 }).allTextContents()).toEqual(['refusetester']);
    // One of the matching runs is opened, and the filters stay.
    await list.locator('.cards a').click();
    await page.getByRole('heading', { name: 'Run refused' }).waitFor();
    expect(page.url()).toBe(`${server.url}/console/runs/refused?agent=tester&status=failed&since=${since}`);
    await page.getByText('unknown').waitFor();
    await list.getByLabel('Until').fill('2026-01-02T10:00');
    await list.getByText('No run matches these filters.').waitFor();
  });

  test('follows a run that begins and is cancelled, with the tab that is open', async () => {
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/runs/calls/events');
    await page.getByText('connected').waitFor();
    const going = prompt('going', 'hold going', { background: true });
    await model.held('going');
    const list = page.getByRole('region', { name: 'Runs' });
    await list.getByText('hold going').waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/runs/calls/events');
    await list.locator('a', { hasText: 'running' }).click();
    await page.getByRole('link', { name: 'Waterfall' }).click();
    await rowsOf(page).getByText('running').waitFor();
    await expectSound(opened);
    await page.getByRole('button', { name: 'Cancel run' }).click();
    const run = page.getByRole('region', { name: 'Run going' });
    await run.getByText('cancelled by the user').waitFor();
    await rowsOf(page).getByText('cancelled').waitFor();
    expect(await poll(server, '/runs/going', (body) => Object(body).status === 'cancelled')).toMatchObject({
      outcome: { detail: 'cancelled by the user' },
    });
    await going;
  });

  test('draws a run that goes on by the clock of its server, whatever that of the reader is', async () => {
    const going = prompt('hours', 'tool hang {}', { background: true });
    await poll(server, '/runs/hours/steps', (body) => Object(body).steps?.[0]?.tool_calls.length === 1);
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await page.addInitScript(() => {
      const now = Date.now;
      Date.now = () => now() + 7_200_000;
    });
    await opened.open('/runs/hours');
    await rowsOf(page).getByText('fixture__hang').waitFor();
    // The axis of two hours would be told in minutes.
    const ticks = await page.locator('.waterfall-axis span').allTextContents();
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.filter((tick) => tick.includes('min') && !tick.startsWith('1 min'))).toEqual([]);
    expect((await server.call('POST', '/runs/hours/cancel')).status).toBe(200);
    await going;
  });

  test('links a run with the one whose agent asked for it', async () => {
    const top = { id: 'top', model: 'openai:gpt-4o', agents: ['tester'] };
    expect((await server.call('POST', '/agents', top)).status).toBe(201);
    const ask = { message: 'tool ask_tester {"message": "words 2"}', run_id: 'asks', conversation_id: 'c-asks' };
    expect((await server.call('POST', '/agents/top/prompt/sync', ask)).status).toBe(200);
    const [{ tool_calls: [asked] = [] } = {}] = (await stepsOf('asks')).steps;
    const child = asked?.child_run_id ?? '';
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/runs/asks');
    await page.getByRole('list', { name: 'Linked runs' }).getByTitle(child).click();
    await page
      .getByRole('region', { name: `Run ${child}` })
      .getByText('Asked for by')
      .waitFor();
    expect(page.url()).toBe(`${server.url}/console/runs/${child}`);
    await page.getByRole('list', { name: 'Linked runs' }).getByTitle('asks').click();
    await page.getByRole('heading', { name: 'Run asks' }).waitFor();
  });

  test('lists the events of a run, one type of them, and plays them again', async () => {
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/runs/calls/events');
    const events = page.getByRole('list', { name: 'Events' }).locator('> li');
    await page.getByText(/^\d+ events$/).waitFor();
    const types = () => page.locator('.runs-events .chip').allTextContents();
    expect((await types()).filter((type) => type !== 'text' && type !== 'status')).toEqual([
      'tool_call',
      'tool_result',
      'done',
    ]);
    await page.getByLabel('Type').selectOption('tool_call');
    expect(page.url()).toBe(`${server.url}/console/runs/calls/events?type=tool_call`);
    expect(await types()).toEqual(['tool_call']);
    await events.first().locator('summary').click();
    await events.first().locator('pre').getByText('"name": "fixture__echo"').waitFor();
    await expectSound(opened);
    await page.getByRole('link', { name: 'Replay' }).click();
    await page.getByLabel('Speed').selectOption('all');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByText('The tool said: Hi').waitFor();
    await expectSound(opened);
  });

  test('lists all that there is page by page, those of a conversation together, and goes on to follow', async () => {
    expect((await server.call('POST', '/agents', { id: 'many', model: 'openai:gpt-4o' })).status).toBe(201);
    const say = (id: string) =>
      server.call('POST', '/agents/many/prompt/sync', { message: 'Hello', run_id: id, conversation_id: id });
    for (let index = 0; index < 59; index++) await say(`many-${index}`);
    await server.call('POST', '/agents/many/prompt/sync', { message: 'And?', conversation_id: 'many-58' });
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/runs?agent=many');
    await page.getByText('connected').waitFor();
    const list = page.getByRole('region', { name: 'Runs' });
    await list.getByText('60 runs', { exact: true }).waitFor();
    expect(await list.locator('.cards a').count()).toBe(50);
    expect(await list.getByRole('region', { name: 'Conversation many-58' }).locator('.cards a').count()).toBe(2);
    await list.getByRole('button', { name: 'More' }).click();
    await list.getByRole('region', { name: 'Conversation many-0' }).waitFor();
    expect(await list.locator('.cards a').count()).toBe(60);
    await list.getByRole('region', { name: 'Conversation many-0' }).scrollIntoViewIfNeeded();
    await say('many-59');
    await list.getByText('61 runs', { exact: true }).waitFor();
    expect(await list.locator('.cards a').count()).toBe(61);
    expect(await list.getByRole('button', { name: 'More' }).count()).toBe(0);
  });

  test('says that the events of an old run are gone but for the last', async () => {
    await using folder = await temporaryFolder();
    {
      await using before = await startWholeServer({ folder: folder.path });
      await before.call('POST', '/agents', { id: 'a' });
      const message = { message: 'Hello', run_id: 'old', conversation_id: 'c' };
      expect((await before.call('POST', '/agents/a/prompt/sync', message)).status).toBe(200);
    }
    await using after = await startWholeServer({ folder: folder.path });
    await using opened = await openConsole(browser, after.url);
    await opened.open('/runs/old/events');
    await opened.page.getByText('Only its last event is still there').waitFor();
    expect(await opened.page.locator('.runs-events .chip').allTextContents()).toEqual(['done']);
    await expectSound(opened);
  });

  test('tells when there is no such run, and when there are no runs', async () => {
    await using opened = await openConsole(browser, server.url);
    await opened.open('/runs/nothing');
    await opened.page.getByRole('alert').getByText('run-not-found').waitFor();
    await using fresh = await startWholeServer();
    await using other = await openConsole(browser, fresh.url);
    await other.open('/runs');
    await other.page.getByText('Every answer of an agent is listed here').waitFor();
    await expectSound(other);
  });

  test('is sound in the dark and on a phone', { timeout: 120_000 }, async () => {
    await using opened = await openConsole(browser, server.url, { viewport: PHONE });
    const { page } = opened;
    await opened.open('/runs');
    await page.getByRole('region', { name: 'Runs' }).locator('.cards a').first().waitFor();
    await expectSoundIn(opened, LOOKS);
    await opened.open('/runs/fails/waterfall?row=1.0');
    await rowsOf(page).nth(1).locator('.facts').waitFor();
    await expectSoundIn(opened, LOOKS);
    for (const tab of ['Table', 'Events', 'Replay']) {
      await page.getByRole('link', { name: tab, exact: true }).click();
      await page
        .locator({ Table: 'tbody tr', Events: '.runs-events li', Replay: 'input[type=range]' }[tab] ?? '')
        .first()
        .waitFor();
      await expectSoundIn(opened, LOOKS);
    }
  });
});

describe('the rows of a waterfall', () => {
  const [exampleCall] = exampleStep.tool_calls;
  const at = (seconds: number) => new Date(Date.parse('2026-11-23T10:00:00.000Z') + seconds * 1000).toISOString();
  const call = (id: string, parent: string | null = null) => ({
    ...exampleCall,
    ...{ id, tool: id, parent_tool_call_id: parent, queued_at: at(2), started_at: at(2.5), ended_at: at(3) },
  });
  const rowsOfCalls = (calls: readonly object[], step: object = {}): Rows =>
    toRows([{ ...exampleStep, ...step, tool_calls: calls } as Outputs['runs']['steps']['steps'][number]]);
  const treeOf = ({ rows }: Rows) => rows.map(({ title, depth }) => `${'  '.repeat(depth)}${title}`);

  test('stand as code made them: below the call that ran it, whatever their order and parents', () => {
    const calls = [call('inner', 'code'), call('code'), call('other'), call('deep', 'inner'), call('lost', 'gone')];
    expect(treeOf(rowsOfCalls(calls, { more_tool_calls: 1200 }))).toEqual([
      'openai:gpt-5-mini',
      '  code',
      '    inner',
      '      deep',
      '  other',
      '  lost',
      '  and 1,200 more',
    ]);
    // Calls within each other, or within themselves, are left out no more than any other.
    expect(treeOf(rowsOfCalls([call('a', 'b'), call('b', 'a'), call('c', 'c')]))).toEqual([
      'openai:gpt-5-mini',
      '  c',
      '  a',
      '  b',
    ]);
  });

  test('part the bar of a model at its retries and its first token, and that of a call at its start', () => {
    const retries = [{ at: at(0.5), code: 'model-failed', detail: 'overloaded', wait_seconds: 0.25 }];
    const [step, tool] = rowsOfCalls([call('echo')], { retries, answered_at: at(2), time_to_first_token: 0.5 }).rows;
    expect(step?.spans).toEqual([
      { kind: 'failed', from: 0, to: 500 },
      { kind: 'pause', from: 500, to: 750 },
      { kind: 'first', from: 750, to: 1250 },
      { kind: 'said', from: 1250, to: 2000 },
    ]);
    expect(step?.marks.map(({ kind, at: moment }) => [kind, moment])).toEqual([
      ['retry', 500],
      ['first-token', 1250],
    ]);
    expect(tool?.spans).toEqual([
      { kind: 'queued', from: 2000, to: 2500 },
      { kind: 'ran', from: 2500, to: 3000 },
    ]);
  });

  test.each([
    [1, [0, 0.5, 1]],
    [540, [0, 200, 400]],
    [61_000, [0, 20_000, 40_000, 60_000]],
    [7_200_000, [0, 1_800_000, 3_600_000, 5_400_000, 7_200_000]],
  ])('stand below an axis of %i ms with round moments', (spanMs, ticks) => {
    expect(ticksOf(spanMs)).toEqual(ticks);
  });

  test('end with the axis as long as something goes on or waits', () => {
    const waiting = { ...call('mail'), status: 'waiting', started_at: null, ended_at: null };
    const running = { ...call('hang'), status: 'running', ended_at: null };
    const { rows, lastMs } = rowsOfCalls([waiting, running]);
    expect(rows.slice(1).map(({ spans }) => spans)).toEqual([
      [{ kind: 'waiting', from: 2000, to: null }],
      [
        { kind: 'queued', from: 2000, to: 2500 },
        { kind: 'ran', from: 2500, to: null },
      ],
    ]);
    expect(lastMs).toBe(2500);
  });
});
