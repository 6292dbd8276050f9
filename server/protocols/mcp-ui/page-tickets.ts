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

interface OpenTicket extends TicketPage {
  readonly caller: string | undefined;
  readonly expiresAt: number;
}

/** Addresses of pages for frames, which cannot send a key: each is good for one page, once, and for a minute. */
export class PageTickets {
  /** By the digest of the ticket, in the order in which they expire. What is held here opens nothing. */
  readonly #open = new Map<string, OpenTicket>();
  readonly #now: () => number;

  /** `now` tells the time in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A new address of a page, and when it ends. The oldest of a caller ends for it when there are too many. */
  issue(page: TicketPage, caller: string | undefined): { url: string; expires_at: string } {
    this.#forgetExpired();
    const own = [...this.#open].filter(([, ticket]) => ticket.caller === caller);
    for (const [key] of own.slice(0, Math.max(0, own.length - MAX_OPEN + 1))) this.#open.delete(key);
    const ticket = randomBytes(32).toString('base64url');
    const expiresAt = this.#now() + LASTS_MS;
    this.#open.set(keyOf(ticket), { ...page, caller, expiresAt });
    return { url: `${TICKET_ENDPOINT}?ticket=${ticket}`, expires_at: new Date(expiresAt).toISOString() };
  }

  /** The page of a ticket, which is used up then; undefined when it was used before, has ended, or never was one. */
  take(ticket: string): TicketPage | undefined {
    this.#forgetExpired();
    const key = keyOf(ticket);
    const found = this.#open.get(key);
    this.#open.delete(key);
    return found;
  }

  #forgetExpired(): void {
    const now = this.#now();
    for (const [key, { expiresAt }] of this.#open) {
      if (expiresAt > now) return;
      this.#open.delete(key);
    }
  }
}

const keyOf = (ticket: string): string => hash('sha256', ticket);
