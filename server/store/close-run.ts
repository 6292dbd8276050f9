import type { Transaction } from 'kysely';
import type { AnnouncedConversation } from './announce.ts';
import { appendMessages } from './append-messages.ts';
import { addApprovals, voidApprovals } from './approvals-store.ts';
import { countRun, durationOf, totalOf } from './count-runs.ts';
import { holdRows, isShared, timeIn } from './dialect.ts';
import { inOneGo } from './in-one-go.ts';
import { type Ownership, RunLostError } from './ownership.ts';
import { firstOf, prepareQuery } from './prepare-query.ts';
import { insertEvents } from './run-events-store.ts';
import { upsertSteps } from './run-steps-store.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';
import type { RunClosing } from './stored-runs.ts';

/** The rows of a run that was closed. */
export interface ClosedRun {
  readonly run: Tables['runs'];
  readonly conversation: AnnouncedConversation;
  /** Whether it said something to the conversation. */
  readonly hasMessages: boolean;
  /** The approvals that it has opened, and those that it has found void. */
  readonly approvals: readonly Tables['approvals'][];
}

interface CloseOptions {
  readonly ownership: Ownership;
  /** Whether it was tried before, and it is not known whether that was stored: what was is found again. */
  readonly isAgain?: boolean;
}

/** Stores what a run said and how it ended; nothing when it does not run. Throws {@link RunLostError} when another process has it. */
export async function closeRun(
  transaction: Transaction<Tables>,
  { key, messages, events, changedSteps = [], approvals = [], voided = [], ...end }: RunClosing,
  { ownership, isAgain = false }: CloseOptions,
): Promise<ClosedRun | undefined> {
  // Held before the run, as by those that begin one: each would wait for the other else.
  const [conversation, running] = await inOneGo(
    findConversation(transaction, { key }).then(firstOf),
    findOwned(transaction, key, ownership),
  );
  const hasMessages = messages.length > 0;
  if (!running) {
    const closed = isAgain && conversation && (await findClosed(transaction, key, voided));
    return closed ? { ...closed, conversation, hasMessages } : undefined;
  }
  const { run, end: storeEnd } = endRun(transaction, running, end);
  const added = approvals.length ? await addApprovals(transaction, run, approvals) : [];
  const changed = voided.length ? await voidApprovals(transaction, voided) : [];
  if (!conversation && hasMessages) throw new Error('a run said something to a conversation that is not there');
  await inOneGo(
    storeEnd(),
    conversation && hasMessages && appendMessages(transaction, conversation, messages),
    events && insertEvents(transaction, events),
    upsertSteps(transaction, { runKey: key, steps: changedSteps }),
    // Late, as all runs that are alike are counted in one place.
    countRun(transaction, run, end.steps ?? []),
  );
  return conversation && { run, conversation, hasMessages, approvals: [...added, ...changed] };
}

/** The row of a run of this process; undefined when it does not run. Throws {@link RunLostError} when another process has it. */
async function findOwned(
  transaction: Transaction<Tables>,
  key: string,
  { replica, fenceOf }: Ownership,
): Promise<Tables['runs'] | undefined> {
  const owned = { key, replica, fence: fenceOf(key) ?? NO_FENCE };
  const running = firstOf(await findRunning(transaction, owned));
  if (running || !isShared(transaction)) return running;
  if (firstOf(await findLost(transaction, owned))) throw new RunLostError(key);
  return undefined;
}

/** A run that was closed, and what it left to people. */
async function findClosed(
  transaction: Transaction<Tables>,
  key: string,
  voided: readonly string[],
): Promise<Pick<ClosedRun, 'run' | 'approvals'> | undefined> {
  const run = await transaction
    .selectFrom('runs')
    .selectAll()
    .where('key', '=', key)
    .where('status', '!=', 'running')
    .executeTakeFirst();
  const approvals = await transaction
    .selectFrom('approvals')
    .selectAll()
    .where(({ eb, or }) => or([eb('run_key', '=', key), ...(voided.length ? [eb('id', 'in', voided)] : [])]))
    .execute();
  return run && { run, approvals };
}

