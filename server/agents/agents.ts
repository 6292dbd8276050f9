import { isDeepStrictEqual } from 'node:util';
import { Mutex } from '../async/mutex.ts';
import { ApiError } from '../call/errors.ts';
import { invalidField } from '../call/validation-error.ts';
import { checkOutputSchema } from '../runs/output-schema.ts';
import { type PageEnd, type PageQuery, readCursor, toCursor } from '../store/pages.ts';
import type { AgentRecord, Store } from '../store/store.ts';
import { DEFAULT_MAX_STEPS } from '../store/stored-agents.ts';
import { toAgentId } from './agent-ids.ts';
import { CreationOrder } from './creation-order.ts';

/** An MCP server an agent selects: an id, or an id and where it is from. */
export type ServerSelection = AgentRecord['selectedMcpServers'][number];

/** What a caller may state of an agent; a field that is undefined is not stated. */
export type AgentFields = {
  readonly [Field in Exclude<keyof AgentRecord, 'id' | 'createdAt' | 'updatedAt'>]?: AgentRecord[Field] | undefined;
};

/** Checks of what a caller states of an agent. */
export interface AgentChecks {
  /** Throws a 422 when no provider has such a model. */
  checkModel(model: string): void;
  /** The ids among `selection` that no MCP server has. */
  findUnknownServers(selection: readonly ServerSelection[]): readonly string[];
  /** The names among these that no skill has, and the skills there are. */
  findUnknownSkills(names: readonly string[]): Promise<{ unknown: readonly string[]; known: readonly string[] }>;
}

/** What has become of an agent. */
export interface AgentChange {
  readonly id: string;
  readonly status: 'created' | 'changed' | 'deleted';
}

/** Every agent of the server. Reads are from memory; a change is seen once it is stored. */
export class Agents {
  readonly #store: Store['agents'];
  readonly #checks: AgentChecks;
  readonly #agents: Map<string, AgentRecord>;
  readonly #order: CreationOrder;
  readonly #listeners = new Set<(change: AgentChange) => void>();
  /** Makes one change after the other, so that of two updates both remain and an id is created once. */
  readonly #changes = new Mutex();

  /** `records` are the stored agents, in the order of their creation. */
  constructor(store: Store['agents'], checks: AgentChecks, records: readonly AgentRecord[]) {
    this.#store = store;
    this.#checks = checks;
    this.#agents = new Map(records.map((agent) => [agent.id, agent]));
    this.#order = new CreationOrder(this.#agents.keys());
  }

  /** Calls `listener` after each change of an agent, once it is stored, until the function it returns is called. */
  onChange(listener: (change: AgentChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All agents, in the order of their creation. */
  list(): AgentRecord[] {
    return [...this.#agents.values()];
  }

  /** One page of them, and the cursor of the next; null behind the last. A cursor that no page ended with is a 422. */
  page({ limit, cursor }: PageQuery): { readonly agents: AgentRecord[]; readonly nextCursor: string | null } {
    const from = cursor === undefined ? 0 : this.#placeBehind(readCursor(cursor));
    const agents = this.#order.slice(from, limit).map((id) => this.get(id));
    const last = agents.at(-1);
    const hasMore = last !== undefined && from + agents.length < this.#agents.size;
    return { agents, nextCursor: hasMore ? toCursor({ time: last.createdAt, key: last.id }) : null };
  }

  #placeBehind({ time, key }: PageEnd): number {
    const place = this.#order.placeOf(key);
    if (place !== undefined && this.#agents.get(key)?.createdAt === time) return place + 1;
    // It was deleted since. Those of the same moment may come twice, which is better than not at all.
    const next = this.list().findIndex(({ createdAt }) => createdAt >= time);
    return next < 0 ? this.#agents.size : next;
  }

  /** Throws a 404 when there is none. What it returns never changes: read it again to see an update. */
  get(id: string): AgentRecord {
    const agent = this.#agents.get(id);
    if (!agent) throw new ApiError('agent-not-found', `Agent not found: ${id}`);
    return agent;
  }

  find(id: string): AgentRecord | undefined {
    return this.#agents.get(id);
  }

  has(id: string): boolean {
    return this.#agents.has(id);
  }

  /** Without an id the agent gets one made from its name. An id that is taken is a 409. */
  async create({ id, ...fields }: AgentFields & { readonly id?: string | undefined }): Promise<AgentRecord> {
    const name = fields.name ?? id;
    if (name === undefined) throw invalidField('name', 'is required when there is no id');
    await this.#check(fields);
    return this.#changes.run(async () => {
      if (id !== undefined && this.#agents.has(id)) {
        throw new ApiError('agent-exists', `Agent with ID '${id}' already exists`);
      }
      const now = new Date().toISOString();
      return this.#save({
        id: id ?? toAgentId(name, (taken) => this.#agents.has(taken)),
        name,
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
        createdAt: now,
        updatedAt: now,
      });
    });
  }

