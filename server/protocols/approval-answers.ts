import type { ApprovalDecision } from '../runs/run-events.ts';

const MAX_REASON = 4000;

/** What a person said to an approval, in the words of any protocol; a reason that is no text is none. */
export const toDecision = (id: string, isApproved: boolean, reason: unknown): ApprovalDecision => ({
  id,
  isApproved,
  reason: typeof reason === 'string' ? reason.slice(0, MAX_REASON) : null,
});