/** Marks a run as ended: its row as it then is, and what stores that. */
function endRun(
  transaction: Transaction<Tables>,
  running: Tables['runs'],
  { endedAt = timeIn(transaction), ...closing }: Omit<RunClosing, 'key' | 'messages'>,
): { readonly run: Tables['runs']; readonly end: () => Promise<unknown> } {
  const duration_ms = durationOf(running.started_at, endedAt);
  const changes: RunEnd = { ...toRunEnd(closing), duration_ms, ended_at: endedAt, request: null };
  return {
    run: { ...running, ...changes },
    end: () => updateRun(transaction, { key: running.key, ...changes }),
  };
}

/** What is stored of how a run has ended, but when. */
export function toRunEnd({
  status,
  usage,
  outcome,
  steps = [],
}: Pick<RunClosing, 'status' | 'usage' | 'outcome' | 'steps'>): Omit<RunEnd, 'duration_ms' | 'ended_at' | 'request'> {
  const { cost, modelSteps, unpricedSteps } = totalOf(steps);
  return {
    status,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_tokens: usage.cachedInputTokens,
    reasoning_tokens: usage.reasoningTokens,
    cost,
    model_steps: modelSteps,
    unpriced_steps: unpricedSteps,
    outcome: outcome === undefined ? null : toStoredJson(outcome),
  };
}

type Key = Pick<Tables['runs'], 'key'>;
/** How a run has ended. */
export type RunEnd = Pick<
  Tables['runs'],
  | 'status'
  | 'input_tokens'
  | 'output_tokens'
  | 'cached_tokens'
  | 'reasoning_tokens'
  | 'cost'
  | 'model_steps'
  | 'unpriced_steps'
  | 'duration_ms'
  | 'ended_at'
  | 'outcome'
  | 'request'
>;

/** A fence that no run has. */
export const NO_FENCE = -1;

type Owned = Pick<Tables['runs'], 'key' | 'replica' | 'fence'>;

const findRunning = prepareQuery((db, { key, replica, fence }: Owned) =>
  holdRows(
    db,
    db
      .selectFrom('runs')
      .selectAll()
      .where('key', '=', key)
      .where('status', '=', 'running')
      .$if(isShared(db), (query) => query.where('replica', '=', replica).where('fence', '=', fence)),
  ),
);

/** A run that another process has, or had when it ended; what this one has ended itself is not lost, though it knows no fence of it any more. */
const findLost = prepareQuery((db, { key, replica, fence }: Owned) =>
  db
    .selectFrom('runs')
    .select('key')
    .where('key', '=', key)
    .where(({ eb, or, and, val }) =>
      or([
        eb('replica', 'is distinct from', replica),
        and([eb('fence', '!=', fence), or([eb('status', '=', 'running'), eb(val(fence), '!=', NO_FENCE)])]),
      ]),
    ),
);

const updateRun = prepareQuery((db, end: Key & RunEnd) =>
  db
    .updateTable('runs')
    .set({
      status: end.status,
      input_tokens: end.input_tokens,
      output_tokens: end.output_tokens,
      cached_tokens: end.cached_tokens,
      reasoning_tokens: end.reasoning_tokens,
      cost: end.cost,
      model_steps: end.model_steps,
      unpriced_steps: end.unpriced_steps,
      duration_ms: end.duration_ms,
      ended_at: end.ended_at,
      outcome: end.outcome,
      request: end.request,
    })
    .where('key', '=', end.key),
);

/** The conversation of a run. */
const findConversation = prepareQuery((db, { key }: Key) =>
  holdRows(
    db,
    db
      .selectFrom('conversations')
      .select(['key', 'id', 'agent_id', 'title', 'owner'])
      .where('key', '=', (run) => run.selectFrom('runs').select('conversation_key').where('key', '=', key)),
  ),
);
