import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** The page that a ticket opens. */
export interface TicketRecord {
  readonly agentId: string;
  readonly server: string;
  readonly uri: string;
}

interface KeepOptions {
  /** The name of the key that has asked for it; undefined without keys. */
  readonly caller: string | undefined;
  readonly lastsMs: number;
  /** How many a caller may have open; of more the oldest ends. */
  readonly most: number;
}

/** Tickets of pages that any process of a service serves. What is stored opens nothing. */
export interface PageTicketsStore {
  /** Stores a ticket by its digest. Returns when it ends, in milliseconds since 1970. */
  keep(digest: string, page: TicketRecord, options: KeepOptions): Promise<number>;
  /** Uses a ticket up. Undefined when it was used before, has ended, or never was one. */
  take(digest: string): Promise<TicketRecord | undefined>;
}

/** How many that have ended go when one comes. */
const ENDED_AT_ONCE = 400;

const NOW = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** Opens the tickets of pages. */
export const createPageTicketsStore = (db: Kysely<Tables>): PageTicketsStore => ({
  async keep(digest, { agentId, server, uri }, { caller = '', lastsMs, most }) {
    const { rows } = await sql<{ expires_at: number }>`
      with gone as (
        delete from page_tickets where digest in (
          select digest from page_tickets where digest in (
            (select digest from page_tickets where expires_at <= ${NOW} order by expires_at limit ${ENDED_AT_ONCE})
            union all
            (select digest from page_tickets where caller = ${caller} order by expires_at desc, digest offset ${most - 1})
          ) for update skip locked
        )
      )
      insert into page_tickets (digest, caller, agent_id, server, uri, expires_at)
      values (${digest}, ${caller}, ${agentId}, ${server}, ${uri}, ${NOW} + ${lastsMs}::bigint)
      returning expires_at`.execute(db);
    return rows[0]?.expires_at ?? 0;
  },
  async take(digest) {
    const { rows } = await sql<{ agentId: string; server: string; uri: string; isOpen: boolean }>`
      delete from page_tickets where digest = ${digest}
      returning agent_id as "agentId", server, uri, expires_at > ${NOW} as "isOpen"`.execute(db);
    const [found] = rows;
    if (!found?.isOpen) return undefined;
    const { agentId, server, uri } = found;
    return { agentId, server, uri };
  },
});
