import type { ResumeEntry } from '@ag-ui/core';
import { type Fields, isFields } from '../../call/fields.ts';
import { invalidField } from '../../call/validation-error.ts';
import type { ApprovalDecision } from '../../runs/run-events.ts';
import { toDecision } from '../approval-answers.ts';

/** Reads what a person said to each interrupt. An interrupt that was cancelled is a refusal. Throws a 422 for an answer that is neither. */
export function readResume(resume: readonly ResumeEntry[]): ApprovalDecision[] {
  return resume.map(({ interruptId: id, status, payload }, index) => {
    if (status === 'cancelled') return { id, isApproved: false, reason: 'the question was cancelled' };
    const { approved, reason }: Fields = isFields(payload) ? payload : { approved: payload };
    if (typeof approved !== 'boolean') {
      throw invalidField(`resume.${index}.payload.approved`, 'must be true or false');
    }
    return toDecision(id, approved, reason);
  });
}
