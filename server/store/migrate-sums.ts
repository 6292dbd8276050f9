/** Makes room for steps, costs and sums, and counts the runs that were there before. */
import { type Kysely, sql } from 'kysely';
import { toCount } from './count.ts';
import { addSums, durationOf, toCounted } from './count-runs.ts';
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

const ROWS_AT_ONCE = 1000;

async function countEnded(db: Kysely<Tables>): Promise<void> {
  for (let last = ''; ; ) {
    const rows = await db
      .selectFrom('runs')
      .selectAll()
      .where('key', '>', last)
      .where('ended_at', 'is not', null)
      .orderBy('key')
      .limit(ROWS_AT_ONCE)
      .execute();
    // Bytes, which no server writes here, come behind all texts.
    const readable = rows.filter(({ key }) => typeof key === 'string');
    for (const row of readable) await countOne(db, row);
    const end = readable.at(-1);
    if (!end || readable.length < ROWS_AT_ONCE) return;
    last = end.key;
  }
}

/** Counts a run as far as its row can be read: neither its models nor its costs were noted. */
async function countOne(db: Kysely<Tables>, row: Tables['runs']): Promise<void> {
  const duration_ms = durationOf(row.started_at, row.ended_at);
  // How often a model was asked was not noted either.
  const steps = { model_steps: 1, unpriced_steps: 1 };
  await db
    .updateTable('runs')
    .set({ duration_ms, ...steps })
    .where('key', '=', row.key)
    .execute();
  const tokens = { input_tokens: toCount(row.input_tokens), output_tokens: toCount(row.output_tokens) };
  const counts = { runs: 1, duration_ms, ...tokens, cached_tokens: 0, reasoning_tokens: 0, cost: 0, ...steps };
  await addSums(db, { run: toCounted(row), model: '', counts });
}
