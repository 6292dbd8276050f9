import type { ActiveRun } from './active-run.ts';
import type { RunLimits } from './limits.ts';

interface Kept {
  readonly run: ActiveRun;
  readonly chars: number;
  readonly timer: NodeJS.Timeout;
}

/** Holds ended runs for a while, so that a late reader still sees how they ended. */
export class KeptRuns {
  readonly #limits: Pick<RunLimits, 'keptRuns' | 'keptChars' | 'keptMs'>;
  /** Oldest first. */
  readonly #kept = new Map<string, Kept>();
  #chars = 0;

  constructor(limits: Pick<RunLimits, 'keptRuns' | 'keptChars' | 'keptMs'>) {
    this.#limits = limits;
  }

  get(conversationKey: string, runId: string): ActiveRun | undefined {
    return this.#kept.get(keyOf(conversationKey, runId))?.run;
  }

  add(run: ActiveRun): void {
    const key = keyOf(run.conversationKey, run.id);
    this.#drop(key);
    const { chars } = run.log;
    const timer = setTimeout(() => this.#drop(key), this.#limits.keptMs).unref();
    this.#kept.set(key, { run, chars, timer });
    this.#chars += chars;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limits.keptRuns && this.#chars <= this.#limits.keptChars) break;
      this.#drop(oldest);
    }
  }

  clear(): void {
    for (const key of this.#kept.keys()) this.#drop(key);
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (!kept) return;
    clearTimeout(kept.timer);
    this.#chars -= kept.chars;
    this.#kept.delete(key);
  }
}

const keyOf = (conversationKey: string, runId: string) => JSON.stringify([conversationKey, runId]);
