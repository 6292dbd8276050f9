/** Lists runs, following an index of each owner: what a page costs does not depend on how many runs there are. */
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { EVERYBODY, type Principal } from '../call/principal.ts';
import { cursorBehind, readPage, toOrdered } from './pages.ts';
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
  const owners = await ownersFor(db, query.principal ?? EVERYBODY);
  const pages = await Promise.all(owners.map((owner) => readOwnersPage(db, query, owner)));
  const [page] = pages;
  if (page && pages.length === 1) return { runs: reader.all(page.rows), nextCursor: page.nextCursor };
  const all = pages.flatMap(({ rows }) => rows).sort(byNewest);
  const rows = all.slice(0, query.limit);
  const hasMore = all.length > rows.length || pages.some(({ nextCursor }) => nextCursor !== null);
  const last = rows.at(-1);
  const nextCursor = hasMore && last ? cursorBehind(last, ['started_at', 'key']) : null;
  return { runs: reader.all(rows), nextCursor };
}

function readOwnersPage(db: Kysely<Tables>, query: RunPageQuery, owner: string) {
  const matching = db.selectFrom('runs').selectAll().where(isWanted(query, owner));
  return readPage(matching, ['started_at', 'key'], query);
}

function isWanted({ agentId, conversationId, status, since, until }: RunPageQuery, owner: string): RawBuilder<SqlBool> {
  const wanted = { owner, agent_id: agentId, conversation_id: conversationId, status };
  const equal = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const conditions = [
    ...equal.map(([column, value]) => sql`${sql.ref(column)} = ${value}`),
    ...(since === undefined ? [] : [sql`started_at >= ${since}`]),
    ...(until === undefined ? [] : [sql`started_at < ${until}`]),
  ];
  return sql`${sql.join(conditions, sql` and `)}`;
}

/** The owners whose runs a principal sees. */
async function ownersFor(db: Kysely<Tables>, { name, seesAll }: Principal): Promise<string[]> {
  if (!seesAll) return name === undefined ? [''] : ['', name];
  const owners: string[] = [];
  // A seek for each: reading all rows for their few owners would cost as much as there are runs.
  for (let last: string | undefined; ; ) {
    const next = await db
      .selectFrom('runs')
      .select('owner')
      .$if(last !== undefined, (query) => query.where('owner', '>', last ?? ''))
      .orderBy('owner')
      .limit(1)
      .executeTakeFirst();
    // Bytes, which no server writes here, come behind all texts.
    if (typeof next?.owner !== 'string') return owners;
    last = next.owner;
    owners.push(last);
  }
}

function byNewest(one: Tables['runs'], other: Tables['runs']): number {
  const [time, otherTime] = [toOrdered(one.started_at), toOrdered(other.started_at)];
  if (time !== otherTime) return time < otherTime ? 1 : -1;
  return toOrdered(one.key) < toOrdered(other.key) ? 1 : -1;
}
