import { type StartRunRequest, toUserMessages } from '../runs/start-run.ts';
import type { AgentRuns } from './agent-runs.ts';

interface TextRunRequest extends Omit<StartRunRequest, 'messages' | 'history'> {
  readonly agentId: string;
  readonly text: string;
  readonly signal: AbortSignal;
}

/** The events of a run on what a user says, for protocols that do not hold the conversation. */
export async function startTextRun({ startRun }: AgentRuns, { agentId, text, ...request }: TextRunRequest) {
  const run = await startRun(agentId, { ...request, messages: toUserMessages(text), history: 'stored' });
  return run.events({ signal: request.signal });
}
