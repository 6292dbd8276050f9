import { CommandError } from '../command-error.ts';
import type { Options } from '../options.ts';
import type { Agents } from './agents.ts';
import { createOnce } from './create-once.ts';

/**
 * Makes the agent that `--agent-id` names, with the servers of `--mcp-servers` that there are. An agent that has the id already stays as it is.
 * Throws one sentence on a name without an id.
 */
export async function ensureCommandAgent(
  agents: Agents,
  { 'agent-id': id, 'agent-name': name, 'mcp-servers': servers }: Options,
  isServer: (id: string) => boolean,
): Promise<void> {
  checkAgentOptions({ 'agent-id': id, 'agent-name': name });
  if (id === undefined || agents.has(id)) return;
  await createOnce(agents, { id, name, selectedMcpServers: servers.filter(isServer) });
}

/** Throws one sentence on a name without an id. */
export function checkAgentOptions({
  'agent-id': id,
  'agent-name': name,
}: Pick<Options, 'agent-id' | 'agent-name'>): void {
  if (id === undefined && name !== undefined) throw new CommandError('--agent-name needs --agent-id');
}
