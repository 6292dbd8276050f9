/** The AG-UI endpoints over real HTTP, with runs that follow a script. */
import { agUi } from '../../contract/ag-ui.ts';
import { ApiError } from '../../server/call/errors.ts';
import { implement } from '../../server/call/implement.ts';
import { createLog } from '../../server/http/log.ts';
import { startHttpServer } from '../../server/http/server.ts';
import { type AgUiRunRequest, createAgUiHandlers } from '../../server/protocols/ag-ui/handlers.ts';
import { createAgUiProtobuf } from '../../server/protocols/ag-ui/protobuf.ts';
import type { RunEvent } from '../../server/runs/run-events.ts';
import { noUsage } from './ag-ui-runs.ts';

/** When each run of the server began. */
export const STARTED_AT = Date.UTC(2026, 10, 23, 10);

/** What a run does: its events in order, or a function of its request that may wait on `cancelled`. */
export type Script =
  | readonly RunEvent[]
  | ((request: AgUiRunRequest, cancelled: AbortSignal) => AsyncIterable<RunEvent> | Promise<never>);

/** A server whose agent `my-agent` follows a script. */
export interface AgUiTestServer extends AsyncDisposable {
  readonly url: string;
  /** `…/ag-ui/my-agent/` */
  readonly agentUrl: string;
  /** Every run asked for, in order. */
  readonly requests: AgUiRunRequest[];
  /** Posts to the agent. */
  run(body: unknown, query?: string): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
}

/** Starts the server; each run follows the next script, the last one again and again. */
export async function startAgUiServer(...scripts: readonly Script[]): Promise<AgUiTestServer> {
  const requests: AgUiRunRequest[] = [];
  const active = new Map<string, AbortController>();

  async function startRun(request: AgUiRunRequest) {
    if ([...active.keys()].some((key) => key.startsWith(`${request.threadId} `))) {
      throw new ApiError('conversation-busy', `Another run is active on conversation '${request.threadId}'`);
    }
    requests.push(request);
    const script = scripts[Math.min(requests.length, scripts.length) - 1] ?? [];
    const cancelled = new AbortController();
    request.signal.addEventListener('abort', () => cancelled.abort());
    const events = typeof script === 'function' ? await script(request, cancelled.signal) : script;
    const key = `${request.threadId} ${request.runId}`;
    active.set(key, cancelled);
    return {
      startedAt: new Date(STARTED_AT).toISOString(),
      events: follow(events, cancelled, () => active.delete(key)),
    };
  }

  const terminate = (threadId: string, runId: string) => {
    const run = active.get(`${threadId} ${runId}`);
    run?.abort();
    return run !== undefined;
  };
  const findRun = async () => undefined;
  return { ...(await serveAgUi({ startRun, findRun, terminate })), requests };
}

/** Serves the AG-UI endpoints of an agent `my-agent` whose runs are started and ended by `parts`. */
export async function serveAgUi(
  parts: Pick<Parameters<typeof createAgUiHandlers>[0], 'startRun' | 'findRun' | 'terminate'>,
): Promise<Omit<AgUiTestServer, 'requests'>> {
  const protobuf = createAgUiProtobuf();
  const handlers = createAgUiHandlers({
    ...parts,
    agents: {
      list: () => [{ id: 'my-agent', name: 'My Custom Agent' }],
      get(id) {
        if (id !== 'my-agent') throw new ApiError('agent-not-found', `Agent not found: ${id}`);
      },
    },
    version: '0.1.0',
    protobuf,
  });
  const server = await startHttpServer({
    operations: implement({ agUi }, { agUi: handlers }),
    host: '127.0.0.1',
    port: 0,
    apiKeys: [],
    allowedHosts: [],
    corsOrigins: [],
    rateLimits: [],
    mounts: [],
    openPaths: [],
    streamFormats: { 'agUi.run': [protobuf.format], 'agUi.connect': [protobuf.format] },
    log: createLog({ level: 'silent' }),
    isDraining: () => false,
  });
  const base = `${server.url}/api/v1/ag-ui`;
  const post = (path: string, body: unknown) =>
    fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return {
    url: server.url,
    agentUrl: `${base}/my-agent/`,
    post,
    run: (body, query = '') => post(`/my-agent/${query}`, body),
    [Symbol.asyncDispose]: () => server.close({ graceMs: 0 }),
  };
}

async function* follow(
  events: Iterable<RunEvent> | AsyncIterable<RunEvent>,
  cancelled: AbortController,
  end: () => void,
): AsyncGenerator<{ id: number; event: RunEvent }> {
  let id = 0;
  try {
    for await (const event of events) {
      id += 1;
      yield { id, event };
    }
    if (!cancelled.signal.aborted) return;
    end();
    const outcome = { status: 'cancelled', reason: 'terminated' } as const;
    yield { id: id + 1, event: { type: 'run-ended', outcome, usage: noUsage } };
  } finally {
    cancelled.abort();
    end();
  }
}

/** Says a little and then waits to be cancelled. */
export async function* speakAndWait(_request: AgUiRunRequest, cancelled: AbortSignal): AsyncGenerator<RunEvent> {
  yield { type: 'step-started', step: 1, model: 'demo' };
  yield { type: 'text-started', messageId: 'm1' };
  yield { type: 'text-delta', messageId: 'm1', delta: 'I am thinking' };
  if (!cancelled.aborted) await new Promise((resolve) => cancelled.addEventListener('abort', resolve, { once: true }));
}
