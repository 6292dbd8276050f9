import type { AgentContext, PromptResponse, SessionUpdate, StopReason } from '@agentclientprotocol/sdk';
import { untilAborted } from '../../async/until-aborted.ts';
import { ApiError, toApiError } from '../../call/errors.ts';
import { newId } from '../../runs/ids.ts';
import type { AwaitedCall, RunOutcome } from '../../runs/run-events.ts';
import type { UserPart } from '../../store/messages.ts';
import { askForPermissions } from './permissions.ts';
import type { AcpCaller, AcpPorts, SessionRun, StoredSession } from './ports.ts';
import { replay } from './replay.ts';
import type { Session } from './session.ts';
import { toFailureUpdate, toUpdates } from './updates.ts';

interface TurnOptions extends AcpCaller {
  readonly ports: AcpPorts;
  readonly session: Session;
  readonly client: Pick<AgentContext, 'request' | 'notify'>;
  readonly hasNotices: boolean;
}

/**
 * One turn: what a user says, and the runs that answer it, as many as there are answers to approvals in between; or what goes on in a
 * conversation that is loaded.
 */
export class Turn {
  readonly #options: TurnOptions;
  readonly #ended = Promise.withResolvers<void>();
  readonly #cancelled = new AbortController();
  readonly #gone = new AbortController();
  #run: SessionRun | undefined;
  #isHeard = true;
  /** Whether the user may give up on what waits for an answer. */
  #givesUp = true;
  /** Whether its run ends with the editor. */
  #isOwn = false;

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

  /** Ends it soon, as {@link Turn.cancel} does; what waits for a person goes on waiting. */
  close(reason: string): void {
    this.#givesUp = false;
    this.cancel(reason);
  }

  /** Tells of what goes on in a conversation already, and asks what waits there for a person. To be called once. Never throws. `after`: when. */
  async join(stored: StoredSession, after: Promise<unknown>): Promise<void> {
    const { session, hasNotices, ports } = this.#options;
    try {
      await Promise.all([session.begin(this), after]);
      if (!this.#cancelled.signal.aborted) await this.#join(stored);
    } catch (cause) {
      if (!this.#isHeard) return;
      const error = toApiError(cause);
      if (error.code === 'internal') ports.log.error({ err: cause }, 'a loaded session broke inside the server');
      const update = toFailureUpdate(error.message, { hasNotices });
      if (update) await this.#tell(update);
    } finally {
      this.#ended.resolve();
    }
  }

  async #join({ conversationKey, awaited, active }: StoredSession): Promise<void> {
    const { ports, session } = this.#options;
    session.attached(ports.attach(conversationKey, session.additions));
    if (active) {
      await this.#answerBy(active.run, active.historyCount);
      await this.#tellTitle();
    } else if (awaited.length) {
      const next = await this.#askFor(awaited, conversationKey);
      if (next) await this.#answerBy(next);
    }
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
    this.#isOwn = true;
    const run = await ports.startRun(agentId, {
      ...session.additions,
      principal,
      conversationId: session.id,
      folder: session.cwd,
      messages: [{ id: newId('msg'), role: 'user', content }],
      signal: this.#cancelled.signal,
    });
    session.attached(ports.attach(run.conversationKey, session.additions));
    return this.#answerBy(run);
  }

  /** Follows a run, and those that go on from it. `historyCount`: how many messages were there when it began, if it was begun elsewhere. */
  async #answerBy(first: SessionRun, historyCount?: number): Promise<StopReason> {
    for (let run = first; ; ) {
      const outcome = await this.#follow(run, historyCount);
      if (outcome.status !== 'finished' || !outcome.approvals?.length) return toStopReason(outcome);
      const next = await this.#askFor(outcome.approvals, run.conversationKey);
      if (!next) return 'cancelled';
      run = next;
    }
  }

  /** Tells the editor of a run, to its end. */
  async #follow(run: SessionRun, historyCount?: number): Promise<RunOutcome> {
    const { session, hasNotices } = this.#options;
    this.#run = run;
    const { aborted, reason } = this.#cancelled.signal;
    if (aborted) run.cancel(reason.message);
    // A run that goes on without this editor is not read to its end.
    const signal = this.#isOwn ? undefined : this.#gone.signal;
    try {
      for await (const { event } of run.events(signal)) {
        if (event.type === 'run-ended') return event.outcome;
        for (const update of toUpdates(event, { cwd: session.cwd, hasNotices })) await this.#tell(update);
      }
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.code !== 'events-gone' || historyCount === undefined) throw cause;
      await this.#tellStored(run, historyCount);
      return { status: 'finished', pending: [] };
    }
    if (signal?.aborted) return { status: 'cancelled', reason: EDITOR_LEFT };
    throw new ApiError('internal', 'The run has no end');
  }

  /** Tells what a run has said once it has ended, where its events are not held any more. */
  async #tellStored(run: SessionRun, historyCount: number): Promise<void> {
    const { ports, principal, session } = this.#options;
    await untilAborted(run.ended, this.#gone.signal);
    const messages = (await ports.findSession(session.id, principal))?.messages ?? [];
    for (const update of replay(messages.slice(historyCount), session.cwd)) await this.#tell(update);
  }

  async #askFor(calls: readonly AwaitedCall[], key: string) {
    const { ports, principal } = this.#options;
    const { signal } = this.#cancelled;
    const { hasGivenUp, resumedBy } = await askForPermissions(calls, {
      ...this.#options,
      approvals: ports.approvals,
      signal,
    });
    if (resumedBy !== undefined) return ports.findRun(resumedBy, principal);
    // An editor that is gone gives up on nothing: somebody else may answer.
    if (hasGivenUp && this.#givesUp) await ports.approvals.cancel(key);
    return undefined;
  }

  async #tellTitle(): Promise<void> {
    const { ports, principal, session } = this.#options;
    const title = await ports.findTitle(session.id, principal);
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
    this.#givesUp = false;
    this.#gone.abort();
    if (this.#isOwn) this.cancel(EDITOR_LEFT);
    else this.#cancelled.abort(new DOMException(EDITOR_LEFT, 'AbortError'));
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
  if (outcome.status === 'cancelled') return 'cancelled';
  return STOPPED_BY[outcome.stoppedBy ?? ''] ?? 'end_turn';
}
