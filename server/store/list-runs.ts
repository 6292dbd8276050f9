/** Lists runs, following an index of each owner: what a page costs does not depend on how many runs there are. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { EVERYBODY } from '../call/principal.ts';
import { allOf, areWithin, haveValues } from './conditions.ts';
import { findOwners } from './owners.ts';
import { isBehind, readPage } from './pages.ts';
import type { RecordReader } from './record-reader.ts';
import type { Tables } from './schema.ts';
import type { RunPageQuery, RunRecord, RunsStore } from './stored-runs.ts';

/** Reads rows as runs. */
export type RunReader = RecordReader<Tables['runs'], RunRecord>;

/** One page of runs, those that started last first. */
export async function listRuns(
  db: Kysely<Tables>,
  query: RunPageQuery,
  reader: RunReader,
): ReturnType<RunsStore['list']> {
  const owners = await findOwners(db, query.principal ?? EVERYBODY);
  const keys = sql<string>`(
    select key from (${unite(owners.map((owner) => newestOf(owner, query)))}) ${newestFirst(query)})`;
  const matching = db.selectFrom('runs').selectAll().where('key', 'in', keys);
  const { rows, nextCursor } = await readPage(matching, ORDER, query);
  return { runs: reader.all(rows), nextCursor };
}

const ORDER = ['started_at', 'key'] as const;

// One more than asked for tells whether there is a next page.
const newestFirst = ({ limit }: RunPageQuery) => sql`order by started_at desc, key desc limit ${limit + 1}`;

/** The runs of one owner that may be on the page. */
const newestOf = (owner: string, query: RunPageQuery): RawBuilder<unknown> => sql`
  select started_at, key from runs where ${isWanted(query, owner)} and ${isBehind(query.cursor, ORDER)}
  ${newestFirst(query)}`;

/** How many selects SQLite joins into one. */
const SELECTS_AT_ONCE = 400;

function unite(selects: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  if (!selects.length) return sql`select null as started_at, null as key where false`;
  if (selects.length > SELECTS_AT_ONCE) {
    const parts = Array.from({ length: Math.ceil(selects.length / SELECTS_AT_ONCE) }, (_, part) =>
      unite(selects.slice(part * SELECTS_AT_ONCE, (part + 1) * SELECTS_AT_ONCE)),
    );
    return unite(parts);
  }
  return sql.join(
    selects.map((select) => sql`select * from (${select})`),
    sql` union all `,
  );
}

const isWanted = (query: RunPageQuery, owner: string) =>
  allOf([
    ...haveValues({
      owner,
      agent_id: query.agentId,
      conversation_id: query.conversationId,
      parent_run_id: query.parentRunId,
      status: query.status,
    }),
    ...areWithin('started_at', { from: query.since, to: query.until }),
  ]);
