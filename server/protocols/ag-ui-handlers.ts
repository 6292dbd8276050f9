/** Offers every agent over AG-UI. */
import type { AgUiEvent } from '../../contract/ag-ui-events.ts';
import { type AppHandlers, BASE_PATH } from '../../contract/index.ts';
import type { RequestContext } from '../implement.ts';
import type { RunEvent } from '../runs/run-events.ts';
import type { ToolDefinition, Toolset } from '../runs/toolset.ts';
import type { Message } from '../store/messages.ts';
import { withRenderUi } from './a2ui-tool.ts';
import { toAgUiEvents } from './ag-ui-events.ts';
import { readAgUiRun, readRunIds } from './ag-ui-input.ts';
import type { AgUiProtobuf } from './ag-ui-protobuf.ts';
import { AG_UI_VERSION } from './ag-ui-terminal.ts';

interface AgentName {
  readonly id: string;
  readonly name: string;
}

/** A run that a caller asks for: its messages are the whole conversation, its tools are run by the caller. */
export interface AgUiRunRequest {
  readonly agentId: string;
  readonly threadId: string;
  readonly runId: string;
  readonly messages: readonly Message[];
  /** To be added to the agent's own for this run; may be empty. */
  readonly instructions: string;
  readonly callerTools: readonly ToolDefinition[];
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
  /** False when no such run is active. */
  terminate(threadId: string, runId: string): boolean | Promise<boolean>;
  /** The version of this server. */
  readonly version: string;
  /** Absent: events are never written as protobuf. */
  readonly protobuf?: AgUiProtobuf;
}

/** The handlers of the group `agUi`. */
export function createAgUiHandlers({
  agents,
  startRun,
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
      const { view, surfaces, ...request } = await readAgUiRun(body, isBinary ? 'camel' : casing);
      const { threadId, runId } = view;
      const extend = (toolset: Toolset) =>
        surfaces ? withRenderUi(toolset, { conversationId: threadId, ...surfaces }) : toolset;
      const { events } = await startRun({ agentId, threadId, runId, ...request, extend, signal });
      return toAgUiEvents(events, view);
    },
    async terminate({ input }) {
      const { threadId, runId } = readRunIds(input);
      const success = await terminate(threadId, runId);
      const message = success
        ? `Run ${runId} is ending`
        : `No active run ${runId} on thread ${threadId}: it is unknown or already over`;
      return { success, message, thread_id: threadId, run_id: runId };
    },
  };
}

const ENDPOINT = `${BASE_PATH}/ag-ui`;

const CAPABILITIES = {
  transport: { streaming: true, httpBinary: true },
  tools: { supported: true, parallelCalls: true, clientProvided: true },
  state: { memory: true },
  reasoning: { supported: true, streaming: true },
  multimodal: { input: { image: true, audio: true, video: true, pdf: true, file: true } },
};
