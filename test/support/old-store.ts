/** Undoes changes of the tables, newest first, to make the file of an older server. */
import type { DatabaseSync } from 'node:sqlite';

/** Makes a store what it was before several processes could share one. */
export function undoReplicas(database: DatabaseSync): void {
  database.exec(`
    alter table runs drop column replica; alter table runs drop column fence; alter table runs drop column cancel;
    drop table replicas; drop table rate_limit_counts; drop table page_tickets;
    drop table process_answers; drop table process_asks;
    alter table runs drop column asker;
    drop table card_times; drop table push_outbox; drop table push_configs;
    drop index tasks_at_work; drop index tasks_that_wait;
    alter table tasks drop column run_id; alter table tasks drop column replica; alter table tasks drop column updates;
    alter table servers drop column secrets;
    alter table agents drop column revision; alter table servers drop column revision;
    drop table counters; drop table server_desires; drop table live_events;
    alter table agents drop column durable; alter table runs drop column request;
    delete from schema_versions where version > 12;
  `);
}

/** Makes a store what it was before runs had steps, costs and sums, and agents a schema of their answers. */
export function undoSums(database: DatabaseSync): void {
  undoReplicas(database);
  const columns = [
    'cached_tokens',
    'reasoning_tokens',
    'model_steps',
    'unpriced_steps',
    'cost',
    'duration_ms',
    'owner',
    'traceparent',
    'tracestate',
    'parent_run_id',
  ];
  database.exec(`
    alter table conversations drop column folder;
    alter table agents drop column output_schema;
    drop table run_steps; drop table run_sums;
    ${database
      .prepare("select name from sqlite_master where type = 'index' and tbl_name = 'runs' and name like 'runs_newest%'")
      .all()
      .map(({ name }) => `drop index ${name};`)
      .join('\n')}
    ${columns.map((column) => `alter table runs drop column ${column};`).join('\n')}
    alter table agents drop column offer_as_tool; alter table agents drop column agents;
    drop index approvals_that_stand_for_others; alter table approvals drop column stands_for;
    alter table run_events drop column times;
    alter table approvals drop column resolved_by;
    create index runs_newest on runs (started_at, key);
    create index runs_newest_of_agent on runs (agent_id, started_at, key);
    delete from schema_versions where version > 7;
  `);
}
