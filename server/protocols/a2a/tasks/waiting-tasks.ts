import { ApiError } from '../../../call/errors.ts';
import type { Principal } from '../../../call/principal.ts';
import type { TaskRecord, TasksStore } from '../../../store/stored-tasks.ts';
import { extendForViewer, type SurfaceViewer } from '../../../surfaces/render-ui.ts';
import type { A2aMessage, A2aUpdate } from '../json.ts';
import type { ContinuingRun, TaskAnswer } from '../task-ports.ts';
import type { MessageDecision } from './decisions.ts';
import type { LiveTask } from './live-task.ts';
import type { LiveTasks } from './live-tasks.ts';
import { readTaskBody } from './stored-task.ts';
import { CANCELED_BY_CLIENT, toA2aStatus } from './task-status.ts';

/** Ports that waiting tasks are built on. */
export interface WaitingTasksOptions {
  readonly store: Pick<TasksStore, 'get' | 'save' | 'waiting' | 'now'>;
  /** Answers a call that waits; the last answer starts a run, of which {@link WaitingTasks.runStarted} is told. */
  answer(answer: TaskAnswer): Promise<unknown>;
  /** The ids of the calls of a conversation that still wait for an answer. */
  pending(conversationKey: string): Promise<readonly string[]>;
  /** Gives up on the calls of a conversation that wait. */
  cancelApprovals(conversationKey: string): Promise<void>;
  /** Told of each change of a task but the pieces of its answer, in order. */
  onUpdate(taskId: string, update: A2aUpdate): void;
  readonly log: { error(details: object, message: string): void };
}

/** A message to a task that waits. */
interface TaskReply {
  readonly id: string;
  readonly contextId: string;
  readonly message: A2aMessage;
  readonly principal: Principal;
  /** Absent for a caller that shows no surfaces of A2UI. */
  readonly viewer: SurfaceViewer | undefined;
}

/** The tasks that wait for a person. Each goes on as a live task when its calls are answered. */
export class WaitingTasks {
  readonly #options: WaitingTasksOptions;
  readonly #live: LiveTasks;
  /** By the key of their conversation, which runs nothing else while a task waits on it. */
  readonly #waiting = new Map<string, { readonly id: string; readonly agentId: string }>();
  /** The messages that answer tasks right now, by task, for their histories. */
  readonly #replies = new Map<string, A2aMessage>();
  /** The tasks that are about to go on, by id. */
  readonly #continuing = new Map<string, Promise<void>>();

  constructor(live: LiveTasks, options: WaitingTasksOptions) {
    this.#live = live;
    this.#options = options;
  }

  /** Finds the tasks that waited when the server last stopped; to be called once, first. */
  async open(): Promise<void> {
    for (const { conversationKey, id, agentId } of await this.#options.store.waiting()) {
      this.#waiting.set(conversationKey, { id, agentId });
    }
  }

  add({ conversationKey, id, agentId }: LiveTask): void {
    this.#waiting.set(conversationKey, { id, agentId });
  }

  /** Answers what a task waits for. Returns it once it goes on, or undefined while other calls of it wait. Throws when the approvals are gone. */
  async answer(reply: TaskReply, decisions: readonly MessageDecision[]): Promise<LiveTask | undefined> {
    const { id, contextId, message, principal, viewer } = reply;
    const extend = extendForViewer(contextId, viewer);
    const answers = await this.#toAnswers(reply, decisions);
    this.#replies.set(id, { ...message, taskId: id, contextId });
    try {
      for (const [approvalId, decision] of answers) {
        await this.#options.answer({ ...decision, id: approvalId, principal, extend });
      }
      await this.#continuing.get(id);
    } finally {
      this.#replies.delete(id);
    }
    return this.#live.get(id);
  }

  /** To be told of each run that starts: the task that waits on its conversation goes on with it, or waits no longer. */
  runStarted(run: ContinuingRun): void {
    const waiting = this.#waiting.get(run.conversationKey);
    if (!waiting) return;
    this.#waiting.delete(run.conversationKey);
    const { id, agentId } = waiting;
    const continuing = this.#continue(agentId, id, run).catch((err) =>
      this.#options.log.error({ err, taskId: id }, 'a task could not go on'),
    );
    this.#continuing.set(id, continuing);
    void continuing.then(() => this.#continuing.delete(id));
  }

  /** Ends a task that waits. False when it waits no longer. */
  async cancel(agentId: string, id: string): Promise<boolean> {
    const stored = await this.#options.store.get(agentId, id);
    if (stored?.state !== 'input-required' || !this.#waiting.delete(stored.conversationKey)) return false;
    await this.#options.cancelApprovals(stored.conversationKey);
    await this.#end(stored, CANCELED_BY_CLIENT);
    return true;
  }

  /** Resolves when a task that is about to go on is live; at once when there is none of that id. */
  async continued(id: string): Promise<void> {
    await this.#continuing.get(id);
  }

  /** Resolves when all tasks that are about to go on are live. */
  async settled(): Promise<void> {
    await Promise.all(this.#continuing.values());
  }

  /** The decision for each call. Throws when no call waits, or when a decision names one that does not. */
  async #toAnswers(
    { id }: TaskReply,
    decisions: readonly MessageDecision[],
  ): Promise<Map<string, Omit<MessageDecision, 'approvalId'>>> {
    const [conversationKey] = [...this.#waiting].find(([, task]) => task.id === id) ?? [];
    const pending = conversationKey === undefined ? [] : await this.#options.pending(conversationKey);
    if (!pending.length) throw new ApiError('approval-resolved', `What the task ${id} waited for was answered before`);
    const unknown = decisions.find(({ approvalId }) => approvalId !== undefined && !pending.includes(approvalId));
    if (unknown) throw new ApiError('approval-not-found', `The task ${id} waits for no approval ${unknown.approvalId}`);
    return new Map(
      decisions.flatMap(({ approvalId, ...decision }) =>
        (approvalId === undefined ? pending : [approvalId]).map((one) => [one, decision] as const),
      ),
    );
  }

  async #continue(agentId: string, id: string, run: ContinuingRun): Promise<void> {
    // The answer may come before it is stored that the task waits.
    await this.#live.get(id)?.ended;
    const stored = await this.#options.store.get(agentId, id);
    if (!stored) return;
    if (!run.isResumed) return this.#end(stored, 'The conversation went on without an answer');
    const { history, artifacts } = readTaskBody(stored);
    const { contextId, conversationKey, owner } = stored;
    const reply = this.#replies.get(id);
    const task = this.#live.add({
      id,
      agentId,
      owner,
      contextId,
      conversationKey,
      history: reply ? [...history, reply] : history,
      artifacts,
    });
    this.#live.drive(task, async () => run.follow());
  }

  async #end(stored: TaskRecord, detail: string): Promise<void> {
    const body = { ...stored.body, approvals: [] };
    const ended = { ...stored, body, state: 'canceled' as const, detail, changedAt: this.#options.store.now() };
    await this.#options.store.save(ended);
    const { id: taskId, contextId } = ended;
    this.#options.onUpdate(taskId, { statusUpdate: { taskId, contextId, status: toA2aStatus(ended, ended) } });
  }
}
