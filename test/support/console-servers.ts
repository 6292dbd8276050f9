/** The page of MCP servers in a browser, against a server with real MCP servers over stdio. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is tested.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { BROWSER_MISSING, findBrowser } from '../../scripts/setup-browser.ts';
import { FIXTURE } from './mcp-servers.ts';
import { poll, startWholeServer, type WholeServer } from './whole-server.ts';

/** Where the browser is; undefined where there is none, and then a test is skipped. */
export const browserPath = findBrowser();
if (!browserPath && process.env.CI) throw new Error(BROWSER_MISSING);
if (!browserPath) console.warn(`Skipped: ${BROWSER_MISSING}`);

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const EVERYTHING = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
/** The program of an MCP server whose tools take arguments of every kind. */
export const FORMS = fileURLToPath(new URL('../fixtures/mcp/forms.mjs', import.meta.url));
/** A server that is a script. */
export const nodeServer = (...args: string[]) => ({ command: process.execPath, args });

/** A page, with every request to another host and every message on its console. */
interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: string[];
}

/** The console in a browser. */
export interface ServersConsole extends AsyncDisposable {
  readonly server: WholeServer;
  /** Opens a path of the console; `complaints` grows with each request to another host and each message on its console. */
  open(path: string, options?: BrowserContextOptions): Promise<Opened>;
}

const isSettled = (body: unknown) => JSON.stringify(body).includes('"ready_count":3');

/** Starts the browser, and a server with servers that run, one that fails, one that lacks a variable, and one whose id the catalog has, too. */
export async function startServersConsole(): Promise<ServersConsole> {
  const [browser, server] = await Promise.all([
    chromium.launch({ executablePath: browserPath ?? '', args: FLAGS.split(' ') }),
    startWholeServer({
      mcpServers: {
        shop: { ...nodeServer(FORMS), name: 'The shop' },
        all: nodeServer(EVERYTHING),
        toolbox: { ...nodeServer(FIXTURE), name: 'Other toolbox' },
        broken: nodeServer(FIXTURE, 'exit'),
        needy: { ...nodeServer(FIXTURE), env: { TOKEN: '${NEEDY_TOKEN}' } },
      },
    }),
  ]);
  await poll(server, '/configure/mcp-toolsets-status', isSettled);
  return {
    server,
    async open(path, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
      page.on('request', (request) => {
        const url = request.url();
        if (!/^(?:data|blob):/.test(url) && !url.startsWith(`${server.url}/`)) complaints.push(`asked for ${url}`);
      });
      await page.goto(`${server.url}/console/${path}`);
      return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
