import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { timeIn } from './dialect.ts';
import type { Tables } from './schema.ts';

interface Silence {
  /** The process that judges. */
  readonly replica: string | null;
  /** For how long the others may be silent; undefined: as long as they want, for this one cannot judge them. */
  readonly silenceMs: number | undefined;
}

/**
 * Whether the process of a row of `replicas` has said nothing for so long. None has for one that has said nothing for as long itself, and
 * none when the statement comes late: it was sent by one that heard of the others a moment ago, and may have waited since for a database
 * that was away for all of them.
 */
export function isSilent(db: Kysely<Tables>, { replica, silenceMs }: Silence): RawBuilder<SqlBool> {
  // No length at all is longer than nothing.
  const silence = sql`make_interval(secs => ${silenceMs === undefined ? null : silenceMs / 1000})`;
  return sql`(replicas.beat < statement_timestamp() - ${silence}
    and statement_timestamp() < ${timeIn(db)}::timestamptz + ${silence} / 2
    and (select own.beat >= statement_timestamp() - ${silence} from replicas as own where own.id = ${replica}))`;
}
