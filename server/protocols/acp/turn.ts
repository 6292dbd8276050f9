import type { AgentContext, PromptResponse, SessionUpdate, StopReason } from '@agentclientprotocol/sdk';
import { ApiError, drainingError } from '../../call/errors.ts';
import { newId } from '../../runs/ids.ts';
import { type RunOutcome, SHUTTING_DOWN } from '../../runs/run-events.ts';
import type { UserPart } from '../../store/messages.ts';
import { askForPermissions } from './permissions.ts';
import type { AcpCaller, AcpPorts, SessionRun } from './ports.ts';
import type { Session } from './session.ts';
import { toUpdate } from './updates.ts';

interface TurnOptions extends AcpCaller {
  readonly ports: AcpPorts;
  readonly session: Session;
  readonly client: Pick<AgentContext, 'request' | 'notify'>;
  readonly hasNotices: boolean;
}

/** One turn: what a user says, and the runs that answer it, as many as there are answers to approvals in between. */
export class Turn {
  readonly #options: TurnOptions;
  readonly #ended = Promise.withResolvers<void>();
  readonly #cancelled = new AbortController();
  #run: SessionRun | undefined;
  #isHeard = true;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Ends it soon. */
  cancel(reason: string): void {
    this.#cancelled.abort(new DOMException(reason, 'AbortError'));
    this.#run?.cancel(reason);
  }

  /** Takes the turn to its end. To be called once. Throws why there is no whole answer. */
  async take(content: readonly UserPart[]): Promise<PromptResponse> {
    try {
      await this.#options.session.begin(this);
      await this.#options.admit?.();
      const stopReason = await this.#answer(content);
      await this.#tellTitle();
      return { stopReason };
    } catch (cause) {
      // It was told to end before it had begun.
      if (this.#cancelled.signal.aborted && !this.#run) return { stopReason: 'cancelled' };
      throw cause;
    } finally {
      this.#ended.resolve();
    }
  }

  async #answer(content: readonly UserPart[]): Promise<StopReason> {
    const { ports, agentId, principal, session } = this.#options;
    this.#cancelled.signal.throwIfAborted();
    let run = await ports.startRun(agentId, {
      ...session.additions,
      principal,
      conversationId: session.id,
      messages: [{ id: newId('msg'), role: 'user', content }],
      signal: this.#cancelled.signal,
    });
    session.attached(ports.attach(run.conversationKey, session.additions));
    for (;;) {
      const outcome = await this.#follow(run);
      if (outcome.status !== 'finished' || !outcome.approvals?.length) return toStopReason(outcome);
      const next = await this.#askFor(outcome.approvals, run.conversationKey);
      if (!next) return 'cancelled';
      run = next;
    }
  }

  /** Tells the editor of a run, to its end. */
  async #follow(run: SessionRun): Promise<RunOutcome> {
    const { session, hasNotices } = this.#options;
    this.#run = run;
    const { aborted, reason } = this.#cancelled.signal;
    if (aborted) run.cancel(reason.message);
    for await (const { event } of run.events) {
      if (event.type === 'run-ended') return event.outcome;
      const update = toUpdate(event, { cwd: session.cwd, hasNotices });
      if (update) await this.#tell(update);
    }
    throw new ApiError('internal', 'The run has no end');
  }

  async #askFor(calls: NonNullable<Extract<RunOutcome, { status: 'finished' }>['approvals']>, key: string) {
    const { ports, principal } = this.#options;
    const { signal } = this.#cancelled;
    const { hasGivenUp, resumedBy } = await askForPermissions(calls, {
      ...this.#options,
      approvals: ports.approvals,
      signal,
    });
    if (resumedBy !== undefined) return ports.findRun(resumedBy, principal);
    // An editor that is gone gives up on nothing: somebody else may answer.
    if (hasGivenUp && this.#isHeard) await ports.approvals.cancel(key);
    return undefined;
  }

  async #tellTitle(): Promise<void> {
    const { ports, principal, session } = this.#options;
    const title = (await ports.findSession(session.id, principal))?.title;
    if (!title || title === session.title) return;
    session.title = title;
    await this.#tell({ sessionUpdate: 'session_info_update', title });
  }

  /** Waits until it is on its way. Once the editor is gone nothing is told any more. */
  async #tell(update: SessionUpdate): Promise<void> {
    if (!this.#isHeard) return;
    const { client, session } = this.#options;
    try {
      await client.notify('session/update', { sessionId: session.id, update });
    } catch {
      this.left();
    }
  }

  /** The editor is gone. */
  left(): void {
    this.#isHeard = false;
    this.cancel(EDITOR_LEFT);
  }
}

/** The reason of runs whose editor is gone. */
const EDITOR_LEFT = 'the caller left';

const STOPPED_BY: Readonly<Record<string, StopReason>> = {
  'max-steps': 'max_turn_requests',
  length: 'max_tokens',
  'content-filter': 'refusal',
};

function toStopReason(outcome: RunOutcome): StopReason {
  if (outcome.status === 'failed') throw new ApiError(outcome.code, outcome.detail);
  if (outcome.status === 'cancelled') {
    if (outcome.reason === SHUTTING_DOWN) throw drainingError();
    return 'cancelled';
  }
  return STOPPED_BY[outcome.stoppedBy ?? ''] ?? 'end_turn';
}
