/** What the rest of the server asks of the store. What a resolved write stored survives the death of the process. */

import type { CardTimesStore } from './card-times-store.ts';
import type { ServiceStore } from './service-store.ts';
import type { SharedStore } from './shared-store.ts';
import type { AgentsStore } from './stored-agents.ts';
import type { ApprovalsStore } from './stored-approvals.ts';
import type { ConversationsStore } from './stored-conversations.ts';
import type { PushStore } from './stored-push.ts';
import type { RunsStore } from './stored-runs.ts';
import type { ServersStore } from './stored-servers.ts';
import type { TasksStore } from './stored-tasks.ts';

export type { AgentRecord } from './stored-agents.ts';
export type { ApprovalDecision, ApprovalRecord, NewApproval } from './stored-approvals.ts';
export type { ConversationName, ConversationRecord, StoredMessage } from './stored-conversations.ts';
export type { EventBatch, ReplacedMessages, RunRecord } from './stored-runs.ts';
export type { RunStep, StepBatch } from './stored-steps.ts';
export type { TaskRecord } from './stored-tasks.ts';

/** Small facts about this data folder by name, such as that the demo agent was made once. */
export interface FactsStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** Sets a fact that there is not yet, and returns the one that there is. */
  keep(name: string, value: string): Promise<string>;
}

/** The store of one data folder. Without a `principal`, a read is for the server itself, which sees everything. */
export interface Store {
  readonly agents: AgentsStore;
  readonly servers: ServersStore;
  readonly conversations: ConversationsStore;
  readonly runs: RunsStore;
  readonly approvals: ApprovalsStore;
  readonly tasks: TasksStore;
  readonly push: PushStore;
  readonly cardTimes: CardTimesStore;
  readonly facts: FactsStore;
  /** Set where other processes use the same database. */
  readonly shared?: SharedStore | undefined;
  /** Set there too: what they have in common beside runs. */
  readonly service?: ServiceStore | undefined;
  /** Throws when the store cannot be written or read. */
  check(): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
