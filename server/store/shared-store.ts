import type { CancelledRun, RunRecord } from './stored-runs.ts';

/** What a process learns when it says that it is there. */
export interface Beat {
  /** The keys of the runs that belong to this process. */
  readonly owned: readonly string[];
  /** Those of them that somebody asked to end elsewhere. */
  readonly cancelled: readonly CancelledRun[];
  /** How long it had said nothing, by the clock of the database, in milliseconds; 0 when it had never said anything. */
  readonly silentMs: number;
}

/** What processes that share a database ask of it about each other and about each other's runs. */
export interface SharedStore {
  /** This process, as the others know it. */
  readonly replica: string;
  /** Says that this process is there, by the clock of the database, and looks how far that clock is from this one's. */
  beat(state: { readonly draining: boolean }): Promise<Beat>;
  /**
   * Takes over runs of no process, and of those that have said nothing for `silenceMs`; undefined: of no process alone. A few of them, and
   * none while this process has said nothing for as long itself. They belong to it from then on.
   */
  claim(silenceMs: number | undefined): Promise<RunRecord[]>;
  /** The runs that belong to this process, but for these. */
  undriven(driven: readonly string[]): Promise<RunRecord[]>;
  /** Gives up runs of this process, for another one to take over. */
  handOver(keys: readonly string[]): Promise<void>;
  /** Asks the process that has the run which goes on on a conversation to end it; with `givenId`, if its caller called it so. Returns its key, undefined when there is none. */
  cancel(
    conversationKey: string,
    ask: { readonly givenId?: string | undefined; readonly reason: string },
  ): Promise<string | undefined>;
  /** Asks the same of all runs of an agent, and returns them. */
  cancelAgent(agentId: string, reason: string): Promise<RunRecord[]>;
  /** The run that goes on on a conversation, whichever process has it. */
  running(conversationKey: string): Promise<RunRecord | undefined>;
  /** The ids of agents that have runs which go on, whichever processes have them. */
  activeAgents(): Promise<string[]>;
  /** Runs one statement of PostgreSQL about what processes tell each other and nobody else reads. */
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  /** Milliseconds since 1970 on the clock of the database, as the last beat found it. */
  now(): number;
  /** Says that this process is gone. */
  leave(): Promise<void>;
}
