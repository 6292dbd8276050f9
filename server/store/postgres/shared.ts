/** What processes that share a database ask of it about each other and about each other's runs. */
import { CompiledQuery, type Kysely, sql } from 'kysely';
import type { SharedAdapter } from '../dialect.ts';
import type { RunReader } from '../list-runs.ts';
import type { Ownership } from '../ownership.ts';
import type { Tables } from '../schema.ts';
import type { SharedStore } from '../shared-store.ts';
import { isSilent } from '../silence.ts';
import type { CancelledRun } from '../stored-runs.ts';

interface SharedOptions {
  readonly replica: string;
  readonly ownership: Ownership;
  readonly reader: RunReader;
  /** Is told how far the clock of the database is from this process's. */
  readonly adapter: SharedAdapter;
  /** A database with a connection of its own: what others wait for must not hold a beat up. */
  readonly beats: Kysely<Tables>;
}

const isCancelled = (row: { readonly key: string; readonly reason: string | null }): row is CancelledRun =>
  row.reason !== null;

/** How many runs are taken over at once: a few by each process that looks. */
const CLAIMED_AT_ONCE = 20;

/** Opens what processes ask about each other. */
export function createSharedStore(
  db: Kysely<Tables>,
  { replica, ownership, reader, adapter, beats }: SharedOptions,
): SharedStore {
  const take = (rows: readonly Tables['runs'][]) => {
    for (const { key, fence } of rows) ownership.take(key, fence);
    return reader.all(rows);
  };
  return {
    replica,
    async beat({ draining }) {
      const sentAt = Date.now();
      const { rows } = await sql<{ now: number; silent: number | null }>`
        with before as (select beat from replicas where id = ${replica})
        insert into replicas (id, beat, draining, answers) values (${replica}, clock_timestamp(), ${Number(draining)}, 1)
        on conflict (id) do update set beat = excluded.beat, draining = excluded.draining
        returning extract(epoch from clock_timestamp()) * 1000 as now,
          (select extract(epoch from clock_timestamp() - before.beat) * 1000 from before) as silent`.execute(beats);
      const answeredAt = Date.now();
      const [{ now, silent } = { now: answeredAt, silent: null }] = rows;
      adapter.noteClock(now, { sentAt, answeredAt });
      const own = await sql<{ key: string; reason: string | null }>`
        select key, cancel as reason from runs where status = 'running' and replica = ${replica}`.execute(beats);
      return { owned: own.rows.map(({ key }) => key), cancelled: own.rows.filter(isCancelled), silentMs: silent ?? 0 };
    },
    async claim(silenceMs) {
      // What is held by a process that is about to store something is passed by, and looked at again a second later.
      const { rows } = await sql<Tables['runs']>`
        update runs set replica = ${replica}, fence = fence + 1 where key in (
          select runs.key from runs left join replicas on replicas.id = runs.replica
          where runs.status = 'running' and (replicas.id is null or ${isSilent(db, { replica, silenceMs })})
          order by runs.started_at, runs.key limit ${CLAIMED_AT_ONCE} for update of runs skip locked)
        returning *`.execute(db);
      return take(rows);
    },
    async undriven(driven) {
      const { rows } = await sql<Tables['runs']>`
        select * from runs where status = 'running' and replica = ${replica} and key <> all(${driven}::text[])`.execute(
        db,
      );
      return take(rows);
    },
    async handOver(keys) {
      await sql`
        update runs set replica = null, fence = fence + 1
        where key = any(${keys}::text[]) and replica = ${replica} and status = 'running'`.execute(db);
      for (const key of keys) ownership.drop(key);
    },
    async cancel(conversationKey, { givenId, reason }) {
      const row = await db
        .updateTable('runs')
        .set(({ fn, val }) => ({ cancel: fn.coalesce('cancel', val(reason)) }))
        .where('conversation_key', '=', conversationKey)
        .where(({ and }) => and({ given_id: givenId?.toWellFormed() }))
        .where('status', '=', 'running')
        .returning('key')
        .executeTakeFirst();
      return row?.key;
    },
    async cancelAgent(agentId, reason) {
      const rows = await db
        .updateTable('runs')
        .set(({ fn, val }) => ({ cancel: fn.coalesce('cancel', val(reason)) }))
        .where('agent_id', '=', agentId)
        .where('status', '=', 'running')
        .returningAll()
        .execute();
      return reader.all(rows);
    },
    async running(conversationKey) {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .where('conversation_key', '=', conversationKey)
        .where('status', '=', 'running')
        .executeTakeFirst();
      return reader.one(row);
    },
    async activeAgents() {
      const rows = await db.selectFrom('runs').select('agent_id').distinct().where('status', '=', 'running').execute();
      return rows.map(({ agent_id }) => agent_id);
    },
    query: (text, values) => db.executeQuery(CompiledQuery.raw(text, [...values])),
    now: () => Date.now() + adapter.clockOffsetMs,
    async leave() {
      await beats.deleteFrom('replicas').where('id', '=', replica).execute();
    },
  };
}
