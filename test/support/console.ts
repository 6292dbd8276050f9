/** The console in a real browser, on a real server. */
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { BROWSER_MISSING, findBrowser } from '../../scripts/setup-browser.ts';

const browserPath = findBrowser();
if (!browserPath && process.env.CI) throw new Error(BROWSER_MISSING);
if (!browserPath) console.warn(`Skipped: ${BROWSER_MISSING}`);
/** Whether there is a browser; its absence is a failure in CI, and a reason to skip elsewhere. */
export const hasBrowser = browserPath !== undefined;

/** What costs each tab more than the page it shows: two pages of an address bar that nobody sees, and a process for a page that nobody opens. */
const UNSEEN = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'SpareRendererForSitePerProcess'];
/** What Playwright switches off. Chromium hears the last list only. */
const UNSTEADY = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${[...UNSTEADY, ...UNSEEN].join(',')}`,
];

/** A page of the console, and all that went wrong on it. */
export interface ConsolePage extends AsyncDisposable {
  readonly page: Page;
  /** Grows with every request to another host, every error on the console and every breach of the policy. */
  readonly complaints: string[];
  /** Goes to a path below `/console`. */
  open(path: string): Promise<void>;
  /** What axe-core finds on what is shown, one line for each rule that is broken. */
  findBarriers(): Promise<string[]>;
  /** Whether the page is wider than the window. */
  isTooWide(): Promise<boolean>;
}

/** Windows that a page is to be sound in. */
export const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };
/** How a page may be looked at. */
export const LOOKS = {
  light: { colorScheme: 'light', viewport: DESK },
  dark: { colorScheme: 'dark', viewport: DESK },
  phone: { colorScheme: 'light', viewport: PHONE },
  'dark phone': { colorScheme: 'dark', viewport: PHONE },
} as const;

/** Starts Chromium. */
export const startBrowser = (): Promise<Browser> => chromium.launch({ executablePath: browserPath ?? '', args: FLAGS });

/** Opens the console of a server in a tab of its own, of 1280 by 800 unless told otherwise, and for people who want nothing to move. */
export async function openConsole(
  browser: Browser,
  serverUrl: string,
  options: BrowserContextOptions = {},
): Promise<ConsolePage> {
  // What moves is drawn again and again, and looks otherwise whenever it is looked at.
  const context = await browser.newContext({ viewport: DESK, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url().replace(/^blob:/, '');
    if (!url.startsWith(`${serverUrl}/`) && !url.startsWith('data:')) complaints.push(`asked for ${url}`);
  });
  return {
    page,
    complaints,
    open: async (path) => {
      await page.goto(`${serverUrl}/console${path}`);
    },
    async findBarriers() {
      if ((await page.evaluate('typeof axe')) === 'undefined') {
        // From outside of the page, whose policy lets no other script run.
        const session = await context.newCDPSession(page);
        await session.send('Runtime.evaluate', { expression: axe.source });
        await session.detach();
      }
      const found: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] = await page.evaluate(
        'axe.run().then(({ violations }) => violations)',
      );
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    },
    isTooWide: () => page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth'),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Expects a page of the console that nothing is wrong with, as it is. */
export async function expectSound(opened: ConsolePage, look = 'as it is'): Promise<void> {
  const { complaints, findBarriers, isTooWide } = opened;
  expect(await findBarriers(), look).toEqual([]);
  expect(await isTooWide(), look).toBe(false);
  expect(complaints, look).toEqual([]);
}

/** Changes how a page is looked at, and resolves once it is drawn so. */
export async function lookAt({ page }: ConsolePage, look: keyof typeof LOOKS): Promise<void> {
  const { colorScheme, viewport } = LOOKS[look];
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(viewport);
  // What measures itself knows its width with the first frame, and is drawn in the next.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
}

/** Expects that nothing is wrong with a page, however it is looked at, and leaves it in the last look. */
export async function expectSoundIn(opened: ConsolePage, looks: readonly (keyof typeof LOOKS)[]): Promise<void> {
  for (const look of looks) {
    await lookAt(opened, look);
    await expectSound(opened, look);
  }
}
