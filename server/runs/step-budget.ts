interface BudgetOptions {
  /** That of the run which asks for this one. */
  readonly parent?: StepBudget | undefined;
  /** How many steps it has taken before; absent: none. */
  readonly used?: number | undefined;
}

/** How many steps a run may take. Those of the agents that it asks count too, and leave it one to answer with. */
export class StepBudget {
  readonly #max: () => number;
  readonly #parent: StepBudget | undefined;
  #used: number;

  /** `max` is read before each step, as the agent may change within a run. */
  constructor(max: () => number, { parent, used = 0 }: BudgetOptions = {}) {
    this.#used = used;
    this.#max = max;
    this.#parent = parent;
  }

  /** Whether an agent that is asked now could take a step. */
  get canLend(): boolean {
    return this.#used + 1 < this.#max() && (this.#parent?.canLend ?? true);
  }

  /** Takes one step. False when none is left, here or above. */
  take(): boolean {
    if (this.#used >= this.#max() || !(this.#parent?.canLend ?? true)) return false;
    this.#use();
    return true;
  }

  #use(): void {
    this.#used += 1;
    if (this.#parent) this.#parent.#use();
  }
}
