/** Tasks of A2A as runs. */
import type { AnswerApproval } from '../approvals/answer-approvals.ts';
import { EVERYBODY } from '../call/principal.ts';
import type { A2a } from '../protocols/a2a/open-a2a.ts';
import type { RunOfTask, TaskAnswer, TaskEvent, TaskRun, TaskRunRequest } from '../protocols/a2a/task-ports.ts';
import type { Run } from '../runs/active-run.ts';
import type { FoundRun } from '../runs/found-run.ts';
import type { LoggedEvent } from '../runs/log-reader.ts';
import type { Runs } from '../runs/runs.ts';
import { type StartRun, toUserMessages } from '../runs/start-run.ts';
import type { Store } from '../store/store.ts';

interface TaskRunParts {
  readonly startRun: StartRun;
  readonly runs: Pick<Runs, 'findById'>;
  readonly store: {
    readonly approvals: Pick<Store['approvals'], 'open' | 'cancelOpen' | 'get'>;
    readonly conversations: Pick<Store['conversations'], 'find'>;
  };
  readonly answerApproval: AnswerApproval;
}

/** What tasks do with runs. They start on the conversation that is the context of the task, once that is free, and go on without readers. */
export function createTaskRuns({ startRun, runs, store, answerApproval }: TaskRunParts) {
  const { approvals } = store;
  const finder = new RunFinder(runs, store.conversations);
  return {
    async startRun({ agentId, contextId, parts, ...request }: TaskRunRequest): Promise<TaskRun> {
      const run = await startRun(agentId, {
        ...request,
        conversationId: contextId,
        messages: toUserMessages(parts),
        history: 'stored',
        whenBusy: 'queue',
        detached: true,
      });
      return finder.toOwn(run);
    },
    findRun: (run: RunOfTask) => finder.find(run),
    answer: ({ principal, extend, ...decision }: TaskAnswer) => answerApproval(decision, { principal, extend }),
    async pending(conversationKey: string): Promise<string[]> {
      const open = await approvals.open(conversationKey);
      return open.filter(({ status }) => status === 'pending').map(({ id }) => id);
    },
    async resumedBy(approvalId: string): Promise<string | undefined> {
      const approval = await approvals.get(approvalId);
      return approval?.status === 'cancelled' ? undefined : (approval?.resumedBy ?? undefined);
    },
    cancelApprovals: (conversationKey: string) => approvals.cancelOpen(conversationKey),
  };
}

interface AnnounceParts {
  readonly runs: Pick<Runs, 'findById' | 'onStart' | 'onTaken'>;
  readonly store: Pick<TaskRunParts['store'], 'conversations'>;
}

/** Announces every run that starts here, or comes to this process, to A2A: a task may wait for it. */
export function announceRuns(a2a: Pick<A2a, 'runStarted' | 'runTaken'>, { runs, store }: AnnounceParts): void {
  const finder = new RunFinder(runs, store.conversations);
  runs.onStart((run, how) => {
    const { storedId: id, conversationKey } = run;
    a2a.runStarted({ id, conversationKey, ...how, follow: () => finder.toOwn(run) });
  });
  runs.onTaken(({ conversationKey }) => void a2a.runTaken(conversationKey));
}

/** Runs as tasks follow them, whichever process executes them. */
class RunFinder {
  readonly #runs: Pick<Runs, 'findById'>;
  readonly #conversations: Pick<Store['conversations'], 'find'>;

  constructor(runs: Pick<Runs, 'findById'>, conversations: Pick<Store['conversations'], 'find'>) {
    this.#runs = runs;
    this.#conversations = conversations;
  }

  /** The run of a task, with what it has done; undefined when it never began, or nobody executes it now. */
  async find(of: RunOfTask): Promise<TaskRun | undefined> {
    const found = await this.#findStored(of);
    if (!found) return undefined;
    const past = (await found.soFar()).filter(({ event }) => event.type !== 'run-ended');
    return toTaskRun(found, past, (past.at(-1)?.id ?? 0) + 1);
  }

  /** A run of this process, from its beginning. */
  toOwn(run: Run): TaskRun {
    const of = { id: run.storedId, conversationKey: run.conversationKey };
    return { ...followRun(run, [], 1), isHere: true, later: (event) => this.#findFrom(of, event) };
  }

  async #findFrom(of: RunOfTask, { id }: TaskEvent): Promise<TaskRun | undefined> {
    const found = await this.#findStored(of);
    return found && toTaskRun(found, [], id);
  }

  async #findStored({ id, conversationKey }: RunOfTask): Promise<FoundRun | undefined> {
    const conversation = conversationKey === '' ? undefined : await this.#conversations.find(conversationKey);
    // Only its owner's is the one of that id; that of a run which may not have begun was made here, and is no other's.
    const principal = conversation ? { name: conversation.owner ?? undefined, seesAll: false } : EVERYBODY;
    return this.#runs.findById(id, principal);
  }
}

/** A found run from event number `from` on; undefined when it goes on, and nobody executes it now. */
function toTaskRun(found: FoundRun, past: readonly LoggedEvent[], from: number): TaskRun | undefined {
  const { record, run } = found;
  if (run) return followRun(run, past, from);
  if (record.status === 'running') return undefined;
  const { id, conversationKey } = record;
  const events = (signal: AbortSignal) => skipTo(from, found.events(signal));
  return { id, conversationKey, isHere: false, past, events, cancel: () => undefined };
}

// A task holds its whole answer, however fast the model speaks and however slow the store is.
const followRun = (run: Run, past: readonly LoggedEvent[], from: number): TaskRun => ({
  id: run.storedId,
  conversationKey: run.conversationKey,
  isHere: false,
  past,
  events: (signal) =>
    run.events({ isAwaited: true, from, signal: run.left ? AbortSignal.any([signal, run.left]) : signal }),
  left: run.left,
  cancel: (reason) => run.cancel(reason),
});

/** The events from a number on, and the end in any case. */
async function* skipTo(from: number, events: AsyncIterable<LoggedEvent>): AsyncGenerator<LoggedEvent, void> {
  for await (const logged of events) if (logged.id >= from || logged.event.type === 'run-ended') yield logged;
}
