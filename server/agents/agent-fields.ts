import { isDeepStrictEqual } from 'node:util';
import { type AgentRecord, DEFAULT_MAX_STEPS } from '../store/stored-agents.ts';

/** What a caller may state of an agent; a field that is undefined is not stated. */
export type AgentFields = {
  readonly [Field in Exclude<keyof AgentRecord, 'id' | 'createdAt' | 'updatedAt'>]?: AgentRecord[Field] | undefined;
};

/** An agent of which this is stated. */
export const toNewAgent = (id: string, fields: AgentFields & { readonly name: string }, now: string): AgentRecord => ({
  id,
  name: fields.name,
  description: fields.description ?? '',
  model: fields.model ?? null,
  systemPrompt: fields.systemPrompt ?? '',
  selectedMcpServers: fields.selectedMcpServers ?? [],
  maxSteps: fields.maxSteps ?? DEFAULT_MAX_STEPS,
  temperature: fields.temperature ?? null,
  codemode: fields.codemode ?? null,
  approvals: fields.approvals ?? { tools: [] },
  skills: fields.skills ?? null,
  agents: fields.agents ?? [],
  offerAsTool: fields.offerAsTool ?? true,
  outputSchema: fields.outputSchema ?? null,
  durable: fields.durable ?? false,
  createdAt: now,
  updatedAt: now,
});

/** The fields that are stated, and are otherwise as yet. */
export function findNews(agent: AgentRecord, fields: AgentFields): (readonly [name: string, value: unknown])[] {
  const known = Object(agent);
  return Object.entries(fields).filter(
    ([name, value]) => value !== undefined && value !== known[name] && !isDeepStrictEqual(value, known[name]),
  );
}
