/** The page of MCP servers in a browser, against a server with real MCP servers over stdio. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is tested.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { type ConsolePage, openConsole, startBrowser } from './console.ts';
import { FIXTURE } from './mcp-servers.ts';
import { poll, startWholeServer, type WholeServer } from './whole-server.ts';

const EVERYTHING = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
/** The program of an MCP server whose tools take arguments of every kind. */
export const FORMS = fileURLToPath(new URL('../fixtures/mcp/forms.mjs', import.meta.url));
/** A server that is a script. */
export const nodeServer = (...args: string[]) => ({ command: process.execPath, args });

/** The console in a browser. */
export interface ServersConsole extends AsyncDisposable {
  readonly server: WholeServer;
  /** Opens a path of the console in a tab of its own. */
  open(path: string, options?: BrowserContextOptions): Promise<ConsolePage>;
}

const isSettled = (body: unknown) => JSON.stringify(body).includes('"ready_count":3');

/** Starts the browser, and a server with servers that run, one that fails, one that lacks a variable, and one whose id the catalog has, too. */
export async function startServersConsole(): Promise<ServersConsole> {
  const [browser, server] = await Promise.all([
    startBrowser(),
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
      const opened = await openConsole(browser, server.url, options);
      opened.page.setDefaultTimeout(10_000);
      await opened.open(`/${path}`);
      return opened;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
