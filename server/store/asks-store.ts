import { type Kysely, sql } from 'kysely';
import { isJsonObject } from './json-object.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { toStoredJson } from './stored-json.ts';

type Body = Readonly<Record<string, unknown>>;

/** Something that a process asks of all others. */
export interface AskRecord {
  readonly id: string;
  readonly kind: string;
  readonly body: Body;
}

/** What was answered so far. */
interface Answered {
  readonly answers: readonly Body[];
  /** How many that are there have not answered. */
  readonly missing: number;
}

/** Questions among the processes of one service. */
export interface AsksStore {
  /** Stores a question to all others that are there and answer. Returns how many they are: where there are none, nothing is stored. */
  ask(asked: AskRecord): Promise<number>;
  answers(id: string): Promise<Answered>;
  /** Takes a question back, with its answers: from then on nobody answers it. */
  end(id: string): Promise<void>;
  /** The questions of others that this process has not answered, and that somebody may still wait for. */
  open(): Promise<AskRecord[]>;
  answer(id: string, body: Body): Promise<void>;
}

/** Who was silent for as long is not there, as for those that take its runs. */
const LEASE_MS = 8000;
/** How long somebody may wait for answers. */
const WAITED_FOR_MS = 5000;
/** How long a question stays whose process has died. */
const KEPT_MS = 60_000;
const AT_ONCE = 100;

const NOW = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** Opens the questions of the process `replica`, and those to it. */
export function createAsksStore(
  db: Kysely<Tables>,
  { replica, log }: { readonly replica: string; readonly log: StoreLog },
): AsksStore {
  const table = 'process_asks';
  const reader = createRecordReader<Tables[typeof table], AskRecord>({ table, key: ['id'], toRecord, log });
  const answerReader = createRecordReader<Tables['process_answers'], Body>({
    table: 'process_answers',
    key: ['ask', 'replica'],
    toRecord: (row) => row.json('body', isJsonObject),
    log,
  });
  const others = sql`
    select id from replicas where id <> ${replica} and answers = 1
    and beat > clock_timestamp() - make_interval(secs => ${LEASE_MS / 1000})`;
  return {
    async ask({ id, kind, body }) {
      const { rows } = await sql<{ others: number }>`
        with gone as (
          delete from process_asks where id in (
            select id from process_asks where asked_at < ${NOW} - ${KEPT_MS}::bigint limit ${AT_ONCE} for update skip locked)
        ), others as (select count(*) as count from (${others}) as each)
        insert into process_asks (id, kind, body, replica, asked_at)
        select ${id}, ${kind}, ${toStoredJson(body)}, ${replica}, ${NOW} from others where count > 0
        returning (select count from others) as others`.execute(db);
      return rows[0]?.others ?? 0;
    },
    async answers(id) {
      const { rows } = await sql<Tables['process_answers'] & { readonly isMissing: boolean }>`
        select coalesce(answers.ask, '') as ask, coalesce(answers.replica, others.id) as replica,
          coalesce(answers.body, '') as body, answers.ask is null as "isMissing"
        from (${others}) as others
        full join (select * from process_answers where ask = ${id}) as answers on answers.replica = others.id`.execute(
        db,
      );
      const answers = answerReader.all(rows.filter(({ isMissing }) => !isMissing));
      return { answers, missing: rows.length - rows.filter(({ isMissing }) => !isMissing).length };
    },
    async end(id) {
      await db.deleteFrom(table).where('id', '=', id).execute();
    },
    async open() {
      const { rows } = await sql<Tables[typeof table]>`
        select * from process_asks as asks
        where replica <> ${replica} and asked_at > ${NOW} - ${WAITED_FOR_MS}::bigint
          and not exists (select from process_answers where ask = asks.id and replica = ${replica})
        order by asked_at limit ${AT_ONCE}`.execute(db);
      return reader.all(rows);
    },
    async answer(id, body) {
      // Who asked may take it back meanwhile.
      await sql`
        insert into process_answers (ask, replica, body)
        select id, ${replica}, ${toStoredJson(body)} from process_asks where id = ${id} for key share
        on conflict do nothing`.execute(db);
    },
  };
}

const toRecord = (row: RowReading<keyof Tables['process_asks']>): AskRecord => ({
  id: row.text('id'),
  kind: row.text('kind'),
  body: row.json('body', isJsonObject),
});
