import { type Kysely, type SqlBool, sql } from 'kysely';
import { isShared } from './dialect.ts';
import type { Tables } from './schema.ts';
import { isSilent } from './silence.ts';

interface ClaimOptions {
  /** This process; null: it has its database alone. */
  readonly replica: string | null;
  /** The ids of the tasks that it works on. */
  readonly live: readonly string[];
  /** For how long the others may be silent; undefined: none of them is judged. */
  readonly silenceMs: number | undefined;
}

/** How many tasks are taken over at once: a few by each process that looks. */
const CLAIMED_AT_ONCE = 20;

/** A task that is worked on; the words are those of the index. */
export const isAtWork = sql<SqlBool>`state in ('submitted', 'working')`;

/** Takes over tasks that nobody works on. */
export async function claimTasks(
  db: Kysely<Tables>,
  { replica, live, silenceMs }: ClaimOptions,
): Promise<Tables['tasks'][]> {
  if (!isShared(db)) {
    const open = db.selectFrom('tasks').selectAll().where(isAtWork);
    return open.$if(live.length > 0, (query) => query.where('id', 'not in', live)).execute();
  }
  // What is being changed is passed by, and looked at again a moment later. A run that goes on elsewhere is for its own process.
  const { rows } = await sql<Tables['tasks']>`
    update tasks set replica = ${replica} where id in (
      select tasks.id from tasks
        left join runs on runs.id = tasks.run_id and tasks.conversation_key in ('', runs.conversation_key)
        left join replicas on replicas.id = tasks.replica
      where tasks.state in ('submitted', 'working') and tasks.id <> all(${live}::text[])
        and (tasks.replica = ${replica}
          or runs.replica = ${replica}
          or ((replicas.id is null or ${isSilent(db, { replica, silenceMs })})
            and runs.status is distinct from 'running'))
      limit ${CLAIMED_AT_ONCE} for update of tasks skip locked)
    returning *`.execute(db);
  return rows;
}
