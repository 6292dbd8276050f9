/** The tables, as queries see them, in SQLite as in PostgreSQL. Times are RFC 3339 in UTC. */
import type { ApprovalStatus } from './stored-approvals.ts';
import type { RunStatus } from './stored-runs.ts';
import type { TaskState } from './stored-tasks.ts';

/** An agent; `position` is its place in the order of creation. */
interface AgentsTable {
  id: string;
  position: number;
  name: string;
  description: string;
  model: string | null;
  system_prompt: string;
  /** A JSON array of ids, each alone or in an object with its origin. */
  selected_mcp_servers: string;
  max_steps: number;
  temperature: number | null;
  /** 1: it calls its tools from code; 0: it does not; null: as the server is started. */
  codemode: number | null;
  /** A JSON array of names; null: those the server is started with. */
  skills: string | null;
  /** A JSON object with the name patterns of `tools`. */
  approvals: string;
  /** A JSON array of the ids of the agents it may ask. */
  agents: string;
  /** 1: MCP clients are offered it as a tool; 0: they are not. */
  offer_as_tool: number;
  /** A JSON Schema of its answers; null: they are text. */
  output_schema: string | null;
  /** 1: another process goes on with its runs when theirs is gone; 0: they end. */
  durable: number;
  created_at: string;
  updated_at: string;
  /** Which write of the table was its last one, where processes share the database; 0 where one has it alone. */
  revision: number;
}

/** An MCP server that a caller added; `position` is its place in the order of creation. */
interface ServersTable {
  id: string;
  position: number;
  /** A JSON object without values of secrets. */
  definition: string;
  /** A JSON object with sealed values of secrets by the names of their variables; null: none is stored. */
  secrets: string | null;
  created_at: string;
  updated_at: string;
  /** Which write of the table was its last one, where processes share the database; 0 where one has it alone. */
  revision: number;
}

/** What somebody has asked of one process, and all that share the database are to do. */
interface DesiresTable {
  /** What it is about. */
  name: string;
  /** A JSON object without values of secrets. */
  body: string;
  /** A JSON object with sealed values of secrets by name; null: none is stored. */
  secrets: string | null;
  /** Which write of the table was its last one. */
  revision: number;
}

/** What was told of the service, by whichever of the processes that share the database. */
interface LiveEventsTable {
  /** When it was stored, in microseconds since 1970, or one more than the number before. */
  number: number;
  /** Which process has told it, and its place among what that has told. */
  source: string;
  /** When it happened, in milliseconds since 1970. */
  at: number;
  /** Whose it is; null: everybody's. */
  owner: string | null;
  /** What happened, as JSON. */
  body: string;
}

/** The last number that was given away of each kind, by processes that share the database. */
interface CountersTable {
  name: string;
  value: number;
}

/** A conversation; `message_count` is also the `seq` of its last message. */
interface ConversationsTable {
  /** Unique; never told. */
  key: string;
  /** The id its owner knows it by, unique among those of one owner. */
  id: string;
  agent_id: string;
  title: string;
  message_count: number;
  created_at: string;
  updated_at: string;
  /** The key that began it; null without keys. */
  owner: string | null;
  /** Where an editor works on it; null: no editor has. */
  folder: string | null;
}

/** A message of a conversation. */
interface MessagesTable {
  conversation_key: string;
  /** 1 for the first message, without gaps. */
  seq: number;
  id: string;
  /** The whole message as JSON. */
  body: string;
  created_at: string;
}

/** A run of an agent: who asked, what it cost, and how it ended. */
interface RunsTable {
  /** Unique; never told. */
  key: string;
  /** The id it is known by, unique among those of one owner. */
  id: string;
  conversation_key: string;
  conversation_id: string;
  agent_id: string;
  status: RunStatus;
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  /** In US dollars, of the steps whose cost is known; null where none is. */
  cost: number | null;
  /** How many answers of models were counted: those whose cost is known, and `unpriced_steps`. */
  model_steps: number;
  /** Those of them whose cost is not known. */
  unpriced_steps: number;
  /** null while it runs. */
  duration_ms: number | null;
  started_at: string;
  ended_at: string | null;
  /** The id its caller gave it; differs from `id` when that was taken. */
  given_id: string;
  /** 1: it goes on without readers; 0: it ends with its last reader. */
  is_detached: number;
  /** How many messages its conversation had when it began, the ones it began with included. */
  history_count: number;
  /** How it ended, as JSON; null while it runs. */
  outcome: string | null;
  /** That of its conversation; empty without keys, so that lists can follow an index. */
  owner: string;
  /** The id of the run that asked for it by a tool call, of the same owner; null without one. */
  parent_run_id: string | null;
  /** The trace that its caller named, as the headers of W3C Trace Context; null where it named none, or nothing was traced. */
  traceparent: string | null;
  tracestate: string | null;
  /** The name of the key that asked for it; empty without keys; null: not known. */
  asker: string | null;
  /** The process that executes it, of those that share a database; null: none of them, or there is only one. */
  replica: string | null;
  /** How often it went to another process, which nobody writes it without knowing. */
  fence: number;
  /** Why it is to end, for the process that executes it; null: nobody said that it is. */
  cancel: string | null;
  /** What it was asked, as JSON, for another process to go on with; null: none is to, or it has ended. */
  request: string | null;
}

/** A process of those that share a database. */
interface ReplicasTable {
  /** Another one at each start. */
  id: string;
  /** When it last said that it is there, by the clock of the database. */
  beat: string;
  /** 1: it shuts down. */
  draining: number;
  /** 1: it answers what others ask. */
  answers: number;
}

