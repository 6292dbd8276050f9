import { KeyedMutex } from '../async/mutex.ts';
import { ApiError } from '../call/errors.ts';
import type { Principal } from '../call/principal.ts';
import type { StartRun } from '../runs/start-run.ts';
import type { Toolset } from '../runs/toolset.ts';
import type { ApprovalDecision, ApprovalRecord, Store } from '../store/store.ts';

interface AnswerOptions {
  readonly startRun: StartRun;
  readonly approvals: Pick<Store['approvals'], 'get' | 'open' | 'decide' | 'standingFor'>;
  /** Who asked for a run; undefined when that is not known any more. */
  askerOf(runKey: string): Principal | undefined;
}

const resolvedBefore = (id: string) => new ApiError('approval-resolved', `The approval '${id}' was answered before`);

/** No agents ask each other as deep; a store that was changed by hand may say so. */
const MAX_DEPTH = 100;

/** Who answers, and with what. */
interface Answerer {
  readonly principal: Principal;
  /** Adds to the agent's tools for the run that acts on the answer. */
  readonly extend?: ((toolset: Toolset) => Toolset) | undefined;
}

/** Notes an answer, and returns the approval as it then is. */
export type AnswerApproval = (decision: ApprovalDecision, by: Answerer) => Promise<ApprovalRecord>;

/**
 * Notes answers; with the last open approval of a conversation its agent goes on, for whoever asked for the run that waits. An answer to
 * what an asked agent waits for is one to the agent that has asked: that goes on, and lets the other go on.
 */
export function createAnswerApproval({ startRun, approvals, askerOf }: AnswerOptions): AnswerApproval {
  // By conversation, so that of two answers at once one is the last.
  const answers = new KeyedMutex();
  const find = async (id: string, principal: Principal): Promise<ApprovalRecord> => {
    const approval = await approvals.get(id, principal);
    if (!approval) throw new ApiError('approval-not-found', `Approval not found: ${id}`);
    return approval;
  };
  const answer = async (
    decision: ApprovalDecision,
    { conversationId, conversationKey, agentId, runKey }: ApprovalRecord,
    { principal, extend }: Answerer,
  ) => {
    const open = await approvals.open(conversationKey);
    // What was answered may have a run that acts on it: the conversation is busy then, but that is not why.
    if (!open.some(({ id, status }) => id === decision.id && status === 'pending')) throw resolvedBefore(decision.id);
    const others = open.filter(({ id, status }) => id !== decision.id && status === 'pending');
    // The last answer is stored with the run that acts on it: neither is ever without the other.
    if (others.length) await approvals.decide(decision);
    else {
      await startRun(agentId, {
        extend,
        principal: askerOf(runKey) ?? principal,
        conversationId,
        conversationKey,
        messages: [],
        history: 'stored',
        decisions: [decision],
        detached: true,
      });
    }
  };
  /** The approval of the agent that was asked first. */
  const findFirst = async (approval: ApprovalRecord, depth = 0): Promise<ApprovalRecord> => {
    const asking = depth < MAX_DEPTH ? await approvals.standingFor(approval.id) : undefined;
    return asking ? findFirst(asking, depth + 1) : approval;
  };
  return async (decision, by) => {
    const approval = await find(decision.id, by.principal);
    const first = await findFirst(approval);
    const signed = { ...decision, id: first.id, resolvedBy: by.principal.name ?? null };
    return answers.run(first.conversationKey, async () => {
      await answer(signed, first, by);
      return find(approval.id, by.principal);
    });
  };
}
