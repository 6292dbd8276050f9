import type { AppHandlers } from '../../contract/index.ts';
import { ApiError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import {
  type Numbered,
  type NumberedEvents,
  numberAfterGap,
  readLastEventId,
  withNumbers,
} from '../call/numbered-events.ts';
import type { Principal } from '../call/principal.ts';
import type { RunRecord, Store } from '../store/store.ts';
import { type FoundRun, outcomeOf } from './found-run.ts';
import { type PromptEvents, PromptTranslation } from './prompt-events.ts';
import type { RunOutcome } from './run-events.ts';
import type { Runs } from './runs.ts';

interface RunHandlersOptions {
  readonly runs: Runs;
  readonly store: Pick<Store['runs'], 'list'>;
}

/** Runs over the wire. */
export function createRunHandlers({ runs, store }: RunHandlersOptions): AppHandlers<RequestContext>['runs'] {
  return {
    async list({ input: { agent_id: agentId, conversation_id: conversationId, ...page }, context: { principal } }) {
      const found = await store.list({ agentId, conversationId, principal, ...page });
      return { runs: found.runs.map(toRun), next_cursor: found.nextCursor };
    },
    get: async ({ input, context }) => toRun((await findRun(runs, input.run_id, context.principal)).record),
    async events({ input, context, signal }) {
      const after = readLastEventId(context.headers['last-event-id']) ?? input.after ?? 0;
      return followRun(await findRun(runs, input.run_id, context.principal), after, signal);
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

/** The error for an id that no run has. */
export const runNotFound = (id: string) => new ApiError('run-not-found', `Run not found: ${id}`);

/** The events of a run as a prompt streams them, from the one after number `after` on. */
export function followRun(found: FoundRun, after: number, signal: AbortSignal): NumberedEvents<PromptEvents> {
  return withNumbers(numberEvents(found, after, signal));
}

async function* numberEvents(
  { record, events }: FoundRun,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Numbered<PromptEvents>> {
  const translation = new PromptTranslation(record.conversationId);
  let number = 0;
  let lastId = 0;
  for await (const { id, event } of events(signal)) {
    const translated = translation.translate(event);
    if (translated) number = id === lastId + 1 ? number + 1 : numberAfterGap(number);
    lastId = id;
    if (translated && number > after) yield { number, event: translated };
  }
}

function toRun(record: RunRecord) {
  const outcome = outcomeOf(record);
  return {
    id: record.id,
    given_id: record.givenId,
    agent_id: record.agentId,
    conversation_id: record.conversationId,
    status: record.status,
    background: record.isDetached,
    usage: { prompt_tokens: record.inputTokens, completion_tokens: record.outputTokens },
    outcome: outcome ? toWireOutcome(outcome) : null,
    started_at: record.startedAt,
    ended_at: record.endedAt,
  };
}

function toWireOutcome(outcome: RunOutcome) {
  const missing = outcome.missingServers && { missing_servers: [...outcome.missingServers] };
  const none = { ...missing, pending_tool_call_ids: [], approval_ids: [] };
  switch (outcome.status) {
    case 'finished':
      return {
        ...(outcome.stoppedBy && { stopped_by: outcome.stoppedBy }),
        pending_tool_call_ids: [...outcome.pending],
        approval_ids: (outcome.approvals ?? []).map(({ id }) => id),
        ...missing,
      };
    case 'cancelled':
      return { detail: outcome.reason, ...none };
    case 'failed':
      return { detail: outcome.detail, code: outcome.code, ...none };
  }
}
