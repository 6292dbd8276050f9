import { type Fields, isFields } from '../../call/fields.ts';
import { invalidField } from '../../call/validation-error.ts';
import { KEYS, toCamelCase } from './spelling.ts';

/** What `forwardedProps` ask of the run itself; their other keys belong to the application. */
export interface AgUiForwarded {
  /** Whether the run goes on when its reader leaves. */
  readonly isBackground: boolean;
  /** What to do when the thread has a run already. */
  readonly whenBusy: 'reject' | 'queue' | 'interrupt' | undefined;
  /** Answers to interrupts, from clients before 1.0, whose requests have no `resume` of their own. */
  readonly resume: Fields[] | undefined;
}

/** Reads `forwardedProps`. Throws a 422 that names the key with a wrong value. */
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