  /** Changes the fields that are stated; a statement of what is so already changes nothing. */
  async update(id: string, fields: AgentFields): Promise<AgentRecord> {
    this.get(id);
    const checked = this.#check(fields, id);
    if (checked) await checked;
    return this.#changes.run(() => {
      const agent = this.get(id);
      const known = Object(agent);
      const news = Object.entries(fields).filter(
        ([name, value]) => value !== undefined && value !== known[name] && !isDeepStrictEqual(value, known[name]),
      );
      if (!news.length) return agent;
      return this.#save({ ...agent, ...Object.fromEntries(news), updatedAt: new Date().toISOString() });
    });
  }

  async delete(id: string): Promise<void> {
    await this.#changes.run(async () => {
      this.get(id);
      await this.#store.delete(id);
      this.#agents.delete(id);
      this.#order.delete(id);
      this.#tell({ id, status: 'deleted' });
    });
  }

  async #save(agent: AgentRecord): Promise<AgentRecord> {
    await this.#store.save(agent);
    const status = this.#agents.has(agent.id) ? 'changed' : 'created';
    if (status === 'created') this.#order.add(agent.id);
    this.#agents.set(agent.id, agent);
    this.#tell({ id: agent.id, status });
    return agent;
  }

  #tell(change: AgentChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Throws what is wrong with what is stated. A promise only of what takes a while to check. */
  #check(fields: AgentFields, id?: string): Promise<void> | undefined {
    const { model, selectedMcpServers, skills, agents = [], outputSchema } = fields;
    if (model) this.#checks.checkModel(model);
    this.#checkAgents(agents, id);
    if (selectedMcpServers?.length) this.#checkServers(selectedMcpServers);
    return skills?.length || outputSchema ? this.#checkSlowly(skills ?? [], outputSchema) : undefined;
  }

  async #checkSlowly(skills: readonly string[], outputSchema: AgentFields['outputSchema']): Promise<void> {
    if (skills.length) await this.#checkSkills(skills);
    await checkOutputSchema(outputSchema, 'output_schema');
  }

  #checkServers(selection: readonly ServerSelection[]): void {
    const unknown = this.#checks.findUnknownServers(selection);
    if (unknown.length) throw invalidField('selected_mcp_servers', `no MCP server has the id ${quote(unknown)}`);
  }

  #checkAgents(ids: readonly string[], ownId: string | undefined): void {
    const unknown = ids.filter((id) => !this.#agents.has(id));
    if (unknown.length) throw invalidField('agents', `no agent has the id ${quote(unknown)}`);
    if (ownId !== undefined && ids.includes(ownId)) throw invalidField('agents', 'an agent cannot ask itself');
  }

  async #checkSkills(names: readonly string[]): Promise<void> {
    const { unknown, known } = await this.#checks.findUnknownSkills(names);
    if (unknown.length)
      throw invalidField('skills', `no skill has the name ${quote(unknown)}; there are: ${quote(known)}`);
  }
}

const quote = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ') || 'none';

/** The agents of a store. */
export async function loadAgents(store: Store['agents'], checks: AgentChecks): Promise<Agents> {
  return new Agents(store, checks, await store.list());
}
