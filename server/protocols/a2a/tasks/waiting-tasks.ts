import { ApiError } from '../../../call/errors.ts';
import type { Principal } from '../../../call/principal.ts';
import type { TaskRecord, TasksStore } from '../../../store/stored-tasks.ts';
import { extendForViewer, type SurfaceViewer } from '../../../surfaces/render-ui.ts';
import type { A2aMessage } from '../json.ts';
import type { ContinuingRun, RunOfTask, TaskAnswer, TaskRun } from '../task-ports.ts';
import type { MessageDecision } from './decisions.ts';
import type { LiveTask } from './live-task.ts';
import type { LiveTasks } from './live-tasks.ts';
import { readTaskBody } from './stored-task.ts';
import { changeTask, type TaskKeeperOptions, toCanceled } from './task-keeper.ts';
import { CANCELED_BY_CLIENT } from './task-status.ts';

/** Ports that waiting tasks are built on. */
export interface WaitingTasksOptions extends TaskKeeperOptions {
  readonly store: TaskKeeperOptions['store'] & Pick<TasksStore, 'waitingOn' | 'leftBehind'>;
  /** Answers a call that waits; the last answer starts a run, of which {@link WaitingTasks.runStarted} is told. */
  answer(answer: TaskAnswer): Promise<unknown>;
  /** The ids of the calls of a conversation that still wait for an answer. */
  pending(conversationKey: string): Promise<readonly string[]>;
  /** The id of the run that acts on the answer to a call; undefined when none does. */
  resumedBy(approvalId: string): Promise<string | undefined>;
  /** Gives up on the calls of a conversation that wait. */
  cancelApprovals(conversationKey: string): Promise<void>;
  findRun(run: RunOfTask): Promise<TaskRun | undefined>;
  readonly log: { error(details: object, message: string): void };
}

/** How often a task is looked at again that changes while it is being ended. */
const MAX_TRIES = 10;

/** A message to a task that waits. */
interface TaskReply {
  readonly id: string;
  readonly agentId: string;
  readonly contextId: string;
  /** As the history keeps it. */
  readonly message: A2aMessage;
  readonly principal: Principal;
  /** Absent for a caller that shows no surfaces of A2UI. */
  readonly viewer: SurfaceViewer | undefined;
}

/** The run that a task goes on with. */
type NextRun = Pick<ContinuingRun, 'id' | 'follow'>;

/** The tasks that wait for a person. Each goes on as a live task, in the process where the last of its calls is answered. */
export class WaitingTasks {
  readonly #options: WaitingTasksOptions;
  readonly #live: LiveTasks;
  /** The messages that answer tasks right now, by task, for their histories. */
  readonly #replies = new Map<string, A2aMessage>();
  /** The looks for tasks that are about to go on, by the key of their conversation. */
  readonly #looking = new Map<string, Promise<void>>();

  constructor(live: LiveTasks, options: WaitingTasksOptions) {
    this.#live = live;
    this.#options = options;
  }

  /** Answers what a task waits for. Returns it once it goes on here, or undefined. Throws when the approvals are gone. */
  async answer(reply: TaskReply, decisions: readonly MessageDecision[]): Promise<LiveTask | undefined> {
    const { id, agentId, contextId, message, principal, viewer } = reply;
    const extend = extendForViewer(contextId, viewer);
    const stored = await this.#options.store.get(agentId, id);
    const answers = await this.#toAnswers(id, stored, decisions);
    this.#replies.set(id, { ...message, taskId: id, contextId });
    try {
      for (const [approvalId, decision] of answers) {
        await this.#options.answer({ ...decision, id: approvalId, principal, extend });
      }
      await this.continued(stored?.conversationKey ?? '');
    } finally {
      this.#replies.delete(id);
    }
    return this.#live.get(id);
  }

