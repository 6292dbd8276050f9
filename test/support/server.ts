/** The whole server as an operator runs it: `agent-runtimes` in a process of its own, in a home of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServerProcess, startServerProcess } from '../../scripts/server-process.ts';
import { openDataFolder } from './data-folder.ts';
import { BUILT } from './server-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** How the server is started. */
export interface StartServer {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What stands in `mcp.json`. */
  readonly mcpServers?: Readonly<Record<string, object>>;
  /** The home of a server that has ended, to start on what it has left; absent: an empty one, removed at the end. */
  readonly home?: string;
  /** The file Node runs; what is built unless told otherwise. */
  readonly entry?: string;
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON; undefined when it is none. */
  readonly body: unknown;
}

/** A server in a process of its own. */
export interface TestServer extends ServerProcess {
  readonly home: string;
  /** Below the base path, such as `/agents`; a body is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The answer to a call that is to succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of a body where they read it.
  ok(method: string, path: string, body?: unknown): Promise<any>;
  /** Posts and does not read: for streams. */
  open(path: string, body: unknown, signal?: AbortSignal): Promise<Response>;
}

/** Starts it on a free port. It knows no variable of this machine but the path, and its default model is the demo model. */
export async function startServer({
  args = [],
  environment = {},
  mcpServers,
  home,
  entry = BUILT,
}: StartServer = {}): Promise<TestServer> {
  await using stack = new AsyncDisposableStack();
  const folder = home ?? stack.use(await temporaryFolder()).path;
  const mcpConfig = join(folder, 'mcp.json');
  if (mcpServers) await writeFile(mcpConfig, JSON.stringify({ mcpServers }));
  const server = stack.use(
    await startServerProcess({
      entry,
      args: ['--data-dir', await openDataFolder(folder), '--mcp-config', mcpConfig, ...args],
      environment: { PATH: process.env.PATH, HOME: folder, AGENT_MODEL: 'demo:rules', ...environment },
    }),
  );
  const owned = stack.move();
  const send = (method: string, path: string, body?: unknown, headers = {}, signal?: AbortSignal) =>
    fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: signal ?? AbortSignal.timeout(15_000),
    });
  const call: TestServer['call'] = async (method, path, body, headers) =>
    readAnswer(await send(method, path, body, headers));
  return {
    ...server,
    home: folder,
    call,
    async ok(method, path, body) {
      const answer = await call(method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
      return answer.body;
    },
    open: (path, body, signal) => send('POST', path, body, {}, signal),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Reads an answer to its end. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parseJson(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
