/** A2A over real HTTP: real runs on a real store, with a scripted model. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { type AnswerApproval, createAnswerApproval } from '../../server/approvals/answer-approvals.ts';
import { ApiError } from '../../server/call/errors.ts';
import { EVERYBODY } from '../../server/call/principal.ts';
import { exchangeOf } from '../../server/http/exchange.ts';
import { createLog } from '../../server/http/log.ts';
import { startHttpServer } from '../../server/http/server.ts';
import type { CardAgent } from '../../server/protocols/a2a/card.ts';
import { openA2a } from '../../server/protocols/a2a/open-a2a.ts';
import type { PushTimes } from '../../server/protocols/a2a/push/push-sender.ts';
import { STREAM_LIMITS, type StreamLimits } from '../../server/protocols/a2a/stream-guard.ts';
import { createMemoryWake } from '../../server/replicas/wake.ts';
import { Runs } from '../../server/runs/runs.ts';
import { createStartRun, type StartRun } from '../../server/runs/start-run.ts';
import type { Toolset } from '../../server/runs/toolset.ts';
import type { SecretBox } from '../../server/secrets/secret-box.ts';
import type { Store } from '../../server/store/store.ts';
import { readA2aJson } from '../../server/wiring/a2a.ts';
import { announceRuns, createTaskRuns } from '../../server/wiring/task-runs.ts';
import { only, quickLimits, testAgent, toolsetOf } from './loop.ts';
import type { OpenedProcess } from './shared-runs.ts';
import { openStore } from './stores.ts';

/** A server of A2A alone, and what a test may do to it. */
export interface A2aTestServer extends AsyncDisposable {
  readonly url: string;
  /** `…/a2a/tester/` */
  readonly agentUrl: string;
  readonly store: Store;
  readonly agents: Map<string, CardAgent>;
  readonly logged: string[];
  /** What `/approvals/{approval_id}` does. */
  readonly answerApproval: AnswerApproval;
  /** Sends a JSON-RPC request to the agent, of version 1.0 unless `headers` says otherwise. */
  rpc(method: string, params: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The JSON that such a request is answered with. */
  answer(method: string, params: unknown, headers?: Record<string, string>): Promise<Record<string, unknown>>;
  /** Sends a request of the REST binding. */
  rest(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Takes a conversation over with a prompt, as callers of other protocols do; resolves when that has ended. */
  interrupt(conversationId: string): Promise<void>;
  /** Ends it as a server that dies: what is in memory is lost. */
  die(): Promise<void>;
}

interface A2aTestOptions {
  readonly model: LanguageModelV4;
  readonly folder?: string;
  /** What it shares its store with; it is closed with the server. Absent: nothing. */
  readonly shared?: OpenedProcess;
  /** Whether other servers go on with its runs. */
  readonly durable?: boolean;
  readonly webhookHosts?: readonly string[];
  /** What seals the secrets of push notifications; absent: they are kept in memory. */
  readonly secrets?: SecretBox;
  readonly pushTimes?: PushTimes;
  readonly apiKeys?: readonly string[];
  readonly toolset?: Toolset;
  /** The tools whose calls wait for a person. */
  readonly approvals?: readonly string[];
  /** Absent: as in service. */
  readonly streamLimits?: Partial<StreamLimits>;
  /** Stands between tasks and what they are built on; absent: nothing does. */
  readonly around?: (ports: TaskPorts) => TaskPorts;
}

/** What tasks are built on: where they are stored, and how their runs start. */
export interface TaskPorts {
  readonly tasks: Store['tasks'];
  readonly startRun: StartRun;
}

/** An agent with one tool. */
export const tester: CardAgent = {
  id: 'tester',
  name: 'Tester',
  description: 'Answers as its script says',
  updatedAt: '2026-01-02T03:04:05.678Z',
  tools: [{ name: 'lookup', description: 'Looks something up' }],
};

/** Starts the server with the agents `tester` and `other`. */
export async function startA2aServer(options: A2aTestOptions): Promise<A2aTestServer> {
  const { shared } = options;
  const store = shared?.store ?? (await openStore({ folder: options.folder ?? ':memory:' }));
  const closeStore = () => shared?.close() ?? store.close();
  const logged: string[] = [];
  const log = createLog({ level: 'info', destination: { write: (line) => void logged.push(line) } });
  const agents = new Map([tester, { ...tester, id: 'other', name: 'Other' }].map((agent) => [agent.id, agent]));
  const get = (id: string) => {
    const agent = agents.get(id);
    if (!agent) throw new ApiError('agent-not-found', `Agent not found: ${id}`);
    return agent;
  };
  const runs = new Runs({ store, models: only(options.model), log, limits: quickLimits, sharing: shared?.sharing });
  await runs.interruptOpen();
  const apiKeys = options.apiKeys ?? [];
  const getAgent = (id: string) => {
    get(id);
    const approvals = { tools: options.approvals ?? [] };
    const agent = { ...testAgent, id, approvals, durable: options.durable ?? false };
    return { agent: () => agent, toolset: options.toolset ?? toolsetOf({}) };
  };
  runs.goOnWith(getAgent);
  const ports = { tasks: store.tasks, startRun: createStartRun(runs, getAgent) };
  const { tasks, startRun } = options.around?.(ports) ?? ports;
  const answerApproval = createAnswerApproval({
    startRun,
    approvals: store.approvals,
    runs: store.runs,
  });
  const a2a = await openA2a({
    agents: { get, has: (id) => agents.has(id), defaultId: () => agents.keys().next().value },
    tasks,
    push: store.push,
    cardTimes: store.cardTimes,
    secrets: options.secrets,
    ...(options.pushTimes && { pushTimes: options.pushTimes }),
    ...createTaskRuns({ startRun, runs, store, answerApproval }),
    wake: shared?.sharing.wake ?? createMemoryWake(),
    sharing: shared && {
      silenceMs: () => shared.replica.silenceMs,
      isFresh: () => shared.replica.isFresh,
      isLeaving: () => shared.replica.isDraining,
    },
    webhookHosts: options.webhookHosts ?? [],
    streamLimits: { ...STREAM_LIMITS, ...options.streamLimits },
    hasKeys: apiKeys.length > 0,
    principalOf: (request) => exchangeOf(request).principal,
    readJson: readA2aJson,
    version: '0.1.0',
    log,
  });
  announceRuns(a2a, { runs, store });
  const server = await startHttpServer({
    operations: [],
    host: '127.0.0.1',
    port: 0,
    apiKeys,
    allowedHosts: [],
    corsOrigins: [],
    rateLimits: [],
    mounts: a2a.mounts,
    openPaths: [],
    log,
    isDraining: () => false,
  });
  const agentUrl = `${server.url}/api/v1/a2a/tester/`;
  let id = 0;
  const rpc: A2aTestServer['rpc'] = (method, params, headers) =>
    fetch(agentUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
    });
  return {
    url: server.url,
    agentUrl,
    store,
    agents,
    logged,
    answerApproval,
    rpc,
    async answer(method, params, headers) {
      const response = await rpc(method, params, headers);
      return (await response.json()) as Record<string, unknown>;
    },
    rest: (method, path, body, headers) =>
      fetch(agentUrl.slice(0, -1) + path, {
        method,
        headers: { 'content-type': 'application/json', 'a2a-version': '1.0', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    async interrupt(conversationId) {
      const request = {
        conversationId,
        messages: [],
        history: 'stored' as const,
        whenBusy: 'interrupt' as const,
        principal: EVERYBODY,
      };
      const run = await runs.start({ ...getAgent('tester'), ...request, detached: true });
      await run.ended;
    },
    async die() {
      await a2a.close();
      await server.close({ graceMs: 0 });
      await closeStore();
    },
    async [Symbol.asyncDispose]() {
      if (shared) shared.isStopped = false;
      await server.close({ graceMs: 0 });
      await runs.drain(0);
      await a2a.settled();
      await a2a.close();
      await closeStore();
    },
  };
}

/** A message of the user, as JSON of version 1.0. */
export const says = (text: string, more: Record<string, unknown> = {}) => ({
  messageId: `m-${text.replaceAll(/\W+/g, '-')}`,
  role: 'ROLE_USER',
  parts: [{ text }],
  ...more,
});

/** The events of a stream, each the JSON of its data. */
export async function readStream(response: Response): Promise<Record<string, unknown>[]> {
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: '))
    .map((frame) => JSON.parse(frame.slice('data: '.length)));
}
