/** The command in a process of its own, with a provider on loopback, an MCP server and a receiver of its traces. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerProcess } from '../../scripts/server-process.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
import { BUILT, startCommand } from './server-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What belongs together in one test of traces. */
export interface TracedServer extends AsyncDisposable {
  readonly receiver: OtlpReceiver;
  readonly models: ModelServer;
  readonly server: ServerProcess;
  /** Ends the server by a signal and starts another on its data. */
  restart(signal: 'SIGKILL' | 'SIGTERM', environment?: Record<string, string>): Promise<ServerProcess>;
  /** Sends JSON, or asks, and returns the body. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** The body of an answer. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
export type Answer = any;

/** Starts it all. An agent `writer` has the tools of the MCP server `meta`, which says what `_meta` it is called with. Node runs `entry`. */
export async function startTracedServer(
  environment: Record<string, string> = {},
  agent: Record<string, unknown> = {},
  entry = BUILT,
): Promise<TracedServer> {
  const parts = new AsyncDisposableStack();
  try {
    const home = parts.use(await temporaryFolder());
    const receiver = parts.use(await startOtlpReceiver());
    const models = parts.use(await startModelServer());
    const config = join(home.path, 'mcp.json');
    await mkdir(home.path, { recursive: true });
    const meta = { command: process.execPath, args: [join(import.meta.dirname, '../fixtures/mcp/meta.mjs')] };
    await writeFile(config, JSON.stringify({ mcpServers: { meta } }));
    const start = async (more: Record<string, string>) =>
      startCommand({
        entry,
        args: ['--data-dir', join(home.path, 'data'), '--mcp-config', config, '--model', 'openai:gpt-4o'],
        environment: {
          OPENAI_API_KEY: 'sk-a-key-of-the-provider',
          OPENAI_BASE_URL: models.url,
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          OTEL_BSP_SCHEDULE_DELAY: '50',
          ...environment,
          ...more,
        },
      });
    let server = await start({});
    parts.defer(() => server[Symbol.asyncDispose]());
    const traced: Omit<TracedServer, typeof Symbol.asyncDispose> = {
      receiver,
      models,
      get server() {
        return server;
      },
      async restart(signal, more = {}) {
        server.kill(signal);
        await server.ended;
        server = await start(more);
        return server;
      },
      async call(method, path, body, headers = {}) {
        const response = await fetch(`${server.url}/api/v1${path}`, {
          method,
          headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
        return /^[[{]/.test(text) ? JSON.parse(text) : text;
      },
    };
    const defaults = { id: 'writer', name: 'The writer', selected_mcp_servers: ['meta'], system_prompt: 'Be brief.' };
    await traced.call('POST', '/agents', { ...defaults, ...agent });
    const kept = parts.move();
    return Object.defineProperties({} as TracedServer, {
      ...Object.getOwnPropertyDescriptors(traced),
      [Symbol.asyncDispose]: { value: () => kept.disposeAsync() },
    });
  } catch (cause) {
    await parts.disposeAsync();
    throw cause;
  }
}
