import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import { makeAgentsTools } from './migrate-agent-tools.ts';
import { createAsks } from './migrate-asks.ts';
import { createPageTickets } from './migrate-page-tickets.ts';
import { createRateLimitCounts } from './migrate-rate-limits.ts';
import { addServiceRecords } from './migrate-service-records.ts';
import { addAskers, createCardTimes, createPush, shareTasks } from './migrate-shared-tasks.ts';
import { countRuns, sumMonths } from './migrate-sums.ts';
import type { Tables } from './schema.ts';

/** One change of the tables. */
export type Migration = (db: Kysely<Tables>) => Promise<void>;
type Schema = Kysely<Tables>['schema'];

/** The changes of the tables, oldest first; the version of a store is how many of them it has had. Only ever added to. */
export const migrations: readonly Migration[] = [
  createFirstTables,
  addCodemode,
  addRunLogsAndApprovals,
  addSkills,
  createTasks,
  addOwners,
  nameByOwner,
  countRuns,
  makeAgentsTools,
  addOutputSchema,
  addFolders,
  sumMonths,
  addReplicas,
  addServerSecrets,
  createRateLimitCounts,
  addServiceRecords,
  addDurableRuns,
  addAskers,
  shareTasks,
  createPush,
  createCardTimes,
  createPageTickets,
  createAsks,
];

/** The schema version this server reads and writes. */
export const SCHEMA_VERSION = migrations.length;

/**
 * Brings the tables to {@link SCHEMA_VERSION}, each migration whole or not at all. Changes nothing when the store is newer, and returns its
 * version then. `changes` are those of another release, for tests of what that does.
 */
export function migrate(db: Kysely<Tables>, changes = migrations): Promise<FoundVersion> {
  return migrateEach(db, { changes, transact: (change) => db.transaction().execute(change) });
}

/**
 * The same for a database that others use, all of it in one transaction. Of processes that start at once, one does it and the others wait.
 * Fails after `lockMs` of waiting for one who uses a table: whoever came later would wait behind this all that time.
 */
