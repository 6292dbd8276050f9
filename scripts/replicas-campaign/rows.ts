/** The rows of a round as the database holds them, and all that they were before. */
import { Client } from 'pg';

/** A run. */
export interface RunRow {
  readonly key: string;
  readonly id: string;
  readonly given_id: string;
  readonly conversation_id: string;
  readonly status: string;
  readonly outcome: string | null;
  readonly replica: string | null;
  readonly fence: number;
  readonly cancel: string | null;
  readonly is_detached: number;
}

/** Events that were stored together. */
export interface EventsRow {
  readonly run_key: string;
  readonly first: number;
  readonly events: string;
  readonly times: string;
}

/** A message of a conversation. */
export interface MessageRow {
  readonly conversation_id: string;
  readonly seq: number;
  readonly id: string;
  readonly body: string;
}

/** A tool call that a person was asked about. */
export interface ApprovalRow {
  readonly id: string;
  readonly run_id: string;
  readonly conversation_id: string;
  readonly call_id: string;
  readonly status: string;
  readonly resumed_by: string | null;
}

/** What became of a row of `runs` or of `run_events`, in the order in which it happened. */
export interface Change {
  readonly n: number;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly what: 'run' | 'events';
  readonly key: string;
  readonly before: ChangedRun & ChangedEvents;
  readonly after: ChangedRun & ChangedEvents;
}

interface ChangedRun {
  readonly replica?: string | null;
  readonly fence?: number;
  readonly status?: string;
}

interface ChangedEvents {
  readonly first?: number;
  readonly events?: string;
}

/** All that the database holds of the conversations of one round. */
export interface Rows {
  readonly runs: readonly RunRow[];
  readonly events: readonly EventsRow[];
  readonly messages: readonly MessageRow[];
  readonly conversations: readonly { readonly id: string; readonly message_count: number }[];
  readonly approvals: readonly ApprovalRow[];
  readonly changes: readonly Change[];
}

// Beside the tables of the product, which know nothing of it: a look now and then would miss what was wrong for a moment.
const WATCH = `
  create schema campaign;
  create table campaign.changes (
    n bigint generated always as identity, at timestamptz not null default clock_timestamp(),
    what text not null, key text not null, before jsonb not null, after jsonb not null);
  create function campaign.note_run() returns trigger language plpgsql as $$
    declare
      before jsonb := case when tg_op = 'INSERT' then '{}' else
        jsonb_build_object('replica', old.replica, 'fence', old.fence, 'status', old.status) end;
      after jsonb := case when tg_op = 'DELETE' then '{}' else
        jsonb_build_object('replica', new.replica, 'fence', new.fence, 'status', new.status) end;
    begin
      if before <> after then
        insert into campaign.changes (what, key, before, after) values ('run', coalesce(new.key, old.key), before, after);
      end if;
      return null;
    end $$;
  create trigger note_run after insert or update or delete on runs for each row execute function campaign.note_run();
  create function campaign.note_events() returns trigger language plpgsql as $$
    begin
      insert into campaign.changes (what, key, before, after) values ('events', coalesce(new.run_key, old.run_key),
        case when tg_op = 'INSERT' then '{}' else jsonb_build_object('first', old.first, 'events', old.events) end,
        case when tg_op = 'DELETE' then '{}' else jsonb_build_object('first', new.first, 'events', new.events) end);
      return null;
    end $$;
  create trigger note_events after update or delete on run_events for each row execute function campaign.note_events();`;

const CONNECT_MS = 20_000;

/** Has every change of runs noted from now on, and every change of events that were stored before. */
export async function watchRows(url: string): Promise<void> {
  await connected(url, (client) => client.query(WATCH));
}

/** Reads the rows of the conversations whose ids begin with `prefix`. */
export function readRows(url: string, prefix: string): Promise<Rows> {
  return connected(url, async (client) => {
    const like = `${prefix}%`;
    const all = async <Row>(text: string): Promise<Row[]> =>
      (await client.query(text, [like])).rows.map(({ ...row }) => row);
    const ofRuns = 'select key from runs where conversation_id like $1';
    return {
      runs: await all<RunRow>('select * from runs where conversation_id like $1 order by started_at, key'),
      events: await all<EventsRow>(`select * from run_events where run_key in (${ofRuns}) order by run_key, first`),
      messages: await all<MessageRow>(`
        select conversations.id as conversation_id, seq, messages.id, body from messages
        join conversations on conversations.key = messages.conversation_key
        where conversations.id like $1 order by conversations.id, seq`),
      conversations: await all('select id, message_count from conversations where id like $1'),
      approvals: await all<ApprovalRow>('select * from approvals where conversation_id like $1'),
      changes: await all<Change>(`
        select n, extract(epoch from at) * 1000 as at, what, key, before, after from campaign.changes
        where key in (${ofRuns}) order by n`),
    };
  });
}

async function connected<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
    types: { getTypeParser: (oid: number) => (NUMBERS.has(oid) ? Number : oid === JSONB ? JSON.parse : String) },
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The types of PostgreSQL that come as numbers here: 64 bits, 32 bits, any. */
const NUMBERS = new Set([20, 23, 1700]);
const JSONB = 3802;
