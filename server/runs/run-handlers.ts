import type { AppHandlers } from '../../contract/index.ts';
import { ApiError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import { type NumberedEvents, numberEvents, readLastEventId } from '../call/numbered-events.ts';
import type { Principal } from '../call/principal.ts';
import type { ApprovalRecord, RunStep, Store } from '../store/store.ts';
import type { FoundRun } from './found-run.ts';
import type { LoggedEvent } from './log-reader.ts';
import { type IncludedEvents, type PromptEvents, PromptTranslation } from './prompt-events.ts';
import { toListedRun, toRun, toSums } from './run-views.ts';
import type { Runs } from './runs.ts';
import { toStep } from './step-views.ts';

interface RunHandlersOptions {
  readonly runs: Runs;
  readonly store: Pick<Store['runs'], 'list' | 'steps' | 'sums'>;
  readonly approvals: Pick<Store['approvals'], 'get'>;
}

/** Runs over the wire. */
export function createRunHandlers({
  runs,
  store,
  approvals: approvalsStore,
}: RunHandlersOptions): AppHandlers<RequestContext>['runs'] {
  async function findApprovals(steps: readonly RunStep[]): Promise<ApprovalRecord[]> {
    const ids = steps.flatMap(({ toolCalls }) => toolCalls.flatMap(({ approvalId }) => approvalId ?? []));
    const found = await Promise.all(ids.map((id) => approvalsStore.get(id)));
    return found.filter((approval) => approval !== undefined);
  }

  return {
    async list({ input, context: { principal } }) {
      const { agent_id: agentId, conversation_id: conversationId, parent_run_id: parentRunId, ...page } = input;
      const query = { agentId, conversationId, parentRunId, principal, ...page };
      const { runs: found, nextCursor } = await store.list(query);
      return { runs: found.map(toListedRun), next_cursor: nextCursor, sums: toSums(await store.sums(query)) };
    },
    get: async ({ input, context }) => toRun((await findRun(runs, input.run_id, context.principal)).record),
    async steps({ input, context: { principal } }) {
      const { record } = await findRun(runs, input.run_id, principal);
      const steps = await store.steps(record.key);
      const approvals = await findApprovals(steps);
      return {
        run_id: record.id,
        status: record.status,
        steps: steps.map((step) => toStep(step, { isOver: record.status !== 'running', approvals })),
      };
    },
    async events({ input, context, signal }) {
      const after = readLastEventId(context.headers['last-event-id']) ?? input.after ?? 0;
      const found = await findRun(runs, input.run_id, context.principal);
      return followRun(found, { after, include: input.include, signal });
    },
    async cancel({ input, context: { principal } }) {
      const { run } = await findRun(runs, input.run_id, principal);
      run?.cancel('cancelled by the user');
      await run?.ended;
      return toRun((await findRun(runs, input.run_id, principal)).record);
    },
  };
}

/** The run with this id of the server. Throws a 404 when there is none that the principal may see. */
export async function findRun(runs: Runs, id: string, principal: Principal): Promise<FoundRun> {
  const found = await runs.findById(id, principal);
  if (!found) throw runNotFound(id);
  return found;
}

/** Throws a 409 where a run that the principal may see has this id already. */
export async function refuseTakenId(runs: Runs, id: string | undefined, principal: Principal): Promise<void> {
  if (id === undefined || !(await runs.findById(id, principal))) return;
  throw new ApiError('run-exists', `Run with ID '${id}' already exists`);
}

/** The error for an id that no run has. */
export const runNotFound = (id: string) => new ApiError('run-not-found', `Run not found: ${id}`);

interface FollowOptions {
  /** The number of the last event that the reader has; 0: none. */
  readonly after: number;
  readonly include?: IncludedEvents | undefined;
  readonly signal: AbortSignal;
}

/** The events of a run as a prompt streams them, from the one after number `after` on. */
export function followRun(
  { record, events }: FoundRun,
  { after, include, signal }: FollowOptions,
): NumberedEvents<PromptEvents> {
  const translation = new PromptTranslation({ conversationId: record.conversationId, include });
  const tell = (logged: LoggedEvent) => {
    const told = translation.translate(logged);
    return told ? [told] : [];
  };
  return numberEvents(events(signal), tell, after);
}
