/** Closes a run by one statement, which is a transaction of its own: nobody waits for this process while it holds the conversation. */
import { type Kysely, sql } from 'kysely';
import { NO_FENCE, type RunEnd, toRunEnd } from '../close-run.ts';
import { COUNTS, countByModel } from '../count-runs.ts';
import { timeIn } from '../dialect.ts';
import type { ClosedAtOnce } from '../engine.ts';
import type { Ownership } from '../ownership.ts';
import { firstOf, prepareQuery } from '../prepare-query.ts';
import type { Tables } from '../schema.ts';
import { toStoredJson } from '../stored-json.ts';
import type { RunClosing } from '../stored-runs.ts';
import { MAX_SAID, type SaidMessages, toSaid } from './said-messages.ts';

/**
 * Does what `closeRun` does where the run is this process's and nobody else writes its conversation at the moment; undefined when it has
 * done nothing, which tells nothing of why. What is rarely asked it does not do either.
 */
export async function closeAtOnce(
  db: Kysely<Tables>,
  closing: RunClosing,
  { replica, fenceOf }: Ownership,
): Promise<ClosedAtOnce | undefined> {
  const { key, messages, events, changedSteps = [], steps = [], approvals = [], voided = [] } = closing;
  if (approvals.length > 0 || voided.length > 0 || messages.length > MAX_SAID) return undefined;
  const closed = firstOf(
    await close(db, {
      key,
      replica,
      fence: fenceOf(key) ?? NO_FENCE,
      ...toRunEnd(closing),
      ended_at: closing.endedAt ?? timeIn(db),
      ...toSaid(messages),
      first_event: events?.first ?? null,
      events: events ? JSON.stringify(events.events) : null,
      event_times: events ? JSON.stringify(events.times) : null,
      step_numbers: changedSteps.map(({ number }) => number),
      step_bodies: changedSteps.map(toStoredJson),
      now: timeIn(db),
      counts: JSON.stringify(countByModel(steps).map((counts, place) => ({ place, ...counts }))),
    }),
  );
  if (!closed) return undefined;
  const { status } = closing;
  const { id, agent_id: agentId, conversation_id: conversationId, parent_run_id: parentRunId, ...place } = closed;
  return {
    run: { id, status, agentId, conversationId, parentRunId },
    conversation: { id: conversationId, agent_id: place.place_agent_id, owner: place.place_owner },
    hasMessages: messages.length > 0,
  };
}

interface Closing extends Omit<RunEnd, 'duration_ms' | 'request'>, SaidMessages {
  readonly key: string;
  readonly replica: string | null;
  readonly fence: number;
  readonly first_event: number | null;
  readonly events: string | null;
  readonly event_times: string | null;
  readonly step_numbers: readonly number[];
  readonly step_bodies: readonly string[];
  readonly now: string;
  /** What is to be added for each model, as JSON. */
  readonly counts: string;
}

type Closed = Pick<Tables['runs'], 'id' | 'agent_id' | 'conversation_id' | 'parent_run_id'> & {
  readonly place_agent_id: string;
  readonly place_owner: string | null;
};

/**
 * All of it sees the database as it was when the statement began, but for the rows that it locks: first the conversation, as everybody
 * does. What it has seen of the messages holds as long as nobody has written the conversation since: `xmin` is another one then.
 */
const close = prepareQuery((db, end: Closing) => ({
  compile: () =>
    sql<Closed>`
with known as (
  select key, xmin as version from conversations where key = (select conversation_key from runs where key = ${end.key})),
place as (
  select key, agent_id, owner from conversations
  where key = (select key from known) and xmin = (select version from known) for update),
closed as (
  update runs set status = ${end.status}, input_tokens = ${end.input_tokens}, output_tokens = ${end.output_tokens},
    cached_tokens = ${end.cached_tokens}, reasoning_tokens = ${end.reasoning_tokens}, cost = ${end.cost},
    model_steps = ${end.model_steps}, unpriced_steps = ${end.unpriced_steps}, ended_at = ${end.ended_at},
    duration_ms = greatest(0, extract(epoch from ${end.ended_at}::timestamptz - started_at::timestamptz) * 1000)::bigint,
    outcome = ${end.outcome}, request = null
  from place
  where runs.key = ${end.key} and conversation_key = place.key and status is not distinct from 'running' and replica = ${end.replica}
    and fence = ${end.fence}
  returning runs.*, place.agent_id as place_agent_id, place.owner as place_owner),
counted as (
  insert into run_sums (span, start, owner, agent_id, model, status, runs, duration_ms, input_tokens, output_tokens, cached_tokens,
    reasoning_tokens, cost, model_steps, unpriced_steps)
  select span.name, left(started_at, chars), owner, agent_id, model, status, counts.runs, counts.runs * duration_ms,
    counts.input_tokens, counts.output_tokens, counts.cached_tokens, counts.reasoning_tokens, counts.cost, counts.model_steps,
    counts.unpriced_steps
  from closed, (values (1, 'month', 7), (2, 'day', 10), (3, 'minute', 16)) as span(place, name, chars),
    json_to_recordset(${end.counts}) as counts(place int, model text, runs bigint, input_tokens bigint, output_tokens bigint,
      cached_tokens bigint, reasoning_tokens bigint, cost float8, model_steps bigint, unpriced_steps bigint)
  order by counts.place, span.place
  on conflict (span, start, owner, agent_id, model, status) do update set ${ADDED}),
happened as (
  insert into run_events (run_key, first, events, times)
  select key, ${end.first_event}::bigint, ${end.events}, ${end.event_times} from closed where ${end.first_event}::bigint is not null
  on conflict (run_key, first) do update set events = excluded.events, times = excluded.times),
stepped as (
  insert into run_steps (run_key, number, body)
  select key, step.number, step.body from closed, unnest(${end.step_numbers}::bigint[], ${end.step_bodies}::text[]) as step(number, body)
  on conflict (run_key, number) do update set body = excluded.body),
fresh as (
  select said.id, said.body, said.title, last.seq + row_number() over (order by said.place) as seq
  from (select coalesce(max(seq), 0) as seq from messages where conversation_key = (select key from known)) as last,
    unnest(${end.ids}::text[], ${end.bodies}::text[], ${end.titles}::text[]) with ordinality as said(id, body, title, place)
  where (select seq from messages where conversation_key = (select key from known) and id = said.id) is null),
said as (
  insert into messages (conversation_key, seq, id, body, created_at)
  select conversation_key, fresh.seq, fresh.id, fresh.body, ${end.now} from closed, fresh),
noted as (
  update conversations set message_count = (select max(seq) from fresh), updated_at = ${end.now},
    title = coalesce(nullif(conversations.title, ''), (select title from fresh where title <> '' order by seq limit 1), '')
  from closed where conversations.key = conversation_key and exists (select from fresh))
select id, agent_id, conversation_id, parent_run_id, place_agent_id, place_owner from closed`.compile(db),
}));

/** Each sum with what is added to it. */
const ADDED = sql.join(
  COUNTS.map((count) => sql`${sql.ref(count)} = ${sql.ref(`run_sums.${count}`)} + ${sql.ref(`excluded.${count}`)}`),
);
