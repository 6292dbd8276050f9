import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConsolePage,
  expectSound,
  expectSoundIn,
  hasBrowser,
  openConsole,
  PHONE,
  startBrowser,
} from './support/console.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { poll, startWholeServer } from './support/whole-server.ts';

const LOOKS = ['light', 'dark', 'phone'] as const;

/** A folder of skills: one that is whole, with a file that is no text, and one that is none. */
async function createSkills() {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, 'greet', 'references'), { recursive: true });
  await mkdir(join(folder.path, 'broken'));
  const text = '---\nname: greet\ndescription: Says hello.\n---\n# How to greet\n\nSay **hello**, not <b>bye</b>.\n';
  await writeFile(join(folder.path, 'greet', 'SKILL.md'), text);
  await writeFile(join(folder.path, 'greet', 'references', 'words.txt'), 'hello\nhi\n');
  await writeFile(join(folder.path, 'greet', 'picture.png'), Buffer.from([0x89, 0x50, 0xff, 0, 0xfe]));
  await writeFile(join(folder.path, 'broken', 'SKILL.md'), 'no front matter');
  return folder;
}

describe.skipIf(!hasBrowser)('the pages of skills, examples and health', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, 40_000);
  afterAll(() => browser?.close());

  const detailOf = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

  test('skills: a list with why a folder is none, the text as Markdown, and the files', {
    timeout: 60_000,
  }, async () => {
    await using folder = await createSkills();
    await using server = await startWholeServer({ args: ['--skills-folder', folder.path] });
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/skills');
    await page.getByText('Folders that are no skill').waitFor();
    expect(await page.getByRole('term').allTextContents()).toEqual(['broken']);
    await page.getByRole('link', { name: 'greet' }).click();
    const skill = detailOf(page, 'Skill greet');
    await skill.getByRole('heading', { name: 'How to greet' }).waitFor();
    expect(await skill.locator('strong').allTextContents()).toEqual(['hello']);
    expect(await skill.getByRole('article').innerText()).toContain('not <b>bye</b>');
    await expectSound(opened);
    await skill.getByRole('link', { name: 'references/words.txt' }).click();
    await skill.getByRole('group', { name: 'references/words.txt' }).waitFor();
    expect(await skill.getByRole('group', { name: 'references/words.txt' }).textContent()).toBe('hello\nhi\n');
    // What is chosen stands in the path.
    await page.reload();
    await skill.getByRole('group', { name: 'references/words.txt' }).waitFor();
    await skill.getByRole('link', { name: 'picture.png' }).click();
    await skill.getByText('It is no text.').waitFor();
  });

  test('a skill that is not there is told, and another can be chosen', { timeout: 60_000 }, async () => {
    await using server = await startWholeServer();
    await using opened = await openConsole(browser, server.url);
    await opened.open('/skills/nothing');
    await detailOf(opened.page, 'Skill nothing').getByRole('alert').waitFor();
    await opened.page.getByRole('link', { name: 'csv-summary' }).click();
    await opened.page.getByRole('heading', { name: 'Summarize a CSV file' }).waitFor();
  });

  test('examples: a run with a tool, its state, and a question that is answered', { timeout: 60_000 }, async () => {
    await using server = await startWholeServer();
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/examples');
    await page.getByRole('link', { name: 'Human in the loop' }).click();
    expect(new URL(page.url()).pathname).toBe('/console/examples/human_in_the_loop');
    const example = detailOf(page, 'Human in the loop');
    await example.getByRole('button', { name: 'Agree on the steps' }).click();
    await example.getByRole('button', { name: 'Approve' }).waitFor({ timeout: 20_000 });
    await expectSound(opened);
    await example.getByRole('button', { name: 'Approve' }).click();
    await example.getByText('The agent is done.').waitFor({ timeout: 20_000 });
    expect(JSON.parse((await example.getByRole('group', { name: 'state', exact: true }).textContent()) ?? '')).toEqual({
      agreed_steps: ['Mix the dough', 'Let it rise', 'Bake it'],
    });
    await expectSound(opened);
    await example.getByRole('button', { name: 'Begin anew' }).click();
    await example.getByText('The agent is done.').waitFor({ state: 'detached' });
  });

  test('examples: a tool of the page is called, and a state that is edited goes with what is said', {
    timeout: 60_000,
  }, async () => {
    await using server = await startWholeServer();
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/examples/tool_based_generative_ui');
    await page.getByRole('button', { name: 'Generate a haiku' }).click();
    await page.getByText('The agent is done.').waitFor({ timeout: 20_000 });
    await page.getByText('generate_haiku answered').click();
    expect(
      JSON.parse((await page.getByRole('group', { name: 'arguments of generate_haiku' }).textContent()) ?? ''),
    ).toEqual({ lines: ['An old silent pond', 'A frog jumps into the pond', 'Splash! Silence again'] });

    await opened.open('/examples/shared_state');
    await page.getByRole('button', { name: 'Edit the state' }).click();
    const recipe = { title: 'Bread', ingredients: [], instructions: ['Bake it'] };
    await page.getByRole('dialog').getByLabel('JSON').fill(JSON.stringify({ recipe }));
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Give the recipe the title' }).click();
    await page.getByText('The agent is done.').waitFor({ timeout: 20_000 });
    expect(JSON.parse((await page.getByRole('group', { name: 'state', exact: true }).textContent()) ?? '')).toEqual({
      recipe: { ...recipe, title: 'Pancakes' },
    });
    expect(opened.complaints).toEqual([]);
  });

  test('health: parts, gauges, and what was used on each day', { timeout: 60_000 }, async () => {
    await using server = await startWholeServer();
    await server.call('POST', '/agents', { name: 'calculator' });
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/health');
    await page.getByText('What runs use is added up here').waitFor();
    expect(await page.getByRole('listitem').filter({ hasText: 'store' }).innerText()).toMatch(/store\s+ready/);
    await page.getByRole('img', { name: /^Memory: [\d.]+ MB to [\d.]+ MB$/ }).waitFor();

    await server.call('POST', '/agents/calculator/prompt/sync', { message: 'Hello' });
    await poll(server, '/usage?group_by=day', (body) => JSON.stringify(body).includes('"runs":1'));
    await page.getByText('As a table').click();
    await page.getByLabel('Show').selectOption('runs');
    await page.getByText('Runs: at most 1 a day').waitFor();
    expect(new URL(page.url()).searchParams.get('show')).toBe('runs');
    const today = new Date().toISOString().slice(0, 10);
    expect(await page.getByRole('row').last().innerText()).toMatch(
      new RegExp(`^${today}\\s+1\\s+\\d+\\s+\\d+\\s+\\$0$`),
    );
    await page.reload();
    await page.getByText('Runs: at most 1 a day').waitFor();
    await expectSound(opened);
  });

  test('health: says when the server cannot be reached, and when it can again', { timeout: 60_000 }, async () => {
    await using server = await startWholeServer();
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await page.route('**/trpc/health.*', (route) => route.abort());
    await opened.open('/health');
    const parts = detailOf(page, 'Parts');
    await parts.getByRole('alert').waitFor({ timeout: 20_000 });
    await page.unroute('**/trpc/health.*');
    await parts.getByRole('button', { name: 'Try again' }).click();
    await parts.getByText('The server is').waitFor();
  });

  test('on a phone, one thing is shown at a time', { timeout: 60_000 }, async () => {
    await using server = await startWholeServer();
    await using opened = await openConsole(browser, server.url, { viewport: { width: 390, height: 800 } });
    const { page } = opened;
    for (const [path, name, back] of [
      ['/skills', 'csv-summary', 'All skills'],
      ['/examples', 'Agentic chat', 'All examples'],
    ] as const) {
      await opened.open(path);
      const card = page.getByRole('link', { name });
      await card.click();
      await page.getByRole('link', { name: back }).waitFor();
      expect(await card.isVisible()).toBe(false);
      await page.getByRole('link', { name: back }).click();
      await card.waitFor();
    }
  });

  const open = async (opened: ConsolePage, path: string, text: string) => {
    await opened.open(path);
    await opened.page.getByText(text).first().waitFor();
    await expectSoundIn(opened, LOOKS);
  };

  test('every page is sound in light, in the dark and on a phone', { timeout: 120_000 }, async () => {
    await using folder = await createSkills();
    await using server = await startWholeServer({ args: ['--skills-folder', folder.path] });
    await server.call('POST', '/agents', { name: 'calculator' });
    await server.call('POST', '/agents/calculator/prompt/sync', { message: 'Hello' });
    await poll(server, '/usage?group_by=day', (body) => JSON.stringify(body).includes('"runs":1'));
    await using opened = await openConsole(browser, server.url, { viewport: PHONE });
    await open(opened, '/skills', 'Folders that are no skill');
    await open(opened, '/skills/csv-summary', 'Summarize a CSV file');
    await open(opened, '/skills/csv-summary/scripts%2Fsummarize.py', 'import argparse');
    await open(opened, '/examples', 'Agentic chat');
    await opened.open('/examples/agentic_chat');
    await opened.page.getByRole('button', { name: 'What time is it in Tokyo?' }).click();
    await opened.page.getByText('The agent is done.').waitFor({ timeout: 20_000 });
    await opened.page.getByText('current_time answered').click();
    await expectSoundIn(opened, LOOKS);
    await open(opened, '/health', 'at most');
    await opened.page.getByText('As a table').click();
    await expectSoundIn(opened, LOOKS);
  });
});
