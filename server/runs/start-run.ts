/** Runs of agents that are named by their id, whatever surface asks for them. */
import type { Principal } from '../call/principal.ts';
import type { Message, UserPart } from '../store/messages.ts';
import type { Run } from './active-run.ts';
import type { RunAgent } from './agent-loop.ts';
import { newId } from './ids.ts';
import type { RunRequest } from './run-request.ts';
import type { Runs } from './runs.ts';
import type { Toolset } from './toolset.ts';

/** What a run needs of an agent. */
export interface RunnableAgent {
  /** The settings of now; throws `agent-not-found` once the agent is deleted. */
  readonly agent: () => RunAgent;
  readonly toolset: Toolset;
}

/** Finds an agent; its tools work for the caller whose run it is. Throws `agent-not-found`. */
export type FindRunnable = (agentId: string, principal: Principal) => RunnableAgent;

/** A run to start on a named agent. */
export interface StartRunRequest extends Omit<RunRequest, 'agent' | 'toolset'> {
  /** Adds to the agent's tools for this run. */
  readonly extend?: ((toolset: Toolset) => Toolset) | undefined;
  /** Name patterns of tools whose calls wait for a person, beside those that the agent names. Read before each model call. */
  readonly heldTools?: (() => readonly string[]) | undefined;
}

/** Adds first what one adds, then what the other does. */
export function joinExtensions(first: StartRunRequest['extend'], second: StartRunRequest['extend']) {
  return first && second ? (toolset: Toolset) => second(first(toolset)) : (first ?? second);
}

/** Starts a run of a named agent. Throws `agent-not-found`, and what starting a run throws. */
export type StartRun = (agentId: string, request: StartRunRequest) => Promise<Run>;

/** Starts runs of the agents that `find` finds. */
export function createStartRun(runs: Pick<Runs, 'start'>, find: FindRunnable): StartRun {
  return async (agentId, { extend, heldTools, ...request }) => {
    const { agent, toolset } = find(agentId, request.principal);
    const held = heldTools ? () => holdTools(agent(), heldTools()) : agent;
    // What a client or another run adds lives in this process alone.
    const canMove = !extend && !heldTools && !request.parent && !request.unlisted;
    const durable = canMove && agent().durable;
    const detached = request.detached || durable;
    return runs.start({ agent: held, toolset: extend?.(toolset) ?? toolset, ...request, detached, durable });
  };
}

const holdTools = (agent: RunAgent, more: readonly string[]): RunAgent => ({
  ...agent,
  approvals: { tools: [...(agent.approvals?.tools ?? []), ...more] },
});

/** What a user says, as the messages of a run that goes on from the stored conversation. */
export function toUserMessages(content: string | readonly UserPart[]): Message[] {
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
  return [{ id: newId('msg'), role: 'user', content: parts }];
}
