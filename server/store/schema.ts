/** The tables, as queries see them. Every query is written so that Postgres could run it too. */

/** An agent; `position` is its place in the order of creation. */
interface AgentsTable {
  id: string;
  position: number;
  name: string;
  description: string;
  model: string | null;
  system_prompt: string;
  /** JSON. */
  selected_mcp_servers: string;
  max_steps: number;
  temperature: number | null;
  /** 0 or 1. */
  codemode: number | null;
  /** JSON. */
  skills: string | null;
  /** JSON. */
  approvals: string;
  created_at: string;
  updated_at: string;
}

interface ServersTable {
  id: string;
  position: number;
  /** JSON. */
  definition: string;
  created_at: string;
  updated_at: string;
}

/** `message_count` is also the `seq` of the last message. */
interface ConversationsTable {
  id: string;
  agent_id: string;
  title: string;
  message_count: number;
  created_at: string;
  updated_at: string;
  /** The key that began it; null without keys. */
  owner: string | null;
}

interface MessagesTable {
  conversation_id: string;
  /** 1 for the first message, without gaps. */
  seq: number;
  id: string;
  /** JSON of the whole message. */
  body: string;
  created_at: string;
}

interface RunsTable {
  id: string;
  conversation_id: string;
  agent_id: string;
  status: 'running' | 'finished' | 'cancelled' | 'failed' | 'interrupted';
  input_tokens: number;
  output_tokens: number;
  started_at: string;
  ended_at: string | null;
  given_id: string;
  /** 1 or 0. */
  is_detached: number;
  /** How many messages its conversation had when it began, the ones it began with included. */
  history_count: number;
  /** JSON. */
  outcome: string | null;
}

/** Many events are one row: a row for each would cost ten times as much. */
interface RunEventsTable {
  run_id: string;
  /** The number of the first event of the row. */
  first: number;
  /** JSON of an array. */
  events: string;
}

interface ApprovalsTable {
  id: string;
  run_id: string;
  conversation_id: string;
  agent_id: string;
  call_id: string;
  tool: string;
  description: string;
  /** JSON. */
  args: string;
  tool_hash: string;
  status: 'pending' | 'approved' | 'denied' | 'cancelled' | 'void';
  reason: string | null;
  resumed_by: string | null;
  created_at: string;
  resolved_at: string | null;
}

/** A task of another agent: what A2A calls one run. */
interface TasksTable {
  id: string;
  agent_id: string;
  context_id: string;
  state: 'submitted' | 'working' | 'input-required' | 'completed' | 'failed' | 'canceled' | 'rejected';
  detail: string | null;
  /** JSON of what was said and made. */
  body: string;
  changed_at: string;
  /** The key that asked for it; null without keys. */
  owner: string | null;
}

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
  approvals: ApprovalsTable;
  tasks: TasksTable;
  facts: FactsTable;
  schema_versions: SchemaVersionsTable;
}
