/** A task of A2A as it is stored. */

/** Where a task of another agent stands: `input-required` waits for a person, the last four are ends. */
export type TaskState = 'submitted' | 'working' | 'input-required' | 'completed' | 'failed' | 'canceled' | 'rejected';

/** One task. */
export interface TaskRecord {
  readonly id: string;
  readonly agentId: string;
  readonly contextId: string;
  readonly state: TaskState;
  /** Why it stands there, in words for people. */
  readonly detail: string | null;
  /** What was said and made, in the words of the protocol. */
  readonly body: Readonly<Record<string, unknown>>;
  /** When it came to this state. */
  readonly changedAt: string;
  /** The name of the key that asked for it; null without keys. */
  readonly owner: string | null;
}
