import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSound, expectSoundIn, hasBrowser, openConsole, PHONE, startBrowser } from './support/console.ts';
import { startWholeServer } from './support/whole-server.ts';

const CIRCLE = '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="60"><circle cx="30" cy="30" r="20"/></svg>';
const SIZE_OF_PICTURE = '(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight])(document.images[0])';
/** The first start of an interpreter compiles it. */
const START_MS = 60_000;

/** Pastes a text where the focus is; run in the page, whose types are not those of this file. */
const toPaste = (text: string) => `{
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', ${JSON.stringify(text)});
  const editor = document.activeElement.shadowRoot.activeElement;
  editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}`;

const startServer = async () => {
  const server = await startWholeServer();
  await server.call('POST', '/agents', { name: 'calculator' });
  return server;
};

const editorOf = (page: Page): Locator => page.getByRole('textbox', { name: 'Python code' });

/** Puts code in place of what is in the editor, as if it was pasted, and runs it with the keyboard. */
async function run(page: Page, code: string): Promise<Locator> {
  const before = await page.getByRole('article').count();
  await editorOf(page).click();
  await page.keyboard.press('Control+a');
  await page.evaluate(toPaste(code));
  await page.keyboard.press('Control+Enter');
  return page.getByRole('article', { name: `Execution ${before + 1}`, exact: true });
}

describe.skipIf(!hasBrowser)('the sandbox of the console', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, 40_000);
  afterAll(() => browser?.close());

  test('shows output, values, exceptions and pictures, and no policy is broken', { timeout: 120_000 }, async () => {
    await using server = await startServer();
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/sandbox/calculator');
    const first = await run(page, 'import sys\nprint("to out")\nprint("to err", file=sys.stderr)\n6 * 7');
    await first.getByText('done', { exact: true }).waitFor({ timeout: START_MS });
    expect(await first.locator('pre').allTextContents()).toEqual([
      'import sys\nprint("to out")\nprint("to err", file=sys.stderr)\n6 * 7',
      'to out\n',
      'to err\n',
      '42',
    ]);

    const failed = await run(page, 'def divide(by):\n    return 1 / by\n\ndivide(0)');
    await failed.getByText('exception', { exact: true }).waitFor();
    await failed.getByText('ZeroDivisionError: division by zero').first().waitFor();
    expect(await failed.getByRole('group', { name: 'traceback 2' }).textContent()).toMatch(
      /^Traceback [\s\S]*line 2, in divide[\s\S]*ZeroDivisionError: division by zero\s*$/,
    );

    const table = await run(page, '[{"name": "a", "size": 1}, {"name": "<b>", "size": 2}]');
    await table.getByText('done', { exact: true }).waitFor();
    expect(await table.getByRole('row').allInnerTexts()).toEqual(['name\tsize', 'a\t1', '<b>\t2']);

    const picture = await run(page, `class Plot:\n    def _repr_svg_(self):\n        return '''${CIRCLE}'''\n\nPlot()`);
    const image = picture.getByRole('img');
    await image.waitFor();
    expect(await page.evaluate(SIZE_OF_PICTURE)).toEqual([120, 60]);
    await expectSound(opened);
  });

  test('shows output while code runs, and stops it with its variables kept', { timeout: 120_000 }, async () => {
    await using server = await startServer();
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/sandbox/calculator');
    const endless = await run(page, 'import time\nkept = 5\nprint("begun")\nwhile True:\n    time.sleep(0.05)');
    await endless.getByRole('group', { name: 'output' }).waitFor({ timeout: START_MS });
    await endless.getByRole('button', { name: 'Stop' }).click();
    await endless.getByText('stopped', { exact: true }).waitFor();
    const after = await run(page, 'kept + 1');
    await after.getByText('done', { exact: true }).waitFor({ timeout: START_MS });
    expect(await after.getByRole('group', { name: 'result' }).textContent()).toBe('6');
    const variables = page.getByRole('region', { name: 'Variables' });
    await variables.getByText('kept', { exact: true }).waitFor();
    expect(await variables.getByRole('listitem').filter({ hasText: 'kept' }).innerText()).toMatch(/^kept\s+int\s+5$/);
    const interpreters = page.getByRole('region', { name: 'Interpreters' });
    await interpreters.getByText('ready', { exact: true }).waitFor();
    expect(await interpreters.getByRole('listitem').innerText()).toMatch(/^calculator\s+ready\s+local-eval, used now$/);
    // What was run stays while another page is looked at.
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByRole('link', { name: 'Sandbox' }).click();
    await page.getByRole('article', { name: 'Execution 2', exact: true }).waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('ends code at its timeout', { timeout: 120_000 }, async () => {
    await using server = await startServer();
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/sandbox/calculator');
    // An interpreter that starts counts, too.
    const ready = await run(page, '1');
    await ready.getByText('done', { exact: true }).waitFor({ timeout: START_MS });
    await page.getByLabel('Timeout in seconds').fill('1');
    const endless = await run(page, 'while True: pass');
    await endless.getByText('timed out', { exact: true }).waitFor({ timeout: 20_000 });
  });

  test('takes what is typed over coloured code without a style of its own', { timeout: 60_000 }, async () => {
    await using server = await startServer();
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/sandbox/calculator');
    await editorOf(page).click();
    for (const [before, typed, after] of [
      ['import os', 'x = 1', 'x = 1'],
      ['"text"', '(', '("text")'],
    ] as const) {
      await page.keyboard.press('Control+a');
      await page.evaluate(toPaste(before));
      await editorOf(page).locator('span').first().waitFor();
      await page.keyboard.press('Control+a');
      await page.keyboard.type(typed);
      expect(await editorOf(page).innerText()).toBe(after);
    }
    expect(opened.complaints).toEqual([]);
  });

  test('is left with the keyboard, and told where code runs without a token', { timeout: 60_000 }, async () => {
    await using server = await startServer();
    await server.call('POST', '/agents/sandbox/configure', {
      variant: 'local-jupyter',
      jupyter_url: 'http://localhost:1?token=the-secret-token',
    });
    await using opened = await openConsole(browser, server.url);
    const { page } = opened;
    await opened.open('/sandbox/calculator');
    await editorOf(page).click();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Run');
    await page.getByText('http://localhost:1').waitFor();
    expect(await page.content()).not.toContain('the-secret-token');
    await page.getByRole('button', { name: 'Configure' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Token').waitFor();
    await expectSound(opened);
    expect(await dialog.getByLabel('Token').inputValue()).toBe('');
    await dialog.getByLabel('Variant').selectOption('local-eval');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('local-eval', { exact: true }).waitFor();
  });

  test('is sound in the dark and on a phone', { timeout: 120_000 }, async () => {
    await using server = await startServer();
    await using opened = await openConsole(browser, server.url, { viewport: PHONE });
    await opened.open('/sandbox/calculator');
    const failed = await run(opened.page, `print("${'long '.repeat(60)}")\nassert 1 + 1 == 3, "wrong" # ever`);
    await failed.getByText('exception', { exact: true }).waitFor({ timeout: START_MS });
    await expectSoundIn(opened, ['dark', 'phone']);
  });
});
