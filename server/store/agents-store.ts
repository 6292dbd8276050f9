import type { Kysely, Selectable } from 'kysely';
import { nextPosition } from './positions.ts';
import type { Tables } from './schema.ts';
import type { AgentRecord, AgentsStore } from './stored-agents.ts';

/** Agents, in the order of their creation. */
export function createAgentsStore(db: Kysely<Tables>): AgentsStore {
  return {
    async list() {
      const rows = await db.selectFrom('agents').selectAll().orderBy('position').execute();
      return rows.map(toRecord);
    },
    async save(agent) {
      const { id, created_at, ...changes } = toRow(agent);
      await db
        .insertInto('agents')
        .values({ id, created_at, ...changes, position: nextPosition('agents') })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
        .execute();
    },
    async delete(id) {
      await db.deleteFrom('agents').where('id', '=', id).execute();
    },
  };
}

const toRow = (agent: AgentRecord) => ({
  id: agent.id,
  name: agent.name,
  description: agent.description,
  model: agent.model,
  system_prompt: agent.systemPrompt,
  selected_mcp_servers: JSON.stringify(agent.selectedMcpServers),
  max_steps: agent.maxSteps,
  temperature: agent.temperature,
  codemode: agent.codemode === null ? null : Number(agent.codemode),
  approvals: JSON.stringify(agent.approvals),
  skills: agent.skills && JSON.stringify(agent.skills),
  created_at: agent.createdAt,
  updated_at: agent.updatedAt,
});

const toRecord = (row: Selectable<Tables['agents']>): AgentRecord => ({
  id: row.id,
  name: row.name,
  description: row.description,
  model: row.model,
  systemPrompt: row.system_prompt,
  selectedMcpServers: JSON.parse(row.selected_mcp_servers),
  maxSteps: row.max_steps,
  temperature: row.temperature,
  codemode: row.codemode === null ? null : row.codemode === 1,
  approvals: JSON.parse(row.approvals),
  skills: row.skills === null ? null : JSON.parse(row.skills),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
