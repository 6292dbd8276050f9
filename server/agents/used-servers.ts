import type { AgentRecord, Store } from '../store/store.ts';
import type { ServerSelection } from './agents.ts';

const USED_WITHIN_DAYS = 30;
const DAY_MS = 86_400_000;

/** The MCP servers of the agents that somebody has run, made or changed in the last 30 days. */
export async function findUsedServers(
  agents: readonly AgentRecord[],
  runs: Pick<Store['runs'], 'list'>,
  now = Date.now(),
): Promise<ServerSelection[]> {
  const since = new Date(now - USED_WITHIN_DAYS * DAY_MS).toISOString();
  const used: ServerSelection[] = [];
  for (const { id: agentId, updatedAt, selectedMcpServers } of agents) {
    if (!selectedMcpServers.length) continue;
    const isRecent = updatedAt >= since || (await lastRunOf(agentId, runs)) >= since;
    if (isRecent) used.push(...selectedMcpServers);
  }
  return used;
}

/** When the last run of an agent began; the empty text when it has none. */
async function lastRunOf(agentId: string, runs: Pick<Store['runs'], 'list'>): Promise<string> {
  const { runs: newest } = await runs.list({ agentId, limit: 1 });
  return newest[0]?.startedAt ?? '';
}
