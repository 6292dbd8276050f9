/** What is told of tool calls that no model made itself: code made them, or a request did. Nothing of it throws. */

/** A call of a tool, as it is asked for. */
export interface WatchedCall {
  /** The id of the MCP server; null for tools of this server's own. Whoever asked said it, so that there may be none of that name. */
  readonly server: string | null;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What goes along to another program that works for a call, so that its trace joins this one. */
export type TraceHeaders = Readonly<Record<string, string>>;

/** What a call came to; `result` is what whoever asked is told. */
export interface CallEnd {
  readonly isError: boolean;
  readonly result: unknown;
}

/** A call that is watched from when it is asked for. */
export interface CallProgress {
  /** It has waited, and goes to its tool now; one that is refused never does. */
  start(): TraceHeaders | undefined;
  end(end: CallEnd): void;
}

/** Is told of each call. */
export interface CallWatch {
  begin(call: WatchedCall): CallProgress;
}

/** A call that has ended, as it is counted. Times are milliseconds since 1970. */
export interface EndedCall {
  /** null also for a call that was refused. */
  readonly server: string | null;
  /** null for a call that was refused. */
  readonly startedAt: number | null;
  readonly endedAt: number;
  readonly isError: boolean;
}

/** How a call is made: `onStart` is to be called when it goes to its tool. */
interface CallMaker<Answer> {
  make(onStart: CallProgress['start'] | undefined): Promise<Answer>;
  toEnd(answer: Answer): CallEnd;
}

/** Makes a call, of which the watch is told, if there is one. */
export async function makeWatched<Answer>(
  watch: CallWatch | undefined,
  call: WatchedCall,
  { make, toEnd }: CallMaker<Answer>,
): Promise<Answer> {
  if (!watch) return make(undefined);
  const progress = watch.begin(call);
  try {
    const answer = await make(() => progress.start());
    progress.end(toEnd(answer));
    return answer;
  } catch (cause) {
    progress.end({ isError: true, result: undefined });
    throw cause;
  }
}
