/** A push notification config of a task: where to send, and with which secrets, sealed. */
export interface PushConfigRecord {
  readonly taskId: string;
  /** Unique among those of its task. */
  readonly id: string;
  /** The version of A2A that it was asked for in. */
  readonly version: string;
  readonly sealed: string;
}

/** A push notification that waits to be sent. */
export interface WaitingNotification {
  readonly taskId: string;
  readonly configId: string;
  /** The number of the update among those of its task. */
  readonly seq: number;
  /** The update as JSON of A2A 1.0. */
  readonly update: unknown;
  /** How often it was claimed, this time included. */
  readonly attempts: number;
  /** How long it has waited. */
  readonly ageMs: number;
}

/** The stored push notifications: who asked for them, and what is still to be sent. They go with their task. */
export interface PushStore {
  /** Inserts or replaces a config of a task that is stored; of more than `most` of one task those go that were set first. */
  set(config: PushConfigRecord, most: number): Promise<void>;
  get(taskId: string, id: string): Promise<PushConfigRecord | undefined>;
  /** Those of a task, the oldest first. */
  list(taskId: string): Promise<PushConfigRecord[]>;
  /** So many of all, behind one of them. */
  page(after: Pick<PushConfigRecord, 'taskId' | 'id'> | undefined, limit: number): Promise<PushConfigRecord[]>;
  /** Replaces what is sealed, unless it has changed meanwhile. */
  reseal(config: PushConfigRecord, sealed: string): Promise<void>;
  /** Deletes a config, and with it what waits to be sent to it. */
  delete(taskId: string, id: string): Promise<void>;
  /**
   * Claims up to `limit` notifications that are due, for this process to send within `holdMs`; then others may. Of those of one config only
   * the first one that waits: the next is due when that was sent, or given up.
   */
  claim(limit: number, holdMs: number): Promise<WaitingNotification[]>;
  /** Forgets a notification: it was sent, or is given up. */
  remove(notification: WaitingNotification): Promise<void>;
  /** Gives a notification up for so long; then any process may claim it. */
  postpone(notification: WaitingNotification, ms: number): Promise<void>;
}
