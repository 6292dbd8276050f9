/** The endpoints that start and read runs, on real runs, a real store and a scripted model. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { readEvents } from '../../client/read-events.ts';
import { a2ui } from '../../contract/a2ui.ts';
import { acp } from '../../contract/acp.ts';
import { agUi } from '../../contract/ag-ui.ts';
import { approvals } from '../../contract/approvals.ts';
import { conversations } from '../../contract/conversations.ts';
import { mcpUi } from '../../contract/mcp-ui.ts';
import { openai } from '../../contract/openai.ts';
import { prompts } from '../../contract/prompts.ts';
import { runs as runsGroup } from '../../contract/runs.ts';
import { vercelAi } from '../../contract/vercel-ai.ts';
import { createAnswerApproval } from '../../server/approvals/answer-approvals.ts';
import { createApprovalHandlers } from '../../server/approvals/approval-handlers.ts';
import { ApiError } from '../../server/call/errors.ts';
import { implement } from '../../server/call/implement.ts';
import type { Principal } from '../../server/call/principal.ts';
import { createConversationHandlers } from '../../server/conversations/conversation-handlers.ts';
import { createLog } from '../../server/http/log.ts';
import { startHttpServer } from '../../server/http/server.ts';
import { LiveEvents } from '../../server/live-events/live-events.ts';
import { RunningServers } from '../../server/mcp/servers/running-servers.ts';
import type { FileSource } from '../../server/models/files/file-source.ts';
import { createPromptHandlers } from '../../server/prompts/prompt-handlers.ts';
import { createA2uiHandlers } from '../../server/protocols/a2ui/handlers.ts';
import { createAgUiHandlers } from '../../server/protocols/ag-ui/handlers.ts';
import { createAgUiProtobuf } from '../../server/protocols/ag-ui/protobuf.ts';
import { createMcpUiHandlers } from '../../server/protocols/mcp-ui/handlers.ts';
import { createTicketMemory, PageTickets } from '../../server/protocols/mcp-ui/page-tickets.ts';
import type { PageTool } from '../../server/protocols/mcp-ui/page-tools.ts';
import type { RunAgent } from '../../server/runs/agent-loop.ts';
import { Attachments } from '../../server/runs/attachments.ts';
import type { RunLimits } from '../../server/runs/limits.ts';
import { createRunHandlers } from '../../server/runs/run-handlers.ts';
import { createStartRun } from '../../server/runs/start-run.ts';
import type { PriceOf } from '../../server/runs/step-recorder.ts';
import type { Toolset } from '../../server/runs/toolset.ts';
import { openAcp } from '../../server/wiring/acp.ts';
import { openOpenAi } from '../../server/wiring/openai.ts';
import { createTextRuns } from '../../server/wiring/text-run.ts';
import { openVercelAi } from '../../server/wiring/vercel-ai.ts';
import { testAgent, toolsetOf } from './loop.ts';
import { type Running, type RunningOptions, startRuns } from './running.ts';

/** An event as it stands in a stream: its number and what it says. */
export interface ReadEvent {
  readonly id: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of an event where they read it.
  readonly data: any;
}

/** A server of the agent `tester`, with its runs and its store. */
export interface AgentRuns extends Running {
  readonly url: string;
  /** Sends a request below the base path; the body of the answer is undefined when it is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
  /** Posts, or gets without a body, and does not read. */
  open(path: string, body?: unknown, options?: { after?: number; signal?: AbortSignal }): Promise<Response>;
  /** Reads the events of a stream, the first `count` of them or all, and leaves. */
  read(path: string, body?: unknown, options?: { after?: number; count?: number }): Promise<ReadEvent[]>;
}

interface AgentRunsOptions {
  readonly toolset?: Toolset;
  readonly agent?: Partial<RunAgent>;
  readonly folder?: string;
  readonly limits?: Partial<RunLimits>;
  readonly priceOf?: PriceOf;
  readonly files?: FileSource;
  readonly outputWay?: RunningOptions['outputWay'];
  readonly onInnerEnded?: RunningOptions['onInnerEnded'];
  /** Tools that have a page over MCP-UI. */
  readonly pageTools?: readonly PageTool[];
  /** Absent: no key is asked for. */
  readonly apiKeys?: readonly string[];
}

