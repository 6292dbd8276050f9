import { Mutex } from '../async/mutex.ts';
import { ApiError } from '../call/errors.ts';
import { invalidField } from '../call/validation-error.ts';
import { checkOutputSchema } from '../runs/output-schema.ts';
import { type PageEnd, type PageQuery, readCursor, toCursor } from '../store/pages.ts';
import { NOTHING_READ } from '../store/record-store.ts';
import type { AgentRecord, Store } from '../store/store.ts';
import { type AgentFields, findNews, toNewAgent } from './agent-fields.ts';
import { toAgentId } from './agent-ids.ts';
import { CreationOrder } from './creation-order.ts';

/** An MCP server an agent selects: an id, or an id and where it is from. */
export type ServerSelection = AgentRecord['selectedMcpServers'][number];

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
  /** Whether another process has changed it, and has told of it. */
  readonly isForeign: boolean;
}

/** How often a change is made anew that another process comes before. */
const MAX_TRIES = 50;

/**
 * Every agent of the server. Reads are from memory; a change is seen once it is stored. Where other processes change agents too, all are
 * as {@link catchUp} has found them last, and what an update states is changed in what is stored, whoever has stored that.
 */
export class Agents {
  readonly #store: Store['agents'];
  readonly #checks: AgentChecks;
  readonly #agents: Map<string, AgentRecord>;
  readonly #order: CreationOrder;
  readonly #listeners = new Set<(change: AgentChange) => void>();
  /** Makes one change after the other, so that of two updates both remain and an id is created once. */
  readonly #changes = new Mutex();
  /** Which write of an agent is held, where others write too. */
  readonly #revisions = new Map<string, number>();
  /** Up to which write of any agent all are known. */
  #revision = NOTHING_READ;
  /** Agents that may have been changed here: the answer of the store got lost. */
  readonly #unsure = new Set<string>();

  /** `records` are the stored agents, in the order of their creation. */
  constructor(store: Store['agents'], checks: AgentChecks, records: readonly AgentRecord[]) {
    this.#store = store;
    this.#checks = checks;
    this.#agents = new Map(records.map((agent) => [agent.id, agent]));
    this.#order = new CreationOrder(this.#agents.keys());
  }

  /** Up to which write of any agent all are known; less than any where one process has them alone. */
  get revision(): number {
    return this.#revision;
  }

  /** Takes what other processes have changed. */
  catchUp(): Promise<void> {
    return this.#changes.run(() => this.#takeChanges());
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
      const refused = new Set<string>();
      const isTaken = (one: string) => this.#agents.has(one) || refused.has(one);
      for (;;) {
        if (id !== undefined && isTaken(id)) throw new ApiError('agent-exists', `Agent with ID '${id}' already exists`);
        const agent = toNewAgent(id ?? toAgentId(name, isTaken), { ...fields, name }, this.#store.now());
        const revision = await this.#sure(agent.id, this.#store.insert(agent));
        if (revision !== undefined) return this.#takeCreated(agent);
        // Another process was faster.
        refused.add(agent.id);
        await this.#takeChanges();
      }
    });
  }

  /** Changes the fields that are stated; a statement of what is so already changes nothing. */
  async update(id: string, fields: AgentFields): Promise<AgentRecord> {
    this.get(id);
    const checked = this.#check(fields, id);
    if (checked) await checked;
    return this.#changes.run(async () => {
      for (let tries = 1; ; tries++) {
        const agent = this.get(id);
        const news = findNews(agent, fields);
        if (!news.length) return agent;
        const changed: AgentRecord = { ...agent, ...Object.fromEntries(news), updatedAt: this.#store.now() };
        const before = this.#revisions.get(id) ?? 0;
        const revision = await this.#sure(id, this.#store.update(changed, before));
        if (revision !== undefined) return this.#take(changed, { revision, isForeign: false });
        if (tries === MAX_TRIES) throw new ApiError('store-failed', `Agent ${id} is changed too often at this moment`);
        await this.#takeChanges();
      }
    });
  }

  async delete(id: string): Promise<void> {
    await this.#changes.run(async () => {
      this.get(id);
      await this.#sure(id, this.#store.delete(id));
      this.#forget(id, { isForeign: false });
    });
  }

  /** Notes that it is not known what became of a write. */
  #sure<Result>(id: string, write: Promise<Result>): Promise<Result> {
    if (this.#store.changes) write.catch(() => this.#unsure.add(id));
    return write;
  }

  /** Takes an agent that was created here; where others create some too, in the order in which all came. */
  async #takeCreated(agent: AgentRecord): Promise<AgentRecord> {
    if (!this.#store.changes) return this.#take(agent, { revision: 0, isForeign: false });
    await this.#takeChanges(agent.id);
    return this.#agents.get(agent.id) ?? agent;
  }

  async #takeChanges(ownId?: string): Promise<void> {
    const changes = await this.#store.changes?.(this.#revision);
    if (!changes) return;
    const isForeign = (id: string) => !this.#unsure.delete(id) && id !== ownId;
    for (const { record, revision } of changes.written) {
      const { id, createdAt } = record;
      if (this.#revisions.get(id) === revision) continue;
      // Deleted meanwhile, and created anew: behind all others.
      if ((this.find(id)?.createdAt ?? createdAt) !== createdAt) this.#forget(id, { isForeign: true });
      this.#take(record, { revision, isForeign: isForeign(id) });
    }
    const { ids } = changes;
    if (ids) for (const id of this.#agents.keys()) if (!ids.has(id)) this.#forget(id, { isForeign: isForeign(id) });
    this.#revision = changes.revision;
  }

  #take(
    agent: AgentRecord,
    { revision, isForeign }: { readonly revision: number; readonly isForeign: boolean },
  ): AgentRecord {
    const { id } = agent;
    const status = this.#agents.has(id) ? 'changed' : 'created';
    if (status === 'created') this.#order.add(id);
    this.#agents.set(id, agent);
    if (this.#store.changes) this.#revisions.set(id, revision);
    this.#tell({ id, status, isForeign });
    return agent;
  }

  #forget(id: string, { isForeign }: Pick<AgentChange, 'isForeign'>): void {
    this.#agents.delete(id);
    this.#revisions.delete(id);
    this.#order.delete(id);
    this.#tell({ id, status: 'deleted', isForeign });
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
  const agents = new Agents(store, checks, store.changes ? [] : await store.list());
  await agents.catchUp();
  return agents;
}
