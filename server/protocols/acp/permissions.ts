/** Asks an editor about the tool calls that wait for a person, for as long as nobody else has answered. */
import type { AgentContext, PermissionOption, RequestPermissionRequest } from '@agentclientprotocol/sdk';
import { ApiError } from '../../call/errors.ts';
import type { Principal } from '../../call/principal.ts';
import type { AwaitedCall } from '../../runs/run-events.ts';
import type { AcpPorts } from './ports.ts';
import type { Session } from './session.ts';
import { viewTool } from './tool-view.ts';

interface Asking {
  readonly approvals: AcpPorts['approvals'];
  readonly principal: Principal;
  readonly session: Session;
  readonly client: Pick<AgentContext, 'request'>;
  /** Aborts when the turn is to end. */
  readonly signal: AbortSignal;
}

const ALLOW = 'allow';
const OPTIONS: PermissionOption[] = [
  { optionId: ALLOW, name: 'Allow', kind: 'allow_once' },
  { optionId: 'reject', name: 'Reject', kind: 'reject_once' },
];

/** What asking came to. */
interface Answered {
  /** Whether the user wants nothing of the turn any more. */
  readonly hasGivenUp: boolean;
  /** The id of the run that acts on the answers. */
  readonly resumedBy?: string | undefined;
}

/** Resolves once all calls are answered, here or anywhere else, or given up on. Throws when the editor cannot ask. */
export async function askForPermissions(calls: readonly AwaitedCall[], asking: Asking): Promise<Answered> {
  const { approvals, principal } = asking;
  using open = watchApprovals(calls, asking);
  const answers = await Promise.all(calls.map((call) => askFor(call, open.signalOf(call.id), asking)));
  if (asking.signal.aborted || answers.includes('gave up')) return { hasGivenUp: true };
  const settled = await Promise.all(calls.map(({ id }) => approvals.get(id, principal)));
  // One that was given up on was so for what somebody said in its conversation: that is another turn.
  const acted = settled.find((one) => one?.status !== 'cancelled' && typeof one?.resumedBy === 'string');
  return { hasGivenUp: false, resumedBy: acted?.resumedBy ?? undefined };
}

async function askFor(
  { id, callId: toolCallId, tool, args }: AwaitedCall,
  answeredElsewhere: AbortSignal,
  { approvals, principal, session, client, signal }: Asking,
): Promise<'answered' | 'gave up'> {
  const ended = AbortSignal.any([answeredElsewhere, signal]);
  const { cwd, id: sessionId } = session;
  const toolCall: RequestPermissionRequest['toolCall'] = {
    toolCallId,
    ...viewTool(tool, args, cwd),
    rawInput: args,
    status: 'pending',
  };
  const request: RequestPermissionRequest = { sessionId, toolCall, options: OPTIONS };
  const options = { cancellationSignal: ended, stopWaitingOnCancel: true };
  try {
    const { outcome } = await client.request('session/request_permission', request, options);
    if (outcome.outcome !== 'selected') return answeredElsewhere.aborted ? 'answered' : 'gave up';
    const isApproved = outcome.optionId === ALLOW;
    await approvals.answer({ id, isApproved, reason: null }, principal);
    return 'answered';
  } catch (cause) {
    if (answeredElsewhere.aborted) return 'answered';
    if (signal.aborted) return 'gave up';
    if (cause instanceof ApiError) {
      if (cause.code === 'approval-resolved') return 'answered';
      throw cause;
    }
    const detail = `The editor cannot ask for the approval of '${tool}': answer it at /approvals/${id}`;
    throw new ApiError('approval-pending', detail, { cause });
  }
}

/** Tells by signals when calls are answered by somebody else. */
function watchApprovals(
  calls: readonly AwaitedCall[],
  { approvals, principal, signal }: Asking,
): Disposable & { signalOf(id: string): AbortSignal } {
  const done = new AbortController();
  const answered = new Map(calls.map(({ id }) => [id, new AbortController()]));
  const look = async () => {
    for (const [id, controller] of answered) {
      const approval = await approvals.get(id, principal);
      if (approval?.status !== 'pending') controller.abort();
    }
  };
  const watch = async () => {
    for await (const _ of approvals.follow(principal, AbortSignal.any([done.signal, signal]))) await look();
  };
  // What cannot be followed is answered here alone.
  watch().catch(() => undefined);
  return {
    signalOf: (id) => answered.get(id)?.signal ?? done.signal,
    [Symbol.dispose]: () => done.abort(),
  };
}
