import { KeyedMutex } from '../async/mutex.ts';
import { ApiError } from '../call/errors.ts';
import type { Principal } from '../call/principal.ts';
import type { StartRun } from '../runs/start-run.ts';
import type { Toolset } from '../runs/toolset.ts';
import { approvalResolved } from '../store/approvals-store.ts';
import type { ApprovalDecision, ApprovalRecord, Store } from '../store/store.ts';

interface AnswerOptions {
  readonly startRun: StartRun;
  readonly approvals: Pick<Store['approvals'], 'get' | 'decide' | 'standingFor'>;
  readonly runs: Pick<Store['runs'], 'askerOf'>;
}

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
 * what an asked agent waits for is one to the agent that has asked: that goes on, and lets the other go on. Which answer is the last, the
 * store says: they may come to several processes at once.
 */
export function createAnswerApproval({ startRun, approvals, runs }: AnswerOptions): AnswerApproval {
  // By conversation, so that an answer sees the run that the one before has started.
  const answers = new KeyedMutex();
  const find = async (id: string, principal: Principal): Promise<ApprovalRecord> => {
    const approval = await approvals.get(id, principal);
    if (!approval) throw new ApiError('approval-not-found', `Approval not found: ${id}`);
    return approval;
  };
  /** Whoever asked for a run. That everybody sees everything, or nobody does, is the same for all. */
  const findAsker = async (runKey: string, { name, seesAll }: Principal): Promise<Principal> => {
    const asker = await runs.askerOf(runKey);
    return { name: asker === undefined ? name : (asker ?? undefined), seesAll };
  };
  const answer = async (
    decision: ApprovalDecision,
    { conversationId, conversationKey, agentId, runKey }: ApprovalRecord,
    { principal, extend }: Answerer,
  ) => {
    if (await approvals.decide(decision)) return;
    // The last answer is stored with the run that acts on it: neither is ever without the other.
    await startRun(agentId, {
      extend,
      principal: await findAsker(runKey, principal),
      conversationId,
      conversationKey,
      messages: [],
      history: 'stored',
      decisions: [decision],
      detached: true,
    });
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
      try {
        await answer(signed, first, by);
      } catch (cause) {
        throw await toAnswered(cause, first.id);
      }
      return find(approval.id, by.principal);
    });
  };

  /** What a conversation means that is busy: the run that acts on the same answer, given to another process, has begun. */
  async function toAnswered(cause: unknown, id: string): Promise<unknown> {
    if (!(cause instanceof ApiError) || cause.code !== 'conversation-busy') return cause;
    const status = (await approvals.get(id))?.status;
    return status === 'pending' ? cause : approvalResolved(id);
  }
}
