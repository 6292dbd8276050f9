/** Lists runs, following an index of each owner: what a page costs does not depend on how many runs there are. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { EVERYBODY } from '../call/principal.ts';
import { atMost } from './at-most.ts';
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
  const keys = sql<string>`(select key from (${newestOf(owners, query)}) as newest)`;
  const matching = db.selectFrom('runs').selectAll().where('key', 'in', keys);
  const { rows, nextCursor } = await readPage(matching, ORDER, query);
  return { runs: reader.all(rows), nextCursor };
}

const ORDER = ['started_at', 'key'] as const;

// One more than asked for tells whether there is a next page.
const newestFirst = ({ limit }: RunPageQuery) => sql`order by started_at desc, key desc limit ${atMost(limit + 1)}`;

/** How many selects SQLite joins into one. */
const SELECTS_AT_ONCE = 400;

/**
 * The runs that may be on the page. An order of its own in one of the joined selects would have SQLite read a page of each owner and sort
 * them all; without one it takes the next run from whichever owner has it, a page in all.
 */
function newestOf(owners: readonly string[], query: RunPageQuery): RawBuilder<unknown> {
  if (!owners.length) return sql`select null as started_at, null as key where false`;
  if (owners.length <= SELECTS_AT_ONCE) {
    const wanted = isWanted(query);
    const selects = owners.map((owner) => sql`select started_at, key from runs where owner = ${owner} and ${wanted}`);
    return sql`${sql.join(selects, sql` union all `)} ${newestFirst(query)}`;
  }
  const parts = Array.from({ length: Math.ceil(owners.length / SELECTS_AT_ONCE) }, (_, part) => {
    const some = owners.slice(part * SELECTS_AT_ONCE, (part + 1) * SELECTS_AT_ONCE);
    return sql`select * from (${newestOf(some, query)}) as part`;
  });
  return sql`${sql.join(parts, sql` union all `)} ${newestFirst(query)}`;
}

const isWanted = (query: RunPageQuery) =>
  allOf([
    isBehind(query.cursor, ORDER),
    ...haveValues({
      agent_id: query.agentId,
      conversation_id: query.conversationId,
      parent_run_id: query.parentRunId,
      status: query.status,
    }),
    ...areWithin('started_at', { from: query.since, to: query.until }),
  ]);
