/** What an AG-UI request asks of the run itself: whether it outlives its reader, what to do on a busy thread, and answers to interrupts. */

import type { ResumeEntry } from '@ag-ui/core';
import { invalidField } from '../../call/validation-error.ts';
import type { ApprovalDecision } from '../../runs/run-events.ts';
import { KEYS, toCamelCase } from './spelling.ts';

type Fields = Record<string, unknown>;

/** The keys of `forwardedProps` that are read here; all others belong to the application. */
export interface AgUiForwarded {
  readonly isBackground: boolean;
  readonly whenBusy: 'reject' | 'queue' | 'interrupt' | undefined;
  /** For clients before 1.0, whose requests have no `resume`. */
  readonly resume: Fields[] | undefined;
}

/** Throws a 422 that names each key with a wrong value. */
export function readForwarded(forwarded: unknown): AgUiForwarded {
  if (!isFields(forwarded)) return { isBackground: false, whenBusy: undefined, resume: undefined };
  const { background = false, whenBusy, resume } = toCamelCase(forwarded, KEYS.forwarded, 'forwardedProps.');
  const refuse = (key: string, message: string) => invalidField(`forwardedProps.${key}`, message);
  if (typeof background !== 'boolean') throw refuse('background', 'must be true or false');
  if (whenBusy !== undefined && whenBusy !== 'reject' && whenBusy !== 'queue' && whenBusy !== 'interrupt') {
    throw refuse('when_busy', 'must be reject, queue or interrupt');
  }
  if (resume !== undefined && !(Array.isArray(resume) && resume.every(isFields))) {
    throw refuse('resume', 'must be a list of answers to interrupts');
  }
  return { isBackground: background, whenBusy, resume };
}

/** What a person said to each interrupt. One that was abandoned is a refusal. */
export function readDecisions(resume: readonly ResumeEntry[]): ApprovalDecision[] {
  return resume.map(({ interruptId: id, status, payload }, index) => {
    if (status === 'cancelled') return { id, isApproved: false, reason: 'the question was cancelled' };
    const { approved, reason }: Fields = isFields(payload) ? payload : { approved: payload };
    if (typeof approved !== 'boolean') {
      throw invalidField(`resume.${index}.payload.approved`, 'must be true or false');
    }
    return { id, isApproved: approved, reason: typeof reason === 'string' ? reason.slice(0, 4000) : null };
  });
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