/** Serves the agent `tester`. Runs that a server before left open on `folder` have ended when this resolves. */
export async function startAgentRuns(
  model: LanguageModelV4,
  { toolset = toolsetOf({}), agent, folder, limits, apiKeys = [], pageTools = [], ...rest }: AgentRunsOptions = {},
): Promise<AgentRuns> {
  const live = new LiveEvents();
  const options = { ...(folder && { folder }), ...(limits && { limits }), ...rest };
  const running = await startRuns(model, { ...options, publish: live.publish });
  const { runs, store } = running;
  await runs.interruptOpen();
  const getAgent = (id: string) => {
    if (id !== 'tester') throw new ApiError('agent-not-found', `Agent not found: ${id}`);
    return { agent: () => ({ ...testAgent, ...agent }), toolset };
  };
  const attachments = new Attachments();
  const keyOf = async (id: string, principal: Principal) => (await store.conversations.get(id, principal))?.key;
  const startRun = attachments.joinAnswers(createStartRun(runs, getAgent), keyOf);
  const answerApproval = createAnswerApproval({
    startRun,
    approvals: store.approvals,
    runs: store.runs,
  });
  const agents = { list: () => [], get: getAgent };
  const tester = { id: 'tester', name: 'Tester', createdAt: '2026-11-23T10:00:00.000Z' };
  const models = {
    list: () => [tester],
    get(id: string) {
      getAgent(id);
      return tester;
    },
  };
  const own = new RunningServers({ environment: {}, version: '0.0.0' });
  const editors = openAcp({
    agents: { list: () => [], get: (id) => ({ ...getAgent(id), name: 'Tester' }) },
    agentRuns: { startRun, answerApproval, attachments },
    runs,
    store,
    mcp: { openOwn: () => ({ servers: own.openOwn([]), refused: [] }) },
    live,
    hasKeys: apiKeys.length > 0,
    log: { error: (details) => running.logged.push(details), warn: () => undefined },
  });
  const handlers = {
    ...editors.handlers,
    prompts: createPromptHandlers({ runs, startRun, requireAgent: getAgent }),
    runs: createRunHandlers({ runs, store: store.runs, approvals: store.approvals }),
    approvals: createApprovalHandlers({
      approvals: store.approvals,
      answer: answerApproval,
    }),
    conversations: createConversationHandlers({
      conversations: store.conversations,
      endRun: async () => undefined,
      whileIdle: runs.whileIdle,
    }),
    agUi: createAgUiHandlers({
      agents,
      version: '0.0.0',
      protobuf: createAgUiProtobuf(),
      async startRun({ agentId, threadId: conversationId, ...request }) {
        const run = await startRun(agentId, { ...request, conversationId, history: 'given' });
        return { startedAt: run.startedAt, events: run.events({ signal: request.signal }) };
      },
      async findRun(threadId, query) {
        const found = await runs.findLatest(threadId, query);
        if (!found) return undefined;
        const { agentId, givenId, startedAt, historyCount, conversationKey, status } = found.record;
        const messages = () => store.conversations.messages(conversationKey);
        const isOver = status !== 'running';
        const { events } = found;
        const messagesAt = messages;
        return { agentId, runId: givenId, startedAt, isOver, historyCount, messages, messagesAt, events };
      },
      terminate: (threadId, runId) => runs.cancel(threadId, runId),
    }),
    a2ui: createA2uiHandlers({ agents, runs: createTextRuns({ agentRuns: { startRun }, runs }) }),
    mcpUi: createMcpUiHandlers({
      agents,
      pageTools: { list: () => pageTools, prepare: async () => undefined },
      tickets: new PageTickets(createTicketMemory()),
      runs: createTextRuns({ agentRuns: { startRun }, runs }),
    }),
    ...openVercelAi({ agents, agentRuns: { startRun, answerApproval }, runs, store }).handlers,
    ...openOpenAi({ agents: models, agentRuns: { startRun }, runs, store }).handlers,
  };
  const server = await startHttpServer({
    operations: implement(
      { prompts, runs: runsGroup, approvals, conversations, agUi, a2ui, mcpUi, vercelAi, openai, acp },
      handlers,
    ),
    host: '127.0.0.1',
    port: 0,
    apiKeys,
    sockets: editors.sockets,
    allowedHosts: [],
    corsOrigins: [],
    rateLimits: [],
    mounts: [],
    openPaths: [],
    log: createLog({ level: 'silent' }),
    isDraining: () => false,
  });
  const send = (method: string, path: string, body: unknown, headers: Record<string, string>, signal?: AbortSignal) =>
    fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  const open: AgentRuns['open'] = (path, body, { after, signal } = {}) =>
    send(
      body === undefined ? 'GET' : 'POST',
      path,
      body,
      after === undefined ? {} : { 'last-event-id': String(after) },
      signal,
    );
  return {
    ...running,
    url: server.url,
    open,
    async call(method, path, body) {
      const response = await send(method, path, body, {});
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    },
    async read(path, body, { after, count = Number.POSITIVE_INFINITY } = {}) {
      const leave = new AbortController();
      const response = await open(path, body, { ...(after !== undefined && { after }), signal: leave.signal });
      if (response.status !== 200 || !response.body) throw new Error(`${path}: ${await response.text()}`);
      const events: ReadEvent[] = [];
      if (count > 0) {
        for await (const { id, data } of readEvents(response.body)) {
          events.push({ id: Number(id), data: JSON.parse(data) });
          if (events.length >= count) break;
        }
      }
      if (count !== Number.POSITIVE_INFINITY) leave.abort();
      return events;
    },
    async [Symbol.asyncDispose]() {
      await editors.acp.close();
      await server.close({ graceMs: 0 });
      await running[Symbol.asyncDispose]();
    },
  };
}
