/** Every page of the console as it looks: light and dark, at a desk and on a phone. Pictures of all are in `test/.screenshots`. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DESK, expectSound, hasBrowser, lookAt, openConsole, PHONE, startBrowser } from './support/console.ts';
import { FIXTURE } from './support/mcp-servers.ts';
import { startWholeServer, type WholeServer } from './support/whole-server.ts';

const PICTURES = fileURLToPath(new URL('.screenshots/', import.meta.url));
const PLACES = [
  ['desk', { viewport: DESK }, ['light', 'dark']],
  ['phone', { viewport: PHONE, hasTouch: true }, ['phone', 'dark phone']],
] as const;
/** A path of each page, and a text that is there once it has loaded. */
const PAGES: ReadonlyArray<readonly [name: string, path: string, text: string]> = [
  ['start', '', 'What is 17 * 23?'],
  ['chat', '/chat/demo/talk', '391'],
  ['agents', '/agents/demo/overview', 'demo:rules'],
  ['agent-form', '/agents/new', 'System prompt'],
  ['call-it-from', '/agents/demo/call', 'curl -N'],
  ['servers', '/servers', 'Toolbox'],
  ['tool', '/servers/toolbox/calculate', 'expression'],
  ['failed-server', '/servers/broken', 'broken'],
  ['runs', '/runs', 'finished'],
  ['run', '/runs/run-1', 'toolbox__calculate'],
  ['approvals', '/approvals', 'Approvals'],
  ['sandbox', '/sandbox/demo', 'Sandbox'],
  ['skills', '/skills/csv-summary', 'csv-summary'],
  ['examples', '/examples/agentic_chat', 'chat'],
  ['health', '/health', 'Health'],
  ['nowhere', '/nowhere', 'There is no such page'],
];

describe.skipIf(!hasBrowser)('the console', () => {
  let browser: Browser;
  let server: WholeServer;
  beforeAll(async () => {
    const broken = { command: process.execPath, args: [FIXTURE, 'exit'] };
    [browser, server] = await Promise.all([
      startBrowser(),
      startWholeServer({ args: ['--demo'], mcpServers: { broken } }),
      mkdir(PICTURES, { recursive: true }),
    ]);
    const asked = { message: 'What is 17 * 23?', run_id: 'run-1', conversation_id: 'talk' };
    expect((await server.call('POST', '/agents/demo/prompt/sync', asked)).status).toBe(200);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test.each(PLACES)(
    'is sound on every page, light and dark: %s',
    { timeout: 120_000 },
    async (place, options, looks) => {
      await using opened = await openConsole(browser, server.url, options);
      for (const [name, path, text] of PAGES) {
        await opened.open(path);
        await opened.page.locator('main').getByText(text).filter({ visible: true }).first().waitFor();
        await expect.poll(() => opened.page.locator('main .loading').count(), { timeout: 20_000 }).toBe(0);
        for (const look of looks) {
          await lookAt(opened, look);
          const colours = look.startsWith('dark') ? 'dark' : 'light';
          await opened.page.screenshot({ path: `${PICTURES}${name}-${place}-${colours}.png` });
          await expect.soft(expectSound(opened), `${name}, ${look}`).resolves.toBeUndefined();
          opened.complaints.length = 0;
        }
      }
    },
  );
});
