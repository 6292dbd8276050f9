/** Offers every agent over AG-UI. */
import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import { type AppHandlers, BASE_PATH } from '../../../contract/index.ts';
import { ApiError } from '../../call/errors.ts';
import type { RequestContext } from '../../call/implement.ts';
import { readLastEventId } from '../../call/numbered-events.ts';
import type { Principal } from '../../call/principal.ts';
import type { ApprovalDecision, RunEvent } from '../../runs/run-events.ts';
import type { ToolDefinition, Toolset } from '../../runs/toolset.ts';
import type { Message } from '../../store/messages.ts';
import { extendForViewer } from '../../surfaces/render-ui.ts';
import { toAgUiEvents } from './events.ts';
import { readAgUiRun, readConnect, readRunIds } from './input.ts';
import type { AgUiProtobuf } from './protobuf.ts';
import { type AgUiFoundRun, readAgUiRunAgain } from './reading.ts';
import type { AgUiRunView } from './run-view.ts';
import { AG_UI_VERSION } from './terminal.ts';

interface AgentName {
  readonly id: string;
  readonly name: string;
}

/** A run that a caller asks for: its messages are the whole conversation, its tools are run by the caller. */
export interface AgUiRunRequest {
  readonly agentId: string;
  readonly principal: Principal;
  readonly threadId: string;
  readonly runId: string;
  readonly messages: readonly Message[];
  /** To be added to the agent's own for this run; may be empty. */
  readonly instructions: string;
  readonly callerTools: readonly ToolDefinition[];
  readonly state: unknown;
  readonly decisions: readonly ApprovalDecision[];
  /** Whether the run goes on when its reader leaves. */
  readonly detached: boolean;
  readonly whenBusy: 'reject' | 'queue' | 'interrupt' | undefined;
  /** Adds to the agent's tools for this run. */
  extend(toolset: Toolset): Toolset;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
}

interface AgUiParts {
  readonly agents: {
    list(): Iterable<AgentName>;
    /** Throws a 404 when there is none. */
    get(id: string): unknown;
  };
  /** Throws when the run cannot start: the thread is busy, the server is draining. */
  startRun(
    request: AgUiRunRequest,
  ):
    | Promise<{ readonly events: AsyncIterable<{ readonly id: number; readonly event: RunEvent }> }>
    | { readonly events: AsyncIterable<{ readonly id: number; readonly event: RunEvent }> };
  /** The run of a thread that its caller called so, or its newest run. */
  findRun(
    threadId: string,
    query: { readonly givenId: string | undefined; readonly principal: Principal },
  ): Promise<AgUiFoundRun | undefined>;
  /** The messages of a thread as they are stored. */
  messages(threadId: string): Promise<readonly Message[]>;
  /** False when no such run is active, for these eyes. */
  terminate(threadId: string, runId: string, principal: Principal): boolean | Promise<boolean>;
  /** The version of this server. */
  readonly version: string;
  /** Absent: events are never written as protobuf. */
  readonly protobuf?: AgUiProtobuf;
}

/** The handlers of the group `agUi`. */
export function createAgUiHandlers({
  agents,
  startRun,
  findRun,
  messages,
  terminate,
  version,
  protobuf,
}: AgUiParts): AppHandlers<RequestContext>['agUi'] {
  const listAgents = () => {
    const list = [...agents.list()].map(({ id, name }) => ({
      agent_id: id,
      endpoint: `${ENDPOINT}/${id}/`,
      id,
      name,
    }));
    return {
      protocol: 'ag-ui' as const,
      version,
      agents: list,
      agents_endpoint: `${ENDPOINT}/agents`,
      terminate_endpoint: `${ENDPOINT}/terminate`,
      note: `Each agent is mounted at ${ENDPOINT}/{agent_id}/ (trailing slash required)`,
      count: list.length,
    };
  };

  async function readAgain({ agentId, principal, threadId, runId, view, after, signal }: ReadAgain) {
    const run = await findRun(threadId, { givenId: runId, principal });
    if (run?.agentId !== agentId) {
      throw new ApiError(
        'run-not-found',
        runId === undefined ? `No run on thread ${threadId}` : `Run not found: ${runId}`,
      );
    }
    const of = { ...view, threadId, runId: run.runId };
    return readAgUiRunAgain({ run, view: of, after, signal, messages: () => messages(threadId) });
  }

  return {
    agents: listAgents,
    info: () => ({
      ...listAgents(),
      description: 'Agent-User Interaction protocol: agents stream what they do as server-sent events',
      protocol_version: AG_UI_VERSION,
      capabilities: CAPABILITIES,
    }),
    async run({ input: { agent_id: agentId, casing, ...body }, context, signal }): Promise<AsyncIterable<AgUiEvent>> {
      agents.get(agentId);
      const isBinary = await protobuf?.prepare(context.headers.accept);
      const { view, viewer, ...request } = await readAgUiRun(body, isBinary ? 'camel' : casing);
      const { threadId, runId } = view;
      const { principal } = context;
      const after = readLastEventId(context.headers['last-event-id']);
      if (after !== undefined) return readAgain({ agentId, principal, threadId, runId, view, after, signal });
      const extend = extendForViewer(threadId, viewer);
      const { events } = await startRun({ agentId, principal, threadId, runId, ...request, extend, signal });
      return toAgUiEvents(events, view);
    },
    async connect({
      input: { agent_id: agentId, casing, ...body },
      context,
      signal,
    }): Promise<AsyncIterable<AgUiEvent>> {
      agents.get(agentId);
      const isBinary = await protobuf?.prepare(context.headers.accept);
      const { threadId, runId, ...view } = readConnect(body, isBinary ? 'camel' : casing);
      const after = readLastEventId(context.headers['last-event-id']);
      return readAgain({ agentId, principal: context.principal, threadId, runId, view, after, signal });
    },
    async terminate({ input, context }) {
      const { threadId, runId } = readRunIds(input);
      const success = await terminate(threadId, runId, context.principal);
      const message = success
        ? `Run ${runId} is ending`
        : `No active run ${runId} on thread ${threadId}: it is unknown or already over`;
      return { success, message, thread_id: threadId, run_id: runId };
    },
  };
}

interface ReadAgain {
  readonly agentId: string;
  readonly principal: Principal;
  readonly threadId: string;
  readonly runId: string | undefined;
  readonly view: Omit<AgUiRunView, 'threadId' | 'runId'>;
  readonly after: number | undefined;
  readonly signal: AbortSignal;
}

const ENDPOINT = `${BASE_PATH}/ag-ui`;

const CAPABILITIES = {
  transport: { streaming: true, httpBinary: true },
  tools: { supported: true, parallelCalls: true, clientProvided: true },
  state: { snapshots: true, deltas: true, memory: true },
  humanInTheLoop: { supported: true, approvals: true, interrupts: true },
  reasoning: { supported: true, streaming: true },
  multimodal: { input: { image: true, audio: true, video: true, pdf: true, file: true } },
};
