import type { Principal } from '../call/principal.ts';
import type { RunStep, Store } from '../store/store.ts';

interface CountOptions {
  readonly store: Pick<Store['runs'], 'list' | 'steps'>;
  /** Whose run it is: ids are those of its owner. */
  readonly principal: Principal;
}

/** How many asked runs are looked at; no budget lends as many steps. */
const MAX_ASKED = 1000;

/** How many steps the agents have taken that were asked by a run, and by those in turn. */
export async function countAskedSteps(runId: string, { store, principal }: CountOptions): Promise<number> {
  let count = 0;
  const asking = [runId];
  for (let looked = 0; looked < asking.length && looked < MAX_ASKED; looked++) {
    const { runs } = await store.list({ parentRunId: asking[looked], principal, limit: MAX_ASKED });
    for (const { key, id } of runs) {
      count += (await store.steps(key)).filter(isTaken).length;
      asking.push(id);
    }
  }
  return count;
}

/** Whether a model was asked in a step. */
const isTaken = ({ model }: RunStep) => model !== null;
