/** How the processes that are one service tell each other that there is something to look at. What there is, only the store says. */

/** Every kind of wake-up. */
export const WAKE_KINDS = ['events', 'cancel', 'ended', 'changed'] as const;

/**
 * What a wake-up is about, and with it what its id is:
 *
 * | kind | what happened | id |
 * | --- | --- | --- |
 * | `events` | a run has new events, or has ended | its stored key |
 * | `cancel` | a run was asked to end | its stored key |
 * | `ended` | a conversation is free again | its stored key |
 * | `changed` | a record was written or removed | `table:id`; without an id: some of the table |
 */
export type WakeKind = (typeof WAKE_KINDS)[number];

/**
 * Wake-ups between processes. One may be lost, come twice, or come for nothing, so it only ever means "look now": whoever listens also
 * looks by itself from time to time, and once before it counts on being woken.
 */
export interface Wake {
  /** Tells the other processes, soon and at most once for ids that wait together; never this one, which knows already. Never throws. */
  tell(kind: WakeKind, id: string): void;
  /** Calls `listener` with the id of each wake-up of a kind that another process told. Returns what ends that. */
  on(kind: WakeKind, listener: (id: string) => void): () => void;
  /**
   * Calls `listener` when wake-ups may have been lost: everybody looks at everything they wait for. Comes again and again while
   * {@link way} is `poll`. Returns what ends that.
   */
  onLost(listener: () => void): () => void;
  /** How wake-ups come at this moment: `memory`, there is no other process; `listen`, as they are told; `poll`, by looking. */
  readonly way: 'memory' | 'listen' | 'poll';
  /** Sends what waits, as far as that goes in a second or so, and ends all of it. Twice is fine. */
  close(): Promise<void>;
}

/** The wake-ups of a process that is the only one: it tells nobody, and nobody tells it. */
export function createMemoryWake(): Wake {
  return {
    way: 'memory',
    tell: () => undefined,
    on: () => () => undefined,
    onLost: () => () => undefined,
    close: async () => undefined,
  };
}
