/** The whole server in this process, over real HTTP and on a data folder of its own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLog } from '../../server/http/log.ts';
import { startHttpServer } from '../../server/http/server.ts';
import { readOptions } from '../../server/options.ts';
import { createRuntime } from '../../server/wiring/runtime.ts';
import { openDataFolder } from './data-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A whole server that runs. */
export interface WholeServer extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  /** Everything it has logged. */
  readonly logged: () => string;
  /** Sends a request below the base path, with a body as JSON; the body of the answer is undefined when it is empty. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Ends it; its data folder stays until it is disposed of. */
  close(): Promise<void>;
}

/** How the server is started. */
export interface WholeServerOptions {
  readonly args?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** The servers of the config file. */
  readonly mcpServers?: Readonly<Record<string, unknown>>;
  /** The API key it asks for, and that {@link WholeServer.call} sends; absent: none. */
  readonly apiKey?: string;
  /** The data folder of a server before; absent: a new one. */
  readonly folder?: string;
}

/** Starts it on a free port; its default model is the demo model. */
export async function startWholeServer(options: WholeServerOptions = {}): Promise<WholeServer> {
  const own = options.folder === undefined ? await temporaryFolder() : undefined;
  const folder = options.folder ?? own?.path ?? '';
  const config = join(folder, 'mcp.json');
  await mkdir(folder, { recursive: true });
  if (options.mcpServers) await writeFile(config, JSON.stringify({ mcpServers: options.mcpServers }));
  let logged = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  const log = createLog({ level: 'debug', destination });
  const { apiKey } = options;
  const environment = {
    PATH: process.env.PATH,
    HOME: folder,
    ...(apiKey !== undefined && { AGENT_RUNTIMES_API_KEYS: apiKey }),
    ...options.environment,
  };
  const read = readOptions(
    [
      '--port',
      '0',
      '--data-dir',
      await openDataFolder(folder),
      '--mcp-config',
      config,
      '--model',
      'demo:rules',
      ...(options.args ?? []),
    ],
    environment,
  );
  if ('print' in read) throw new Error('The arguments ask for help');
  const runtime = await createRuntime({ options: read, environment, log });
  const server = await startHttpServer(runtime.http);
  void runtime.start(server.url);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= server.close({ graceMs: 100 }).then(() => runtime.close());
    return closed;
  };
  return {
    url: server.url,
    folder,
    logged: () => logged,
    async call(method, path, body) {
      const response = await fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: {
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    },
    close,
    async [Symbol.asyncDispose]() {
      await close();
      await own?.[Symbol.asyncDispose]();
    },
  };
}

/** Gets `path` again and again until its body passes; fails after fifteen seconds. */
export async function poll(server: WholeServer, path: string, passes: (body: unknown) => boolean): Promise<unknown> {
  for (const deadline = performance.now() + 15_000; ; ) {
    const { body } = await server.call('GET', path);
    if (passes(body)) return body;
    if (performance.now() > deadline) throw new Error(`${path} never became what it should: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
