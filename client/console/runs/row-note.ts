import { durationOf } from '../ui/text.tsx';
import type { Row } from './waterfall-rows.ts';

/** What is remarkable of a row: that its model was asked again, or what a person did to the call and after how long. Often empty. */
export function noteOf({ kind, step, call }: Row): string {
  if (kind === 'model') return step.retries.length ? `tried again ${step.retries.length}×` : '';
  if (!call?.approval) return '';
  const { status, resolved_by, waited_seconds } = call.approval;
  const waited = durationOf(waited_seconds * 1000);
  if (status === 'pending') return `for its approval, since ${waited}`;
  return `${status}${resolved_by === null ? '' : ` by ${resolved_by}`} after ${waited}`;
}