  /** To be told of each run that starts here: the task that waits on its conversation goes on with it, or waits no longer. */
  runStarted(run: ContinuingRun): void {
    // The answer may come before it is stored that the task waits.
    const before = this.#live.on(run.conversationKey);
    // One that is stored as waiting from now on finds the run: it looks behind itself.
    if (!before && run.hasWaitingTask === false) return;
    void this.#inTurn(run.conversationKey, async () => {
      await before?.ended;
      const stored = await this.#options.store.waitingOn(run.conversationKey);
      if (stored && stored.runId !== run.id) await this.#goOn(stored, run.isResumed ? run : undefined);
    });
  }

  /** Lets tasks go on whose conversation did before it was stored that they wait, or whose process died before they went on. */
  async goOnLate(conversationKey?: string): Promise<void> {
    for (const { conversationKey: key, id } of await this.#options.store.leftBehind(conversationKey)) {
      await this.#inTurn(key, async () => {
        const stored = await this.#options.store.waitingOn(key);
        if (stored?.id !== id) return;
        const run = await this.#findNext(stored);
        if (run !== 'none yet') await this.#goOn(stored, run);
      });
    }
  }

  /** Ends a task that waits. False when it waits no longer. */
  async cancel(agentId: string, id: string): Promise<boolean> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const stored = await this.#options.store.get(agentId, id);
      if (stored?.state !== 'input-required') return false;
      await this.#options.cancelApprovals(stored.conversationKey);
      if (await this.#end(stored, CANCELED_BY_CLIENT)) return true;
      // It has gone on meanwhile, and may wait for something else by now.
    }
    return false;
  }

  /** Whether a task may be about to go on with a conversation. */
  isAboutToGoOn(conversationKey: string): boolean {
    return this.#looking.has(conversationKey);
  }

  /** Resolves when a task that is about to go on with a conversation is live; at once when there is none. */
  async continued(conversationKey: string): Promise<void> {
    await this.#looking.get(conversationKey);
  }

  /** Resolves when all tasks that are about to go on are live. */
  async settled(): Promise<void> {
    await Promise.all(this.#looking.values());
  }

  /** The decision for each call. Throws when no call waits, or when a decision names one that does not. */
  async #toAnswers(
    id: string,
    stored: TaskRecord | undefined,
    decisions: readonly MessageDecision[],
  ): Promise<Map<string, Omit<MessageDecision, 'approvalId'>>> {
    const isWaiting = stored?.state === 'input-required';
    const pending = isWaiting ? await this.#options.pending(stored.conversationKey) : [];
    if (!pending.length) throw new ApiError('approval-resolved', `What the task ${id} waited for was answered before`);
    const unknown = decisions.find(({ approvalId }) => approvalId !== undefined && !pending.includes(approvalId));
    if (unknown) throw new ApiError('approval-not-found', `The task ${id} waits for no approval ${unknown.approvalId}`);
    return new Map(
      decisions.flatMap(({ approvalId, ...decision }) =>
        (approvalId === undefined ? pending : [approvalId]).map((one) => [one, decision] as const),
      ),
    );
  }

  /** Does work once what was begun before on the conversation is done. A failure is logged. */
  #inTurn(conversationKey: string, work: () => Promise<void>): Promise<void> {
    const done = (this.#looking.get(conversationKey) ?? Promise.resolve())
      .then(work)
      .catch((err) => this.#options.log.error({ err }, 'a task could not go on'))
      .then(() => {
        if (this.#looking.get(conversationKey) === done) this.#looking.delete(conversationKey);
      });
    this.#looking.set(conversationKey, done);
    return done;
  }

  /** The run that acts on what a task waited for; undefined when none will, and `none yet` when it is not known. */
  async #findNext(stored: TaskRecord): Promise<NextRun | 'none yet' | undefined> {
    const { conversationKey } = stored;
    const { approvals } = readTaskBody(stored);
    const resumedBy = await Promise.all(approvals.map(({ id }) => this.#options.resumedBy(id)));
    const id = resumedBy.find((run) => run !== undefined);
    if (id === undefined) {
      const pending = await this.#options.pending(conversationKey);
      return approvals.some((approval) => pending.includes(approval.id)) ? 'none yet' : undefined;
    }
    const run = await this.#options.findRun({ id, conversationKey });
    return run ? { id, follow: () => run } : 'none yet';
  }

  /** Lets a task go on with a run; ends it without one. */
  async #goOn(stored: TaskRecord, run: NextRun | undefined): Promise<void> {
    if (!run) {
      await this.#end(stored, 'The conversation went on without an answer');
      return;
    }
    const { history, artifacts: before } = readTaskBody(stored);
    const { id, agentId, contextId, conversationKey, owner, updates } = stored;
    const reply = this.#replies.get(id);
    const task = this.#live.add(
      {
        id,
        agentId,
        owner,
        contextId,
        run: { id: run.id, conversationKey },
        history: reply ? [...history, reply] : history,
        before,
      },
      { is: 'waiting', updates },
    );
    this.#live.drive(task, async () => run.follow());
  }

  async #end(stored: TaskRecord, detail: string): Promise<boolean> {
    const changedAt = this.#options.store.now();
    return changeTask(this.#options, toCanceled(stored, { is: 'waiting', changedAt, detail }));
  }
}
