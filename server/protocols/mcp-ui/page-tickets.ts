import { hash, randomBytes } from 'node:crypto';
import { BASE_PATH } from '../../../contract/index.ts';

/** The path of the pages that a ticket is good for: nobody is asked for a key there. */
export const TICKET_ENDPOINT = `${BASE_PATH}/mcp-ui-page`;

const LASTS_MS = 60_000;
/** How many tickets one key may have open: a page of a chat shows a few at once. */
const MAX_OPEN = 200;

/** The one page that a ticket is good for. */
export interface TicketPage {
  readonly agentId: string;
  readonly server: string;
  readonly uri: string;
}

interface KeepOptions {
  readonly caller: string | undefined;
  readonly lastsMs: number;
  /** How many a caller may have open; of more the oldest ends. */
  readonly most: number;
}

/** Where tickets are kept, by their digests: what is kept opens nothing. */
export interface KeptTickets {
  /** Keeps a ticket. Returns when it ends, in milliseconds since 1970. */
  keep(digest: string, page: TicketPage, options: KeepOptions): number | Promise<number>;
  /** Uses a ticket up. Undefined when it was used before, has ended, or never was one. */
  take(digest: string): TicketPage | undefined | Promise<TicketPage | undefined>;
}

/** Addresses of pages for frames, which cannot send a key: each is good for one page, once, and for a minute. */
export class PageTickets {
  readonly #kept: KeptTickets;

  constructor(kept: KeptTickets) {
    this.#kept = kept;
  }

  /** A new address of a page, and when it ends. The oldest of a caller ends for it when there are too many. */
  async issue(page: TicketPage, caller: string | undefined): Promise<{ url: string; expires_at: string }> {
    const ticket = randomBytes(32).toString('base64url');
    const expiresAt = await this.#kept.keep(digestOf(ticket), page, { caller, lastsMs: LASTS_MS, most: MAX_OPEN });
    return { url: `${TICKET_ENDPOINT}?ticket=${ticket}`, expires_at: new Date(expiresAt).toISOString() };
  }

  /** The page of a ticket, which is used up then; undefined when it was used before, has ended, or never was one. */
  async take(ticket: string): Promise<TicketPage | undefined> {
    return this.#kept.take(digestOf(ticket));
  }
}

const digestOf = (ticket: string): string => hash('sha256', ticket);

interface OpenTicket extends TicketPage {
  readonly caller: string | undefined;
  readonly expiresAt: number;
}

/** Keeps tickets for a process that has its store alone. `now` tells the time in milliseconds since 1970. */
export function createTicketMemory(now: () => number = Date.now): KeptTickets {
  /** In the order in which they expire. */
  const open = new Map<string, OpenTicket>();
  const forgetExpired = () => {
    const time = now();
    for (const [digest, { expiresAt }] of open) {
      if (expiresAt > time) return;
      open.delete(digest);
    }
  };
  return {
    keep(digest, page, { caller, lastsMs, most }) {
      forgetExpired();
      const own = [...open].filter(([, ticket]) => ticket.caller === caller);
      for (const [each] of own.slice(0, Math.max(0, own.length - most + 1))) open.delete(each);
      const expiresAt = now() + lastsMs;
      open.set(digest, { ...page, caller, expiresAt });
      return expiresAt;
    },
    take(digest) {
      forgetExpired();
      const found = open.get(digest);
      open.delete(digest);
      return found;
    },
  };
}