/** Something that a process asks of all others. Without other processes nothing is in it. */
interface ProcessAsksTable {
  id: string;
  kind: string;
  /** What is asked, as JSON. */
  body: string;
  /** The process that asks. */
  replica: string;
  /** In milliseconds since 1970. */
  asked_at: number;
}

/** The answer of a process. */
interface ProcessAnswersTable {
  ask: string;
  replica: string;
  /** As JSON. */
  body: string;
}

/** A step of a run. */
interface RunStepsTable {
  run_key: string;
  number: number;
  /** The step as JSON. */
  body: string;
}

/** What sums are added up by: each run counts in one of each. */
export type Span = 'month' | 'day' | 'minute';

/** What runs that have ended came to: all that started in one span of time and are alike in the other columns. Runs that are deleted later stay counted. */
interface RunSumsTable {
  span: Span;
  /** The beginning of the span, in UTC: `2026-11`, `2026-11-23`, or `2026-11-23T10:05`. */
  start: string;
  /** The key they are of; empty without keys. */
  owner: string;
  agent_id: string;
  /** The model that was asked; empty where none was. */
  model: string;
  status: RunStatus;
  /** How many runs, each counted with its last model. */
  runs: number;
  duration_ms: number;
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  /** In US dollars, of the steps whose cost is known. */
  cost: number;
  /** How many answers of models were counted: those whose cost is known, and `unpriced_steps`. */
  model_steps: number;
  /** Those of them whose cost is not known. */
  unpriced_steps: number;
}

/** A batch of events of a run: a row for each event would cost ten times as much. */
interface RunEventsTable {
  run_key: string;
  /** The number of the first event of the row. */
  first: number;
  /** A JSON array of events. */
  events: string;
  /** A JSON array with the time of each, in milliseconds since 1970. */
  times: string;
}

/** A tool call that waits, or waited, for a person. */
interface ApprovalsTable {
  id: string;
  run_key: string;
  run_id: string;
  conversation_key: string;
  conversation_id: string;
  agent_id: string;
  call_id: string;
  tool: string;
  description: string;
  /** The arguments as a JSON object. */
  args: string;
  tool_hash: string;
  /** The id of the approval that an asked agent waits for, and that is answered with this one; null of a call of its own. */
  stands_for: string | null;
  status: ApprovalStatus;
  reason: string | null;
  resumed_by: string | null;
  created_at: string;
  resolved_at: string | null;
  /** The key that answered it; null without keys, and while nobody has. */
  resolved_by: string | null;
}

/** A task of another agent: what A2A calls one run. */
interface TasksTable {
  id: string;
  agent_id: string;
  context_id: string;
  /** The conversation that it runs on; empty until it does. */
  conversation_key: string;
  state: TaskState;
  detail: string | null;
  /** The run that it is, by the id of its owner; null: not known. */
  run_id: string | null;
  /** The process that works on it, of those that share a database; null: none of them, or there is only one. */
  replica: string | null;
  /** How many updates of it there have been. */
  updates: number;
  /** What was said and made, as JSON. */
  body: string;
  changed_at: string;
  /** The key that asked for it; null without keys. */
  owner: string | null;
}

/** Requests of one caller in one window that one replica has let in. Without other replicas nothing is in it. */
interface RateLimitCountsTable {
  /** The operation, or `*` for all, and the length of the window in seconds: `agents.create/60`. */
  rule: string;
  /** A keyed hash of what identifies the caller. */
  caller: string;
  /** When the window ends, in milliseconds since 1970. */
  ends_at: number;
  /** The process that has counted them. */
  replica: string;
  used: number;
}

/** An address of a page that is good once, for any process to serve. Without other processes nothing is in it. */
interface PageTicketsTable {
  /** The ticket, as a hash of it. */
  digest: string;
  /** The key that has asked for it; empty without keys. */
  caller: string;
  agent_id: string;
  server: string;
  uri: string;
  /** In milliseconds since 1970. */
  expires_at: number;
}

/** Where push notifications of a task go to. */
interface PushConfigsTable {
  task_id: string;
  id: string;
  /** The version of A2A that it was asked for in. */
  version: string;
  /** The whole config, with its secrets. */
  sealed: string;
  set_at: string;
}

/** A push notification that waits to be sent. */
interface PushOutboxTable {
  task_id: string;
  config_id: string;
  /** The number of the update among those of its task. */
  seq: number;
  /** The update as JSON. */
  body: string;
  /** How often a process has claimed it. */
  attempts: number;
  added_at: string;
  /** When it may be claimed: later while a process sends it, and after one could not. */
  due_at: string;
}

/** When the card of an agent changed: what another agent reads of it. */
interface CardTimesTable {
  agent_id: string;
  digest: string;
  changed_at: string;
}

/** A small fact about the data folder. */
interface FactsTable {
  name: string;
  value: string;
}

/** One row for each migration that was made. */
interface SchemaVersionsTable {
  version: number;
  migrated_at: string;
}

/** Every table of the store. */
export interface Tables {
  agents: AgentsTable;
  servers: ServersTable;
  conversations: ConversationsTable;
  messages: MessagesTable;
  runs: RunsTable;
  run_events: RunEventsTable;
  run_steps: RunStepsTable;
  run_sums: RunSumsTable;
  approvals: ApprovalsTable;
  tasks: TasksTable;
  push_configs: PushConfigsTable;
  push_outbox: PushOutboxTable;
  card_times: CardTimesTable;
  replicas: ReplicasTable;
  rate_limit_counts: RateLimitCountsTable;
  page_tickets: PageTicketsTable;
  process_asks: ProcessAsksTable;
  process_answers: ProcessAnswersTable;
  facts: FactsTable;
  server_desires: DesiresTable;
  live_events: LiveEventsTable;
  counters: CountersTable;
  schema_versions: SchemaVersionsTable;
}
