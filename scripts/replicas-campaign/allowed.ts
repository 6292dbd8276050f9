import type { Replica } from './fleet.ts';

/** What was allowed to happen in a round. */
export interface Allowed {
  /** Whether runs may be ended by a replica that ends. */
  readonly mayDrain: boolean;
  /** Whether requests may be refused, and streams break off, because the database is away. */
  readonly mayRefuse: boolean;
  /** Whether runs must go on where their replica is gone. */
  readonly isDurable: boolean;
  /** The replicas that may have lost their runs. */
  readonly lost: ReadonlySet<Replica>;
}

/** Whether a replica, by its name, may have lost its runs. */
export const isLost = ({ lost }: Allowed, replica: string): boolean => [...lost].some(({ name }) => name === replica);

/** Whether a replica may refuse requests with 503 and `Retry-After`, and break streams off in a way that says so. */
export const mayRefuse = (allowed: Allowed, replica: string): boolean => allowed.mayRefuse || isLost(allowed, replica);
