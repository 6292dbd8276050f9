import type { ActiveRun, Run } from './active-run.ts';

/** The runs that go on: one of a conversation at most. */
export class ActiveRuns {
  readonly #byConversation = new Map<string, ActiveRun>();
  readonly #byKey = new Map<string, ActiveRun>();
  /** How many there are of an agent: lists of agents ask for each of them. */
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#byConversation.size;
  }

  of(conversationKey: string): ActiveRun | undefined {
    return this.#byConversation.get(conversationKey);
  }

  /** The one of this key, as it is stored. */
  findByKey(key: string): ActiveRun | undefined {
    return this.#byKey.get(key);
  }

  /** Those of one agent, or all. */
  list(agentId?: string): ActiveRun[] {
    const runs = [...this.#byConversation.values()];
    return agentId === undefined ? runs : runs.filter((run) => run.agentId === agentId);
  }

  /** Whether an agent has any. */
  has(agentId: string): boolean {
    return this.#counts.has(agentId);
  }

  add(run: ActiveRun): void {
    const before = this.#byConversation.get(run.conversationKey);
    if (before) this.delete(before);
    this.#byConversation.set(run.conversationKey, run);
    this.#byKey.set(run.key, run);
    this.#counts.set(run.agentId, (this.#counts.get(run.agentId) ?? 0) + 1);
  }

  delete(run: ActiveRun): void {
    if (this.#byConversation.get(run.conversationKey) !== run) return;
    this.#byConversation.delete(run.conversationKey);
    this.#byKey.delete(run.key);
    const left = (this.#counts.get(run.agentId) ?? 1) - 1;
    if (left > 0) this.#counts.set(run.agentId, left);
    else this.#counts.delete(run.agentId);
  }
}

/** Ends runs. Resolves once their turns are stored. */
export async function cancelAll(runs: readonly Run[], reason: string): Promise<void> {
  for (const run of runs) run.cancel(reason);
  await Promise.all(runs.map(({ ended }) => ended));
}
