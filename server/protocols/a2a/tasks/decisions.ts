/** Reads how a message answers the calls of a task that wait for a person. */
import type { Message } from '@a2a-js/sdk';
import { z } from 'zod';

/** An answer to one waiting call, or to all of them. */
export interface MessageDecision {
  /** The call; undefined: all that wait. */
  readonly approvalId: string | undefined;
  readonly isApproved: boolean;
  readonly reason: string | null;
}

/** How to answer, told to whoever reads the task. */
export const HOW_TO_ANSWER =
  'Send the task a message that says "approve" or "deny", or a data part {"approved": true or false, "reason": …, "approval_id": …}';

const Answer = z.object({
  approved: z.boolean(),
  reason: z.string().max(4000).optional(),
  approval_id: z.string().optional(),
});

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['approve', true],
  ['deny', false],
]);

/** The decisions in a message; empty unless every part is one, so that nothing else is taken for a yes. */
export function readMessageDecisions({ parts }: Message): MessageDecision[] {
  const decisions = parts.map(({ content }): MessageDecision | undefined => {
    if (content?.$case === 'text') return readWord(content.value);
    const { data } = Answer.safeParse(content?.$case === 'data' ? content.value : undefined);
    return data && { approvalId: data.approval_id, isApproved: data.approved, reason: data.reason ?? null };
  });
  const known = decisions.filter((decision) => decision !== undefined);
  return known.length === parts.length ? known : [];
}

function readWord(text: string): MessageDecision | undefined {
  const isApproved = WORDS.get(text.trim().toLowerCase().replace(/[.!]$/, ''));
  return isApproved === undefined ? undefined : { approvalId: undefined, isApproved, reason: null };
}
