/** A whole server with two keys, a provider on loopback and an MCP server that fails and dies as it is told. */
import { FIXTURE } from './mcp-servers.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { countOf, type Series, scrape } from './read-metrics.ts';
import { startWholeServer, type WholeServer } from './whole-server.ts';

/** The keys of the server; the first is the one that it is called with. */
export const KEYS = ['metrics-key', 'another-key'] as const;

/** What belongs together in one test of metrics. */
export interface MeteredServer extends AsyncDisposable {
  readonly models: ModelServer;
  readonly server: WholeServer;
  /** Asks an agent and reads its whole answer: `a` on a model with a price, `odd` on one without. */
  ask(agent: 'a' | 'odd', message: string): Promise<{ status: number; body: unknown }>;
  /** Posts with the first key and does not read. */
  open(path: string, body: unknown, signal: AbortSignal): Promise<Response>;
  scrape(): Promise<Series[]>;
  /** Resolves to the metrics once one of them has this value. */
  until(name: string, labels: Readonly<Record<string, string>>, value: number): Promise<Series[]>;
}

/** Starts them. */
export async function startMeteredServer(): Promise<MeteredServer> {
  await using stack = new AsyncDisposableStack();
  const models = stack.use(await startModelServer());
  const server = stack.use(
    await startWholeServer({
      apiKey: KEYS[0],
      environment: {
        AGENT_RUNTIMES_API_KEYS: KEYS.join(','),
        OPENAI_API_KEY: 'model-key',
        OPENAI_BASE_URL: models.url,
        OPENAI_COMPATIBLE_BASE_URL: models.url,
      },
      mcpServers: { fixture: { command: process.execPath, args: [FIXTURE] } },
    }),
  );
  for (const [id, model] of [
    ['a', 'openai:gpt-4o'],
    ['odd', 'openai-compatible:mystery'],
  ]) {
    await server.call('POST', '/agents', { id, model, selected_mcp_servers: ['fixture'] });
  }
  const owned = stack.move();
  const read = () => scrape(server.url, KEYS[0]);
  return {
    models,
    server,
    ask: (agent, message) => server.call('POST', `/agents/${agent}/prompt/sync`, { message }),
    open: (path, body, signal) =>
      fetch(`${server.url}/api/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEYS[0]}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      }),
    scrape: read,
    async until(name, labels, value) {
      for (const deadline = performance.now() + 15_000; ; ) {
        const series = await read();
        const now = countOf(series, name, labels);
        if (now === value) return series;
        if (performance.now() > deadline) throw new Error(`${name} stayed ${now} and never was ${value}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
