import { isDeepStrictEqual } from 'node:util';
import type { Principal } from '../call/principal.ts';
import type { NewApproval, Store } from '../store/store.ts';
import { newId } from './ids.ts';
import { findOpenCalls } from './open-calls.ts';
import type { AwaitedCall, RunEvent } from './run-events.ts';

interface AwaitedOptions {
  readonly store: {
    readonly runs: Pick<Store['runs'], 'get'>;
    readonly approvals: Pick<Store['approvals'], 'open'>;
  };
  /** Whose run it is: ids are those of its owner. */
  readonly principal: Principal;
}

/**
 * What the open calls of a run wait for that have asked other agents, by the ids of the runs of those: those agents wait for a person, and
 * the process that was to wait for them is gone.
 */
export async function findAwaitedAnswers(
  events: readonly RunEvent[],
  { store, principal }: AwaitedOptions,
): Promise<ReadonlyMap<string, readonly NewApproval[]>> {
  const awaited = new Map<string, readonly NewApproval[]>();
  for (const { runId, callId } of findOpenCalls(events).asked) {
    const run = await store.runs.get(runId, principal);
    const open = run ? await store.approvals.open(run.conversationKey) : [];
    const told = findTold(events, runId);
    const approvals = open
      .filter((approval) => approval.runId === runId && approval.status === 'pending')
      .map(({ id: standsFor, tool, description, args }): NewApproval => {
        const known = told.findIndex((one) => one.tool === tool && isDeepStrictEqual(one.args, args));
        const [shown] = known < 0 ? [] : told.splice(known, 1);
        return { id: shown?.id ?? newId('appr'), callId, tool, description, args, toolHash: '', standsFor };
      });
    if (approvals.length) awaited.set(runId, approvals);
  }
  return awaited;
}

/** The approvals that readers were told of with the end of an asked run. */
function findTold(events: readonly RunEvent[], runId: string): AwaitedCall[] {
  const end = events.findLast((event) => event.type === 'subagent-ended' && event.runId === runId);
  const outcome = end?.type === 'subagent-ended' ? end.outcome : undefined;
  return outcome?.status === 'finished' ? [...(outcome.approvals ?? [])] : [];
}
