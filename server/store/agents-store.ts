import type { Kysely } from 'kysely';
import { z } from 'zod';
import { ServerSelection } from '../../contract/agents.ts';
import { isWithinDepth } from '../call/json-flaws.ts';
import { isShared, timeIn } from './dialect.ts';
import { isJsonObject } from './json-object.ts';
import { createPositions } from './positions.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { createSharedRecords } from './shared-records.ts';
import { type AgentRecord, type AgentsStore, DEFAULT_MAX_STEPS } from './stored-agents.ts';
import { toStoredJson } from './stored-json.ts';

/** Agents, in the order of their creation. */
export function createAgentsStore(db: Kysely<Tables>, log: StoreLog): AgentsStore {
  const reader = createRecordReader<Tables['agents'], AgentRecord>({ table: 'agents', key: ['id'], toRecord, log });
  const nextPosition = createPositions(db, 'agents');
  const save = async (agent: AgentRecord) => {
    const { id, created_at, ...changes } = toRow(agent);
    await db
      .insertInto('agents')
      .values({ id, created_at, ...changes, position: await nextPosition(), revision: 0 })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
      .execute();
    return 0;
  };
  return {
    async list() {
      const rows = await db.selectFrom('agents').selectAll().orderBy('position').execute();
      return reader.all(rows);
    },
    insert: save,
    update: save,
    async delete(id) {
      await db.deleteFrom('agents').where('id', '=', id).execute();
    },
    now: () => timeIn(db),
    ...(isShared(db) && createSharedRecords(db, { table: 'agents', key: 'id', order: 'position', reader, toRow })),
  };
}

const toRow = (agent: AgentRecord) => ({
  id: agent.id,
  name: agent.name,
  description: agent.description,
  model: agent.model,
  system_prompt: agent.systemPrompt,
  selected_mcp_servers: toStoredJson(agent.selectedMcpServers),
  max_steps: agent.maxSteps,
  temperature: agent.temperature,
  codemode: agent.codemode === null ? null : Number(agent.codemode),
  approvals: toStoredJson(agent.approvals),
  skills: agent.skills && toStoredJson(agent.skills),
  agents: toStoredJson(agent.agents),
  offer_as_tool: Number(agent.offerAsTool),
  output_schema: agent.outputSchema && toStoredJson(agent.outputSchema),
  durable: Number(agent.durable),
  created_at: agent.createdAt,
  updated_at: agent.updatedAt,
});

const toRecord = (row: RowReading<keyof Tables['agents']>): AgentRecord => ({
  id: row.text('id'),
  name: row.text('name', row.text('id')),
  description: row.text('description', ''),
  model: row.textOrNull('model', null),
  systemPrompt: row.text('system_prompt', ''),
  selectedMcpServers: row.list('selected_mcp_servers', isSelection, []),
  maxSteps: row.count('max_steps') || DEFAULT_MAX_STEPS,
  temperature: row.numberOrNull('temperature', [0, 2]),
  codemode: row.flagOrNull('codemode'),
  approvals: row.json('approvals', isApprovals, toApprovals),
  skills: row.listOrNull('skills', isText, []),
  agents: row.list('agents', isText, []),
  offerAsTool: row.flagOrNull('offer_as_tool') ?? true,
  outputSchema: row.jsonOrNull('output_schema', isOutputSchema),
  durable: row.flagOrNull('durable') ?? false,
  createdAt: row.time('created_at'),
  updatedAt: row.time('updated_at'),
});

const Approvals = z.object({ tools: z.array(z.string()) });
const isApprovals = (value: unknown): value is AgentRecord['approvals'] => Approvals.safeParse(value).success;
const isText = (value: unknown): value is string => typeof value === 'string';
const isSelection = (value: unknown): value is AgentRecord['selectedMcpServers'][number] =>
  ServerSelection.safeParse(value).success;

// One that nests deeper can be neither checked nor shown.
const isOutputSchema = (value: unknown): value is Record<string, unknown> =>
  isJsonObject(value) && isWithinDepth(value);

/** The patterns that can be read. Where none can, every call waits for a person: nothing runs unasked that was to be asked for. */
function toApprovals(value: unknown): AgentRecord['approvals'] {
  const tools: unknown = z.object({ tools: z.unknown() }).safeParse(value).data?.tools;
  return { tools: Array.isArray(tools) ? tools.filter(isText) : ['*'] };
}
