/** Every bound of a run. */
export interface RunLimits {
  /** How long a model may take to its first token. */
  readonly firstTokenMs: number;
  /** How long a model may pause in the middle of an answer. */
  readonly idleMs: number;
  /** How many characters one answer of a model may have. */
  readonly answerChars: number;
  /** How many bytes one file of an answer may have; a larger one is left out. */
  readonly answerFileBytes: number;
  /** How many bytes all files of one answer may have, so that they can be stored with it. */
  readonly answerFilesBytes: number;
  /** How long one tool call may take. */
  readonly toolMs: number;
  /** How many tool calls of one step run at once; further ones wait their turn. */
  readonly parallelTools: number;
  /** How many tool calls are kept of one step; further ones, which code has made, are only counted. */
  readonly stepCalls: number;
  /** A longer tool result is cut, and says so. */
  readonly toolResultChars: number;
  /** How many bytes one file at an address may have. */
  readonly fileBytes: number;
  /** How many bytes all such files of a run may have. */
  readonly filesBytes: number;
  /** How many characters a file of text may have. */
  readonly fileChars: number;
  /** How often a model call that failed before its first token is tried again. */
  readonly retries: number;
  /** The wait before the first retry; doubled for each further one. */
  readonly retryBaseMs: number;
  /** A provider that asks for a longer wait than this fails the run instead. */
  readonly retryAfterMaxMs: number;
  /** How many events the slowest reader of an attached run may be behind before the run waits for it. */
  readonly readerLag: number;
  /** How many events of a run are held for late readers. */
  readonly logEvents: number;
  /** How many characters of events are held for late readers, about: as many as the files of an answer may have, and more. */
  readonly logChars: number;
  /** How long an attached run waits for its first reader. */
  readonly attachMs: number;
  /** How many ended runs are held for late readers. */
  readonly keptRuns: number;
  /** How many characters of ended runs are held, about. */
  readonly keptChars: number;
  /** How long an ended run is held. */
  readonly keptMs: number;
  /** How many runs may wait for one conversation. */
  readonly queuedRuns: number;
  /** How long events of a detached run wait to be stored together. */
  readonly flushMs: number;
  /** How many events of a detached run are stored. */
  readonly journalEvents: number;
  /** How many events of a detached run may wait to be stored while the store fails. */
  readonly journalPending: number;
  /** How many ended runs keep their stored events. */
  readonly keptJournals: number;
  /** How long an ended run keeps its stored events. */
  readonly keptJournalMs: number;
}

/** The limits of a server that sets none of its own. */
export const defaultRunLimits: RunLimits = {
  firstTokenMs: 300_000,
  idleMs: 120_000,
  answerChars: 10_000_000,
  answerFileBytes: 8_388_608,
  answerFilesBytes: 11_534_336,
  toolMs: 600_000,
  parallelTools: 16,
  stepCalls: 1000,
  toolResultChars: 1_000_000,
  fileBytes: 10_485_760,
  filesBytes: 20_971_520,
  fileChars: 1_000_000,
  retries: 2,
  retryBaseMs: 500,
  retryAfterMaxMs: 30_000,
  readerLag: 1000,
  logEvents: 10_000,
  logChars: 16_777_216,
  attachMs: 30_000,
  keptRuns: 200,
  keptChars: 67_108_864,
  keptMs: 300_000,
  queuedRuns: 16,
  flushMs: 50,
  journalEvents: 200_000,
  journalPending: 20_000,
  keptJournals: 500,
  keptJournalMs: 86_400_000,
};
