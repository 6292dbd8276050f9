import type { Kysely } from 'kysely';
import { type AsksStore, createAsksStore } from './asks-store.ts';
import { countStart, readRevisions } from './counters.ts';
import { createDesiresStore, type DesiresStore } from './desires-store.ts';
import { createLiveEventsStore, type LiveEventsStore } from './live-events-store.ts';
import { createPageTicketsStore, type PageTicketsStore } from './page-tickets-store.ts';
import type { StoreLog } from './record-reader.ts';
import type { Tables } from './schema.ts';

/** What processes that share a database keep in common beside what one process keeps alone. */
export interface ServiceStore {
  /** How often each table was written that is held in memory: cheap to ask, and the same as before where nothing has changed. */
  revisions(): Promise<ReadonlyMap<string, number>>;
  /** Counts this start of a process. Returns how many there were, with this one. */
  countStart(): Promise<number>;
  readonly desires: DesiresStore;
  readonly events: LiveEventsStore;
  readonly pageTickets: PageTicketsStore;
  readonly asks: AsksStore;
}

/** Opens what the processes of one service have in common, for the process `replica`. */
export const createServiceStore = (
  db: Kysely<Tables>,
  { replica, log }: { readonly replica: string; readonly log: StoreLog },
): ServiceStore => ({
  revisions: () => readRevisions(db),
  countStart: () => countStart(db),
  desires: createDesiresStore(db, log),
  events: createLiveEventsStore(db, { replica, log }),
  pageTickets: createPageTicketsStore(db),
  asks: createAsksStore(db, { replica, log }),
});
