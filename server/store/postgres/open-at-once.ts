/** Opens a run by one statement, which is a transaction of its own: nobody waits for this process while it holds the conversation. */
import { type Kysely, sql } from 'kysely';
import { timeIn } from '../dialect.ts';
import { type NewRun, type OpenedRun, toNewRun } from '../open-run.ts';
import { firstOf, prepareQuery } from '../prepare-query.ts';
import type { Tables } from '../schema.ts';
import type { RunOpening } from '../stored-runs.ts';
import { MAX_SAID, type SaidMessages, toSaid } from './said-messages.ts';

/**
 * Does what `openRun` does where nothing is in the way of a run, and nobody else writes its conversation at the moment; undefined when it
 * has done nothing, which tells nothing of why. What is rarely asked it does not do either.
 */
export async function openAtOnce(
  db: Kysely<Tables>,
  opening: RunOpening,
  replica: string,
): Promise<OpenedRun | undefined> {
  const { owner = null, folder = null, messages, replaces, decisions = [] } = opening;
  if (replaces || decisions.length > 0 || messages.length > MAX_SAID) return undefined;
  const run = toNewRun(opening, { owner, replica, startedAt: timeIn(db) });
  const opened = firstOf(await open(db, { ...run, ...toSaid(messages), conversation_owner: owner, folder }));
  if (!opened) return undefined;
  const { is_new: isNewConversation, has_waiting_task: hasWaitingTask, ...conversation } = opened;
  return { key: run.key, startedAt: run.started_at, conversation, isNewConversation, hasWaitingTask };
}

interface Opening extends Omit<NewRun, 'history_count'>, SaidMessages {
  readonly conversation_owner: string | null;
  readonly folder: string | null;
}

type Opened = Pick<Tables['conversations'], 'id' | 'agent_id' | 'owner'> & {
  readonly is_new: boolean;
  readonly has_waiting_task: boolean;
};

/**
 * All of it sees the database as it was when the statement began. What it has seen of a conversation holds as long as nobody has written that
 * since: `xmin` is another one then, or it is not new, which the insert refuses. An approval is opened by a run that ends, which is seen
 * running here or has begun since.
 */
const open = prepareQuery((db, run: Opening) => ({
  compile: () =>
    sql<Opened>`
with known as (select xmin as version from conversations where key = ${run.conversation_key}),
fresh as (
  select said.id, said.body, said.title, last.seq + row_number() over (order by said.place) as seq
  from (select coalesce(max(seq), 0) as seq from messages where conversation_key = ${run.conversation_key}) as last,
    unnest(${run.ids}::text[], ${run.bodies}::text[], ${run.titles}::text[]) with ordinality as said(id, body, title, place)
  where (select seq from messages where conversation_key = ${run.conversation_key} and id = said.id) is null),
free as (
  select coalesce((select max(seq) from fresh), (select max(seq) from messages where conversation_key = ${run.conversation_key}), 0) as count,
    coalesce((select title from fresh where title <> '' order by seq limit 1), '') as title
  where not exists (select from runs where conversation_key = ${run.conversation_key} and status = 'running')
    and not exists (select from runs where key = ${run.key})
    and not exists (select from approvals
      where conversation_key = ${run.conversation_key} and resumed_by is null and status <> 'cancelled')),
made as (
  insert into conversations (key, id, owner, agent_id, title, message_count, created_at, updated_at, folder)
  select ${run.conversation_key}, ${run.conversation_id}, ${run.conversation_owner}, ${run.agent_id}, title, count,
    ${run.started_at}, ${run.started_at}, ${run.folder}
  from free where not exists (select from known)
  returning id, agent_id, owner, true as is_new),
entered as (
  update conversations set updated_at = ${run.started_at}, folder = coalesce(${run.folder}, folder), message_count = count,
    title = case when conversations.title = '' then free.title else conversations.title end
  from free
  where key = ${run.conversation_key} and xmin = (select version from known)
    and owner is not distinct from ${run.conversation_owner}
  returning id, agent_id, owner, false as is_new),
place as (select * from made union all select * from entered),
opened as (
  insert into runs (key, id, conversation_key, conversation_id, agent_id, status, input_tokens, output_tokens, owner, started_at, given_id,
    is_detached, history_count, parent_run_id, traceparent, tracestate, asker, replica, fence, request)
  select ${run.key}, ${run.id}, ${run.conversation_key}, ${run.conversation_id}, ${run.agent_id}, 'running', 0, 0, ${run.owner},
    ${run.started_at}, ${run.given_id}, ${run.is_detached}::bigint, free.count, ${run.parent_run_id}, ${run.traceparent},
    ${run.tracestate}, ${run.asker}, ${run.replica}, ${run.fence}::bigint, ${run.request}
  from place, free),
said as (
  insert into messages (conversation_key, seq, id, body, created_at)
  select ${run.conversation_key}, fresh.seq, fresh.id, fresh.body, ${run.started_at} from place, fresh)
select place.*, exists (
  select from tasks where conversation_key = ${run.conversation_key} and state = 'input-required') as has_waiting_task
from place`.compile(db),
}));
