/**
 * What the console costs a browser, beside pages of the same server that do next to nothing:
 * `npm run bench:console -- [rounds] [--only SECTION] [--json] [--against FILE]`. Chromium is needed, and the console as it is built.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { z } from 'zod';
import { serve } from './bench/child.ts';
import { ratiosOf } from './bench/figures.ts';
import { type MainThread, traceMainThread } from './bench/main-thread.ts';
import type { Report } from './bench/report.ts';
import { runSections } from './bench/sections.ts';
import { BROWSER_MISSING, findBrowser } from './setup-browser.ts';

const KEY = 'bench-key';
const headers = { authorization: `Bearer ${KEY}` };
const WORDS = 10_000;
/** Without it nothing has been heard of the run. */
const RUN_MS = 120_000;
const POLL_MS = 250;
/** What is drawn after the last word. */
const REST_MS = 1_000;
const FLAGS = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync';

const Runs = z.object({ sums: z.object({ runs: z.number() }) });

/** Runs in the page: reads the stream of an agent, and draws what has come once a frame. */
const READ = `(async () => {
  const body = { threadId: crypto.randomUUID(), runId: crypto.randomUUID(), messages: [{ id: '1', role: 'user', content: 'Speak' }],
    tools: [], context: [], state: {}, forwardedProps: {} };
  const response = await fetch('/api/v1/ag-ui/agent-0/', { method: 'POST', body: JSON.stringify(body),
    headers: { authorization: 'Bearer ${KEY}', 'content-type': 'application/json' } });
  const text = document.body.appendChild(document.createElement('pre')).appendChild(new Text());
  let rest = '', waiting = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\\n');
    rest = lines.pop();
    const deltas = lines.filter((line) => line.startsWith('data: ')).map((line) => JSON.parse(line.slice(6)).delta ?? '');
    if (!waiting) requestAnimationFrame(() => { text.appendData(waiting); waiting = ''; });
    waiting += deltas.join('') ;
  }
})(), undefined`;

const executablePath = findBrowser();
if (executablePath === undefined) throw new Error(BROWSER_MISSING);
await using opened = new AsyncDisposableStack();
const browser: Browser = opened.adopt(await chromium.launch({ executablePath, args: FLAGS.split(' ') }), (launched) =>
  launched.close(),
);
const { port } = opened.use(await serve('product.ts', JSON.stringify({ words: WORDS, isMarkdown: true, agents: 1 })));
const url = `http://127.0.0.1:${port}`;

await runSections([
  { name: 'first-page', run: benchFirstPage },
  { name: 'stream', run: benchStream },
]);

/** The first page, the chat, with nothing in the browser's cache; the empty page is the answer of `/health`, a line of text. */
async function benchFirstPage(report: Report): Promise<void> {
  const { rounds = 7 } = report.options;
  report.section(
    'first-page',
    'The first page of the console, nothing cached, beside an empty page; tasks in processor time',
  );
  const pages = { console: [] as FirstPage[], empty: [] as FirstPage[] };
  // The first of each is for what compiles.
  for (let round = -1; round < rounds; round++) {
    for (const [name, path] of [
      ['console', '/console'],
      ['empty', '/health'],
    ] as const) {
      const found = await openFirst(path);
      if (round >= 0) pages[name].push(found);
    }
  }
  const rows = { 'first paint': 'paintMs', 'longest task': 'longestMs', 'all tasks': 'totalMs' } as const;
  for (const [row, key] of Object.entries(rows)) {
    const [ours, empty] = [pages.console, pages.empty].map((found) => found.map((page) => page[key]));
    report.row(row, toFigures(ours ?? [], 'empty page', empty ?? []));
  }
}

interface FirstPage extends MainThread {
  /** From the start of the navigation, in milliseconds. */
  readonly paintMs: number;
}

async function openFirst(path: string): Promise<FirstPage> {
  return withPage({}, async (page) => {
    const thread = await traceMainThread(page, async () => {
      await page.goto(url + path, { waitUntil: 'load' });
      await sleep(REST_MS);
    });
    const paintMs = await page.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
    );
    if (Number.isNaN(paintMs)) throw new Error(`${path} painted nothing`);
    return { ...thread, paintMs };
  });
}

/** The same text from the same agent: as Markdown in the chat, and as plain text on a page that only reads the stream. */
async function benchStream(report: Report): Promise<void> {
  const { rounds = 5 } = report.options;
  report.section(
    'stream',
    `${WORDS} words of Markdown in 5 s or more, beside the same as plain text; tasks in processor time`,
  );
  const threads = { chat: [] as MainThread[], plain: [] as MainThread[] };
  for (let round = 0; round < rounds; round++) {
    threads.chat.push(await withPage({}, streamIntoChat));
    threads.plain.push(await withPage({ bypassCSP: true }, streamIntoText));
  }
  for (const [row, key] of [
    ['longest task', 'longestMs'],
    ['all tasks', 'totalMs'],
  ] as const) {
    const [chat, plain] = [threads.chat, threads.plain].map((found) => found.map((thread) => thread[key]));
    report.row(row, toFigures(chat ?? [], 'plain text', plain ?? []));
  }
}

async function streamIntoChat(page: Page): Promise<MainThread> {
  await page.goto(`${url}/console/chat/agent-0`);
  const composer = page.getByRole('main').getByRole('textbox');
  await composer.fill('Speak');
  return traceMainThread(page, () => untilSaid(page, () => composer.press('Enter')));
}

async function streamIntoText(page: Page): Promise<MainThread> {
  await page.goto(`${url}/health`);
  return traceMainThread(page, () => untilSaid(page, () => page.evaluate(READ)));
}

/** Lets a page begin a run, waits on the server until it has ended, so that the page does nothing but draw, and looks whether all was drawn. */
async function untilSaid(page: Page, begin: () => Promise<unknown>): Promise<void> {
  const signal = AbortSignal.timeout(RUN_MS);
  const before = await countEnded(signal);
  await begin();
  while ((await countEnded(signal)) === before) await sleep(POLL_MS, undefined, { signal });
  await sleep(REST_MS);
  const isThere = await page.evaluate<boolean>(`document.body.textContent.includes('word${WORDS}')`);
  if (!isThere) throw new Error('the last word was not drawn');
}

async function countEnded(signal: AbortSignal): Promise<number> {
  const answer = await fetch(`${url}/api/v1/runs?limit=1`, { headers, signal });
  return Runs.parse(await answer.json()).sums.runs;
}

/** A tab of its own, with the key, and with an empty cache. */
async function withPage<T>(options: BrowserContextOptions, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  try {
    await context.addInitScript(`sessionStorage.setItem('agent-runtimes.api-key', '${KEY}')`);
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

function toFigures(ours: readonly number[], besideWhat: string, beside: readonly number[]) {
  return {
    console: { values: ours, unit: 'ms' },
    [besideWhat]: { values: beside, unit: 'ms' },
    ratio: { values: ratiosOf(ours, beside), unit: 'x' },
  };
}
