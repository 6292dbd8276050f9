import type { Kysely } from 'kysely';
import { ApiError } from '../../call/errors.ts';
import type { AtOnce } from '../engine.ts';
import type { Ownership } from '../ownership.ts';
import type { Tables } from '../schema.ts';
import { closeAtOnce } from './close-at-once.ts';
import { isUnreachable } from './errors.ts';
import { openAtOnce } from './open-at-once.ts';

/** The beginning and the end of runs by one statement each, which costs a fraction of what a transaction of many does. */
export const createAtOnce = (db: Kysely<Tables>, ownership: Ownership, replica: string): AtOnce => ({
  open: (run) => orNothing(() => openAtOnce(db, run, replica)),
  close: (run) => orNothing(() => closeAtOnce(db, run, ownership)),
});

/** What was refused is done in a transaction, statement by statement, which tells what is wrong with it. */
async function orNothing<Result>(work: () => Promise<Result | undefined>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof ApiError || isUnreachable(cause)) throw cause;
    return undefined;
  }
}