export function migrateShared(
  db: Kysely<Tables>,
  { lockMs, changes = migrations }: { readonly lockMs: number; readonly changes?: readonly Migration[] | undefined },
): Promise<FoundVersion> {
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtext('agent-runtimes migrations'))`.execute(transaction);
    // Not before: nobody waits behind who waits for that.
    await sql`set local lock_timeout = ${sql.lit(lockMs)}`.execute(transaction);
    return migrateEach(transaction, { changes, transact: (change) => change(transaction) });
  });
}

/** The version of a store that is newer than this server. */
interface FoundVersion {
  readonly newerVersion?: number;
}

interface MigrateEach {
  readonly changes: readonly Migration[];
  readonly transact: (change: Migration) => Promise<void>;
}

async function migrateEach(db: Kysely<Tables>, { changes, transact }: MigrateEach): Promise<FoundVersion> {
  await db.schema
    .createTable('schema_versions')
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('migrated_at', 'text', (column) => column.notNull())
    .execute();
  const found = await db
    .selectFrom('schema_versions')
    .select(({ fn }) => fn.max('version').as('version'))
    .executeTakeFirst();
  const version = Number(found?.version ?? 0);
  if (version > changes.length) return { newerVersion: version };
  for (const [index, change] of changes.entries()) {
    if (index < version) continue;
    await transact(async (transaction) => {
      await change(transaction);
      await transaction
        .insertInto('schema_versions')
        .values({ version: index + 1, migrated_at: new Date().toISOString() })
        .execute();
    });
  }
  return {};
}

async function createFirstTables({ schema }: Kysely<Tables>): Promise<void> {
  await createAgents(schema);
  await createServers(schema);
  await createConversations(schema);
  await createRuns(schema);
  await createFacts(schema);
}

async function createAgents(schema: Schema): Promise<void> {
  await schema
    .createTable('agents')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('model', 'text')
    .addColumn('system_prompt', 'text', (column) => column.notNull())
    .addColumn('selected_mcp_servers', 'text', (column) => column.notNull())
    .addColumn('max_steps', 'integer', (column) => column.notNull())
    .addColumn('temperature', 'double precision')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
}

async function createServers(schema: Schema): Promise<void> {
  await schema
    .createTable('servers')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
}

async function createConversations(schema: Schema): Promise<void> {
  await schema
    .createTable('conversations')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('message_count', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
  await schema.createIndex('conversations_newest').on('conversations').columns(['updated_at', 'id']).execute();
  await schema
    .createIndex('conversations_newest_of_agent')
    .on('conversations')
    .columns(['agent_id', 'updated_at', 'id'])
    .execute();
  await schema
    .createTable('messages')
    .addColumn('conversation_id', 'text', (column) =>
      column.notNull().references('conversations.id').onDelete('cascade'),
    )
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('messages_in_order', ['conversation_id', 'seq'])
    .addUniqueConstraint('messages_by_id', ['conversation_id', 'id'])
    .execute();
}

async function createRuns(schema: Schema): Promise<void> {
  await schema
    .createTable('runs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('conversation_id', 'text', (column) =>
      column.notNull().references('conversations.id').onDelete('cascade'),
    )
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('input_tokens', 'integer', (column) => column.notNull())
    .addColumn('output_tokens', 'integer', (column) => column.notNull())
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('ended_at', 'text')
    .execute();
  await schema.createIndex('runs_of_conversation').on('runs').column('conversation_id').execute();
  // Makes a second run on a busy conversation impossible, whatever the code above the store believes.
  await schema
    .createIndex('one_running_run_a_conversation')
    .unique()
    .on('runs')
    .column('conversation_id')
    .where(sql.ref('status'), '=', 'running')
    .execute();
}

async function createFacts(schema: Schema): Promise<void> {
  await schema
    .createTable('facts')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}

async function addCodemode({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('agents').addColumn('codemode', 'integer').execute();
}

async function addRunLogsAndApprovals(db: Kysely<Tables>): Promise<void> {
  await addRunLogs(db);
  await createApprovals(db.schema);
}

async function addRunLogs(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable('runs')
    .addColumn('given_id', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await schema
    .alterTable('runs')
    .addColumn('is_detached', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema
    .alterTable('runs')
    .addColumn('history_count', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('runs').addColumn('outcome', 'text').execute();
  await db
    .updateTable('runs')
    .set({ given_id: sql.ref('id') })
    .execute();
  await schema.createIndex('runs_newest').on('runs').columns(['started_at', 'id']).execute();
  await schema.createIndex('runs_newest_of_agent').on('runs').columns(['agent_id', 'started_at', 'id']).execute();
  await schema
    .createTable('run_events')
    .addColumn('run_id', 'text', (column) => column.notNull().references('runs.id').onDelete('cascade'))
    .addColumn('first', 'integer', (column) => column.notNull())
    .addColumn('events', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_events_in_order', ['run_id', 'first'])
    .execute();
}

async function createApprovals(schema: Schema): Promise<void> {
  await schema
    .alterTable('agents')
    .addColumn('approvals', 'text', (column) => column.notNull().defaultTo('{"tools":[]}'))
    .execute();
  await schema
    .createTable('approvals')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull().references('runs.id').onDelete('cascade'))
    .addColumn('conversation_id', 'text', (column) => column.notNull())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('call_id', 'text', (column) => column.notNull())
    .addColumn('tool', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('args', 'text', (column) => column.notNull())
    .addColumn('tool_hash', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('resumed_by', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('resolved_at', 'text')
    .execute();
  await schema
    .createIndex('open_approvals_of_conversation')
    .on('approvals')
    .column('conversation_id')
    .where(sql.ref('resumed_by'), 'is', null)
    .execute();
  await schema.createIndex('approvals_newest').on('approvals').columns(['created_at', 'id']).execute();
}

async function addSkills({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('agents').addColumn('skills', 'text').execute();
}

async function addOutputSchema({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('agents').addColumn('output_schema', 'text').execute();
}

async function createTasks({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable('tasks')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('context_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('detail', 'text')
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('changed_at', 'text', (column) => column.notNull())
    .execute();
  await schema.createIndex('tasks_newest').on('tasks').columns(['changed_at', 'id']).execute();
  await schema.createIndex('tasks_newest_of_agent').on('tasks').columns(['agent_id', 'changed_at', 'id']).execute();
}

async function addFolders({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('conversations').addColumn('folder', 'text').execute();
}

async function addServerSecrets({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('servers').addColumn('secrets', 'text').execute();
}

async function addOwners({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('conversations').addColumn('owner', 'text').execute();
  await schema.alterTable('tasks').addColumn('owner', 'text').execute();
}

/**
 * Conversations and runs get a key that is theirs alone beside the id that their owner gave them, so that two owners may use one id.
 * What was there before has its id as its key: keys are told by nobody, and nothing but this server makes new ones.
 */
async function nameByOwner(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('conversations').renameColumn('id', 'key').execute();
  await schema.alterTable('messages').renameColumn('conversation_id', 'conversation_key').execute();
  await schema.alterTable('runs').renameColumn('id', 'key').execute();
  await schema.alterTable('runs').renameColumn('conversation_id', 'conversation_key').execute();
  await schema.alterTable('run_events').renameColumn('run_id', 'run_key').execute();
  await schema.alterTable('approvals').renameColumn('run_id', 'run_key').execute();
  await schema.alterTable('approvals').renameColumn('conversation_id', 'conversation_key').execute();
  for (const [table, column, key] of [
    ['conversations', 'id', 'key'],
    ['runs', 'id', 'key'],
    ['runs', 'conversation_id', 'conversation_key'],
    ['approvals', 'run_id', 'run_key'],
    ['approvals', 'conversation_id', 'conversation_key'],
    ['tasks', 'conversation_key', 'context_id'],
  ] as const) {
    const text = (definition: ColumnDefinitionBuilder) => definition.notNull().defaultTo('');
    await schema.alterTable(table).addColumn(column, 'text', text).execute();
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sql.ref(key)}`.execute(db);
  }
  await schema.createIndex('conversations_by_id').unique().on('conversations').columns(['id', 'owner']).execute();
  await schema.createIndex('runs_by_id').on('runs').column('id').execute();
}

/** Runs belong to one of the processes that share a database, and those tell that they are there. */
async function addReplicas({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('runs').addColumn('replica', 'text').execute();
  await schema
    .alterTable('runs')
    .addColumn('fence', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('runs').addColumn('cancel', 'text').execute();
  await schema
    .createTable('replicas')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('beat', 'timestamptz', (column) => column.notNull())
    .addColumn('draining', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
}

/** Runs that another process may go on with, and the agents whose runs are such. */
async function addDurableRuns({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .alterTable('agents')
    .addColumn('durable', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('runs').addColumn('request', 'text').execute();
}
