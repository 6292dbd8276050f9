/** Makes room for steps, costs and sums, and counts the runs that were there before. */
import { type Kysely, sql } from 'kysely';
import { addSums, type Counted, type CountedRow, readCounted } from './count-runs.ts';
import { RowReading } from './row-reading.ts';
import type { Tables } from './schema.ts';

/** The change of the tables. */
export async function countRuns(db: Kysely<Tables>): Promise<void> {
  await addColumns(db);
  await createStepsAndSums(db);
  await indexByOwner(db);
  await countEnded(db);
}

async function addColumns(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  for (const column of ['cached_tokens', 'reasoning_tokens', 'model_steps', 'unpriced_steps'] as const) {
    await schema
      .alterTable('runs')
      .addColumn(column, 'integer', (definition) => definition.notNull().defaultTo(0))
      .execute();
  }
  await schema.alterTable('runs').addColumn('cost', 'double precision').execute();
  await schema.alterTable('runs').addColumn('duration_ms', 'integer').execute();
  await schema
    .alterTable('runs')
    .addColumn('owner', 'text', (definition) => definition.notNull().defaultTo(''))
    .execute();
  const owner = sql`coalesce((select owner from conversations where conversations.key = runs.conversation_key), '')`;
  await sql`update runs set owner = ${owner}`.execute(db);
  await schema
    .alterTable('run_events')
    .addColumn('times', 'text', (definition) => definition.notNull().defaultTo('[]'))
    .execute();
  await schema.alterTable('approvals').addColumn('resolved_by', 'text').execute();
  await schema.alterTable('runs').addColumn('traceparent', 'text').execute();
  await schema.alterTable('runs').addColumn('tracestate', 'text').execute();
}

async function createStepsAndSums({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable('run_steps')
    .addColumn('run_key', 'text', (column) => column.notNull().references('runs.key').onDelete('cascade'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_steps_in_order', ['run_key', 'number'])
    .execute();
  await schema
    .createTable('run_sums')
    .addColumn('span', 'text', (column) => column.notNull())
    .addColumn('start', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('runs', 'integer', (column) => column.notNull())
    .addColumn('duration_ms', 'bigint', (column) => column.notNull())
    .addColumn('input_tokens', 'bigint', (column) => column.notNull())
    .addColumn('output_tokens', 'bigint', (column) => column.notNull())
    .addColumn('cached_tokens', 'bigint', (column) => column.notNull())
    .addColumn('reasoning_tokens', 'bigint', (column) => column.notNull())
    .addColumn('cost', 'double precision', (column) => column.notNull())
    .addColumn('model_steps', 'bigint', (column) => column.notNull())
    .addColumn('unpriced_steps', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_sums_by_name', ['span', 'start', 'owner', 'agent_id', 'model', 'status'])
    .execute();
  // What one key among many sees is added up without the others.
  await schema.createIndex('run_sums_of_owner').on('run_sums').columns(['span', 'owner', 'start']).execute();
}

/** A list follows one of these, whatever it is narrowed to. */
async function indexByOwner({ schema }: Kysely<Tables>): Promise<void> {
  await schema.dropIndex('runs_newest').execute();
  await schema.dropIndex('runs_newest_of_agent').execute();
  for (const [name, narrowed] of [
    ['runs_newest_of_owner', []],
    ['runs_newest_by_agent', ['agent_id']],
    ['runs_newest_by_status', ['status']],
    ['runs_newest_by_both', ['agent_id', 'status']],
    ['runs_newest_of_conversation', ['conversation_id']],
  ] as const) {
    await schema
      .createIndex(name)
      .on('runs')
      .columns(['owner', ...narrowed, 'started_at', 'key'])
      .execute();
  }
}

/** How many rows go into one statement: each counts for three spans with 15 values each, and SQLite takes 32,766. */
const ROWS_AT_ONCE = 500;

/** Counts the runs that have ended: how often they asked a model was not noted, nor what it cost. */
async function countEnded(db: Kysely<Tables>): Promise<void> {
  if (!(await db.selectFrom('runs').select('key').limit(1).executeTakeFirst())) return;
  const duration = sql`cast(round((julianday(ended_at) - julianday(started_at)) * 86400000) as integer)`;
  await sql`
    update runs set model_steps = 1, unpriced_steps = 1, duration_ms = max(0, coalesce(${duration}, 0))
    where ended_at is not null`.execute(db);
  for (let last = ''; ; ) {
    const rows = await db
      .selectFrom('runs')
      .select(['key', 'owner', 'agent_id', 'status', 'started_at', 'duration_ms', 'input_tokens', 'output_tokens'])
      .where('key', '>', last)
      .where('ended_at', 'is not', null)
      .orderBy('key')
      .limit(ROWS_AT_ONCE)
      .execute();
    await addSums(db, rows.map(toCounted));
    const key = rows.at(-1)?.key;
    // Bytes, which no server writes here, come behind all texts.
    if (typeof key !== 'string') return;
    last = key;
  }
}

/** Adds up what days came to by months: a sum of all that was ever run reads few rows. */
export async function sumMonths(db: Kysely<Tables>): Promise<void> {
  if (!(await db.selectFrom('run_sums').select('span').limit(1).executeTakeFirst())) return;
  const sumOf = (column: string) => {
    const name = sql.ref(column);
    const most = sql.lit(Number.MAX_SAFE_INTEGER);
    return sql`min(${most}, sum(case when ${name} between 0 and ${most} then ${name} * 1.0 else 0 end))`;
  };
  // Those that were counted a moment ago, of a store that is older, are added up already.
  await sql`delete from run_sums where span = 'month'`.execute(db);
  await sql`
    insert into run_sums
      (span, start, owner, agent_id, model, status, runs, duration_ms, input_tokens, output_tokens, cached_tokens, reasoning_tokens,
       cost, model_steps, unpriced_steps)
    select 'month', substr(start, 1, 7), owner, agent_id, model, status, ${sql.join(SUMMED.map(sumOf))}
    from run_sums where span = 'day' group by 2, 3, 4, 5, 6`.execute(db);
}

const SUMMED = [
  'runs',
  'duration_ms',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'cost',
  'model_steps',
  'unpriced_steps',
] as const;

/** What a run counts, as far as its row can be read. */
function toCounted(row: CountedRow): Counted {
  const read = new RowReading<keyof Tables['runs']>(row);
  return {
    run: readCounted(row),
    model: '',
    counts: {
      runs: 1,
      duration_ms: read.count('duration_ms'),
      input_tokens: read.count('input_tokens'),
      output_tokens: read.count('output_tokens'),
      cached_tokens: 0,
      reasoning_tokens: 0,
      cost: 0,
      model_steps: 1,
      unpriced_steps: 1,
    },
  };
}
