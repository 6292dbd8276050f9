/** Offers every agent over AG-UI. */
import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import type { AppHandlers } from '../../../contract/index.ts';
import type { RequestContext } from '../../call/implement.ts';
import { readLastEventId } from '../../call/numbered-events.ts';
import type { Principal } from '../../call/principal.ts';
import type { Toolset } from '../../runs/toolset.ts';
import { extendForViewer } from '../../surfaces/render-ui.ts';
import type { OfferedAgents } from '../offered-agents.ts';
import { toAgUiEvents } from './events.ts';
import { describeAgUi, listAgUiAgents } from './info.ts';
import { type AgUiRunInput, readAgUiRun, readConnect, readRunIds } from './input.ts';
import type { AgUiProtobuf } from './protobuf.ts';
import { type AgUiRunArchive, replayAgUiRun } from './replay.ts';
import type { Casing } from './spelling.ts';

/** A run that a caller asks for. */
export interface AgUiRunRequest extends AgUiRunInput {
  readonly agentId: string;
  readonly principal: Principal;
  readonly threadId: string;
  readonly runId: string;
  /** Adds to the agent's tools for this run. */
  readonly extend?: ((toolset: Toolset) => Toolset) | undefined;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
}

/** Ports that the handlers are built on: agents, their runs, and the conversations they belong to. */
interface AgUiParts extends AgUiRunArchive {
  readonly agents: OfferedAgents;
  /** Throws when the run cannot start: the thread is busy, the server is draining. */
  startRun(request: AgUiRunRequest): Promise<{
    readonly startedAt: string;
    /** With the messages of the thread as they then were where an answer is withdrawn. */
    readonly events: Parameters<typeof toAgUiEvents>[0];
  }>;
  /** Ends a run. False when the caller sees no such run that is active. */
  terminate(threadId: string, runId: string, principal: Principal): boolean | Promise<boolean>;
  /** The version of this server. */
  readonly version: string;
  /** Writes events as protobuf for callers that ask for it. */
  readonly protobuf: AgUiProtobuf;
}

/** The handlers of the group `agUi`. */
export function createAgUiHandlers(parts: AgUiParts): AppHandlers<RequestContext>['agUi'] {
  const { agents, startRun, terminate, protobuf } = parts;

  /** The spelling that a request asks for; protobuf has only one. */
  async function chooseCasing(casing: Casing | undefined, context: RequestContext): Promise<Casing | undefined> {
    return (await protobuf.prepare(context.headers.accept)) ? 'camel' : casing;
  }

  return {
    agents: () => listAgUiAgents(parts),
    info: () => describeAgUi(parts),
    async run({ input: { agent_id: agentId, casing, ...body }, context, signal }): Promise<AsyncIterable<AgUiEvent>> {
      agents.get(agentId);
      const { view, viewer, ...request } = await readAgUiRun(body, await chooseCasing(casing, context));
      const { principal, headers } = context;
      const after = readLastEventId(headers['last-event-id']);
      if (after !== undefined) return replayAgUiRun({ agentId, principal, view, after, signal }, parts);
      const { threadId, runId } = view;
      const extend = extendForViewer(threadId, viewer);
      const { startedAt, events } = await startRun({ agentId, principal, threadId, runId, ...request, extend, signal });
      return toAgUiEvents(events, { ...view, startedAt: Date.parse(startedAt) });
    },
    async connect({ input: { agent_id: agentId, casing, ...body }, context, signal }) {
      agents.get(agentId);
      const view = readConnect(body, await chooseCasing(casing, context));
      const { principal, headers } = context;
      const after = readLastEventId(headers['last-event-id']);
      return replayAgUiRun({ agentId, principal, view, after, signal }, parts);
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
