/** The agents that a protocol offers. */
export interface OfferedAgents {
  list(): Iterable<OfferedAgent>;
  /** Throws a 404 when there is none. */
  get(id: string): unknown;
}

interface OfferedAgent {
  readonly id: string;
  readonly name: string;
}

/** The part of a protocol's description that lists its agents, each as `describe` tells of it. */
export function listAgents<Entry>(
  agents: Pick<OfferedAgents, 'list'>,
  endpoint: string,
  describe: (agent: OfferedAgent) => Entry,
): { agents: Entry[]; agents_endpoint: string; count: number } {
  const entries = [...agents.list()].map(describe);
  return { agents: entries, agents_endpoint: `${endpoint}/agents`, count: entries.length };
}
