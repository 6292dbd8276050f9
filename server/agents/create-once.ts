import { ApiError } from '../call/errors.ts';
import type { AgentFields } from './agent-fields.ts';
import type { Agents } from './agents.ts';

/** Creates an agent, unless another process that starts at the same time does. */
export async function createOnce(agents: Agents, agent: AgentFields & { readonly id: string }): Promise<void> {
  try {
    await agents.create(agent);
  } catch (cause) {
    if (!(cause instanceof ApiError && cause.code === 'agent-exists')) throw cause;
  }
}
