/** What a message says to the calls that wait for a person. */
import type { Message } from '@a2a-js/sdk';
import { z } from 'zod';

/** What is to be done with the calls that wait; without an id, with all of them. */
export interface Decision {
  readonly approvalId: string | undefined;
  readonly isApproved: boolean;
  readonly reason: string | null;
}

/** How to answer, in words for whoever reads the task. */
export const HOW_TO_ANSWER =
  'Send the task a message that says "approve" or "deny", or a data part {"approved": true or false, "reason": …, "approval_id": …}';

const Answer = z.object({
  approved: z.boolean(),
  reason: z.string().max(4000).optional(),
  approval_id: z.string().optional(),
});

const WORDS: Readonly<Record<string, boolean>> = { approve: true, deny: false };

/** The decisions in a message; empty when it says something else, for nothing may be taken for a yes that is none. */
export function readDecisions({ parts }: Message): Decision[] {
  const decisions = parts.map(({ content }): Decision | undefined => {
    if (content?.$case === 'text') return readWord(content.value);
    const { data } = Answer.safeParse(content?.$case === 'data' ? content.value : undefined);
    return data && { approvalId: data.approval_id, isApproved: data.approved, reason: data.reason ?? null };
  });
  const known = decisions.filter((decision) => decision !== undefined);
  return known.length === parts.length ? known : [];
}

function readWord(text: string): Decision | undefined {
  const isApproved = WORDS[text.trim().toLowerCase().replace(/[.!]$/, '')];
  return isApproved === undefined ? undefined : { approvalId: undefined, isApproved, reason: null };
}
