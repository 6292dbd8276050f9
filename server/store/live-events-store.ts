import { type Kysely, sql } from 'kysely';
import { LIVE_EVENTS, LIVE_EVENTS_DROPPED } from './counters.ts';
import { isJsonObject } from './json-object.ts';
import { prepareQuery } from './prepare-query.ts';
import { createRecordReader, type StoreLog } from './record-reader.ts';
import type { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';
import { isSilent } from './silence.ts';
import { toStoredJson } from './stored-json.ts';

/** Something that was told of the service. */
export interface StoredLiveEvent {
  readonly body: Readonly<Record<string, unknown>>;
  readonly owner: string | null;
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
}

/** Events that were read. */
export interface LiveEventsRead {
  readonly events: readonly (StoredLiveEvent & { readonly number: number })[];
  /** The number of the last one that was read. */
  readonly until: number;
  /** Whether there are more behind that. */
  readonly hasMore: boolean;
  /** The number of the newest that is no longer stored. */
  readonly droppedUntil: number;
}

/** What was told of the service, in one order for all of its processes. */
export interface LiveEventsStore {
  /** Stores events behind all others. `from` is the place of the first among those of `source`: what is stored again is there once. */
  append(source: string, from: number, events: readonly StoredLiveEvent[]): Promise<void>;
  /** Some of the events behind a number, in their order. */
  read(after: number, limit: number): Promise<LiveEventsRead>;
  /** A number behind those of all events that are stored, and before those of all that will be. */
  takeNumber(): Promise<number>;
  /** Keeps the newest `count` of them. */
  prune(count: number): Promise<void>;
  /** Stores `event` for each process that has said nothing for `silentMs` and has not said that it goes: what it has told last may be lost. Returns how many there were. */
  noteDead(silentMs: number, event: StoredLiveEvent): Promise<number>;
}

/** A number behind the last one, and as many behind that as are asked for, not before the time it is: the distance of two tells nothing of what lies between. */
const takeNumber = (behind: number) => sql`
  update counters set value = greatest(value + 1, floor(extract(epoch from clock_timestamp()) * 1000000)::bigint) + ${behind}::bigint
  where name = ${LIVE_EVENTS} returning value`;

/** Opens what was told of the service. */
export function createLiveEventsStore(
  db: Kysely<Tables>,
  { replica, log }: { readonly replica: string; readonly log: StoreLog },
): LiveEventsStore {
  const reader = createRecordReader<Tables['live_events'], StoredLiveEvent & { readonly number: number }>({
    table: 'live_events',
    key: ['number'],
    toRecord,
    log,
  });
  return {
    async append(source, from, events) {
      await appendEvents(db, {
        behind: events.length - 1,
        count: events.length,
        sources: events.map((_, index) => `${source}/${from + index}`),
        times: events.map(({ at }) => at),
        owners: events.map(({ owner }) => owner),
        bodies: events.map(({ body }) => toStoredJson(body)),
      });
    },
    async read(after, limit) {
      const { rows } = await sql<Tables['live_events'] & { readonly dropped: number }>`
        select events.*, counters.value as dropped from counters
        left join (select * from live_events where number > ${after} order by number limit ${limit}) as events on true
        where counters.name = ${LIVE_EVENTS_DROPPED} order by events.number`.execute(db);
      const found = rows.filter(({ number }) => number !== null);
      return {
        events: reader.all(found),
        until: found.at(-1)?.number ?? after,
        hasMore: found.length === limit,
        droppedUntil: rows[0]?.dropped ?? 0,
      };
    },
    async takeNumber() {
      const { rows } = await sql<{ value: number }>`${takeNumber(0)}`.execute(db);
      return rows[0]?.value ?? 0;
    },
    async prune(count) {
      await sql`
        with old as (select number from live_events order by number desc offset ${count} limit 1),
        dropped as (update counters set value = greatest(value, old.number) from old where name = ${LIVE_EVENTS_DROPPED})
        delete from live_events where number <= (select number from old)`.execute(db);
    },
    async noteDead(silentMs, { body, owner, at }) {
      const isDead = isSilent(db, { replica, silenceMs: silentMs });
      const { rows: silent } = await sql`select id from replicas where ${isDead}`.execute(db);
      if (!silent.length) return 0;
      const { rows } = await sql`
        with next as (${takeNumber(silent.length - 1)}),
        dead as (delete from replicas where id in (
          select id from replicas where ${isDead} and (select value from next) > 0
          limit ${silent.length} for update skip locked) returning id)
        insert into live_events (number, source, at, owner, body)
        select (select value from next) - row_number() over () + 1, 'end of ' || id, ${at}::bigint, ${owner}::text, ${toStoredJson(body)}::text
        from dead on conflict (source) do nothing returning number`.execute(db);
      return rows.length;
    },
  };
}

interface Appended {
  /** How many come behind the first one. */
  readonly behind: number;
  readonly count: number;
  readonly sources: readonly string[];
  readonly times: readonly number[];
  readonly owners: readonly (string | null)[];
  readonly bodies: readonly string[];
}

const appendEvents = prepareQuery((db, { behind, count, sources, times, owners, bodies }: Appended) => ({
  compile: () =>
    sql`
    with next as (${takeNumber(behind)})
    insert into live_events (number, source, at, owner, body)
    select (select value from next) - ${count}::bigint + event.place, event.source, event.at, event.owner, event.body
    from unnest(${sources}::text[], ${times}::bigint[], ${owners}::text[], ${bodies}::text[])
      with ordinality as event(source, at, owner, body, place)
    on conflict (source) do nothing`.compile(db),
}));

const toRecord = (row: RowReading<keyof Tables['live_events']>) => ({
  number: row.place('number'),
  body: row.json('body', isJsonObject),
  owner: row.textOrNull('owner'),
  at: row.count('at'),
});
