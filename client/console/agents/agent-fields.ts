/** An agent as the fields of a form, and the fields of a form as what the server is told. */
import type { Inputs, Outputs } from '../../index.ts';

/** An agent as the server shows it. */
export type Agent = Outputs['agents']['list']['agents'][number];
/** An MCP server that an agent selects. */
export type ServerSelection = Agent['selected_mcp_servers'][number];

/** What stands in the fields. Texts are as they were typed. */
export interface AgentFields {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly systemPrompt: string;
  /** Empty: the default of the server. */
  readonly model: string;
  readonly servers: readonly ServerSelection[];
  /** null: those that the server is started with. */
  readonly skills: readonly string[] | null;
  /** null: as the server is started. */
  readonly codemode: boolean | null;
  readonly approvals: readonly string[];
  readonly maxSteps: string;
  readonly temperature: string;
  readonly agents: readonly string[];
  readonly offerAsTool: boolean;
  readonly durable: boolean;
  /** JSON; empty: answers are text. */
  readonly outputSchema: string;
}

/** Changes some of the fields. */
export type Change = (change: Partial<AgentFields>) => void;

/** A field whose text is not what it has to be. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** The fields of an agent that says nothing. */
export const NO_FIELDS: AgentFields = {
  id: '',
  name: '',
  description: '',
  systemPrompt: '',
  model: '',
  servers: [],
  skills: null,
  codemode: null,
  approvals: [],
  maxSteps: '',
  temperature: '',
  agents: [],
  offerAsTool: true,
  durable: false,
  outputSchema: '',
};

/** The fields of an agent that there is. */
export const fieldsOf = (agent: Agent): AgentFields => ({
  id: agent.id,
  name: agent.name,
  description: agent.description,
  systemPrompt: agent.system_prompt,
  model: agent.model,
  servers: agent.selected_mcp_servers,
  skills: agent.skills,
  codemode: agent.codemode,
  approvals: agent.approvals.tools,
  maxSteps: String(agent.max_steps),
  temperature: agent.temperature === null ? '' : String(agent.temperature),
  agents: agent.agents,
  offerAsTool: agent.offer_as_tool,
  durable: agent.durable,
  outputSchema: agent.output_schema ? JSON.stringify(agent.output_schema, null, 2) : '',
});

/** The fields of an agent that is to become a copy. */
export const fieldsOfCopy = (agent: Agent): AgentFields => ({
  ...fieldsOf(agent),
  id: '',
  name: `${agent.name} (copy)`,
});

/** Whether two forms hold the same. */
export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What a new agent is made of: nothing that was left empty. Throws a {@link FieldError}. */
export function toNewAgent(fields: AgentFields): Inputs['agents']['create'] {
  const { id, changes } = { id: fields.id.trim(), changes: changesOf(NO_FIELDS, fields) };
  const stated = Object.entries(changes).filter(([, value]) => value !== null);
  return { ...(id && { id }), ...Object.fromEntries(stated) };
}

/** What was changed of an agent, and nothing else: what it has by default stays so. Throws a {@link FieldError}. */
export function changesOf(before: AgentFields, now: AgentFields): Omit<Inputs['agents']['update'], 'agent_id'> {
  const is = (field: keyof AgentFields) => !isSame(before[field], now[field]);
  return {
    ...(is('name') && { name: now.name }),
    ...(is('description') && { description: now.description }),
    ...(is('systemPrompt') && { system_prompt: now.systemPrompt }),
    ...(is('model') && { model: now.model.trim() || null }),
    ...(is('servers') && { selected_mcp_servers: [...now.servers] }),
    ...(is('skills') && { skills: now.skills && [...now.skills] }),
    ...(is('codemode') && { enable_codemode: now.codemode }),
    ...(is('approvals') && { approvals: { tools: [...now.approvals] } }),
    ...(is('maxSteps') && { max_steps: Number(now.maxSteps) }),
    ...(is('temperature') && { temperature: now.temperature.trim() ? Number(now.temperature) : null }),
    ...(is('agents') && { agents: [...now.agents] }),
    ...(is('offerAsTool') && { offer_as_tool: now.offerAsTool }),
    ...(is('durable') && { durable: now.durable }),
    ...(is('outputSchema') && { output_schema: readSchema(now.outputSchema) }),
  };
}

function readSchema(text: string): Record<string, unknown> | null {
  if (!text.trim()) return null;
  try {
    const schema: unknown = JSON.parse(text);
    if (schema !== null && typeof schema === 'object' && !Array.isArray(schema)) return { ...schema };
  } catch (cause) {
    throw new FieldError('output_schema', `is not JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
  throw new FieldError('output_schema', 'must be an object');
}

/** The id of a selection. */
export const idOf = (selection: ServerSelection): string => (typeof selection === 'string' ? selection : selection.id);
