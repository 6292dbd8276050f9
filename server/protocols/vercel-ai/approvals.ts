/**
 * Calls that wait for people, as a chat shows them. A part of a message has room for one approval, and a call waits for several where it
 * asks another agent: the first is on the part of the call, and each further one has a part of its own, whose `toolCallId` is the id of
 * the approval.
 */
import type { VercelAiChunk, VercelAiMessage } from '../../../contract/vercel-ai.ts';
import { type Fields, isFields, toText } from '../../call/fields.ts';
import type { AwaitedCall } from '../../runs/run-events.ts';

type Part = VercelAiMessage['parts'][number];

/** An approval that was asked for, and what has become of it. */
export interface AskedApproval extends Pick<AwaitedCall, 'id' | 'callId' | 'tool' | 'args'> {
  readonly status: 'pending' | 'approved' | 'denied' | 'cancelled' | 'void';
}

/** An approval that a message of the client shows. */
export interface ShownApproval {
  readonly id: string;
  /** Whether the client holds it for answered. */
  readonly isAnswered: boolean;
  /** Whether it is on a part of its own. */
  readonly isApart: boolean;
}

const MAX_SHOWN = 2000;

/** What asks for approvals; `nameOf` says which tool a call is of. */
export function toApprovalRequests(
  approvals: readonly AwaitedCall[],
  nameOf: (callId: string) => string | undefined,
): VercelAiChunk[] {
  return [...Map.groupBy(approvals, ({ callId }) => callId)].flatMap(([callId, ofCall]) =>
    ofCall.flatMap(({ id: approvalId, tool, args }, index): VercelAiChunk[] => {
      if (index > 0) {
        return [
          { type: 'tool-input-available', toolCallId: approvalId, toolName: tool, input: args, dynamic: true },
          { type: 'tool-approval-request', approvalId, toolCallId: approvalId },
        ];
      }
      const reason = reasonOf({ tool, args }, nameOf(callId));
      return [{ type: 'tool-approval-request', approvalId, toolCallId: callId, ...(reason && { reason }) }];
    }),
  );
}

/** The part of a call that waits for people, and the parts of its further approvals. */
export function toApprovalParts(call: Fields & { readonly toolName: string }, approvals: readonly AskedApproval[]) {
  const [first, ...others] = approvals;
  if (!first) return { part: { ...call, type: 'dynamic-tool', state: 'input-available' }, apart: [] };
  const requestReason = reasonOf(first, call.toolName);
  const { state, approval } = toState(first);
  const part: Part = {
    ...call,
    type: 'dynamic-tool',
    state,
    approval: { ...approval, ...(requestReason && { requestReason }) },
  };
  const apart = others.map((other): Part => {
    const { id: toolCallId, tool: toolName, args: input } = other;
    return { type: 'dynamic-tool', toolName, toolCallId, input, ...toState(other) };
  });
  return { part, apart };
}

/** The approval that a part from a client shows; undefined where it shows none that waits. */
export function shownApprovalOf({ state, approval, toolCallId }: Fields): ShownApproval[] {
  if ((state !== 'approval-requested' && state !== 'approval-responded') || !isFields(approval)) return [];
  const { id } = approval;
  if (typeof id !== 'string') return [];
  return [{ id, isAnswered: state === 'approval-responded', isApart: toolCallId === id }];
}

/** Whether a part stands for an approval, and for no call. */
export const isApart = ({ approval, toolCallId }: Fields): boolean => isFields(approval) && approval.id === toolCallId;

/** What tells a client of answers that were given elsewhere, while others are still to come. */
export function toAnswersElsewhere(
  shown: readonly ShownApproval[],
  stored: ReadonlyMap<string, AskedApproval>,
): VercelAiChunk[] {
  return shown.flatMap(({ id: approvalId, isAnswered }): VercelAiChunk[] => {
    const status = stored.get(approvalId)?.status ?? 'pending';
    if (isAnswered || status === 'pending') return [];
    return [{ type: 'tool-approval-response', approvalId, approved: status === 'approved' }];
  });
}

/** What ends the parts that stand for approvals, by the calls that they belong to: as it is stored, whatever the client holds. */
export function toApartEnds(
  shown: readonly ShownApproval[],
  stored: ReadonlyMap<string, AskedApproval>,
): Map<string, VercelAiChunk[]> {
  const ends = new Map<string, VercelAiChunk[]>();
  for (const { id: toolCallId } of shown.filter((each) => each.isApart)) {
    const approval = stored.get(toolCallId);
    if (!approval || approval.status === 'pending') continue;
    const end: VercelAiChunk =
      approval.status === 'approved'
        ? { type: 'tool-output-available', toolCallId, output: { approved: true }, dynamic: true }
        : { type: 'tool-output-denied', toolCallId };
    ends.set(approval.callId, [...(ends.get(approval.callId) ?? []), end]);
  }
  return ends;
}

function toState({ id, status }: AskedApproval) {
  if (status === 'pending') return { state: 'approval-requested', approval: { id } };
  return { state: 'approval-responded', approval: { id, approved: status === 'approved' } };
}

/** What is asked, where that is not the call itself. */
function reasonOf({ tool, args }: Pick<AwaitedCall, 'tool' | 'args'>, name: string | undefined): string | undefined {
  if (tool === name) return undefined;
  const call = `${tool}(${toText(args)})`;
  return call.length > MAX_SHOWN ? `${call.slice(0, MAX_SHOWN).toWellFormed()}…` : call;
}
