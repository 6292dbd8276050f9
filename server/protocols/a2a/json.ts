/** The JSON of A2A 1.0 as this server writes it; the codecs of the SDK make objects of their own of it. */

/** A part of an artifact or of a message of the agent. */
export type A2aPart =
  | { readonly text: string }
  | { readonly raw: string; readonly mediaType: string; readonly filename: string }
  | { readonly url: string; readonly mediaType: string; readonly filename: string }
  | {
      readonly data: unknown;
      readonly mediaType: string;
      readonly metadata: Readonly<Record<string, unknown>>;
    };

/** A message of the agent, or one of the user as it came. */
export type A2aMessage = Readonly<Record<string, unknown>> & { readonly messageId: string };

/** A piece of what a task has made. */
export interface A2aArtifact {
  readonly artifactId: string;
  readonly name: string;
  readonly parts: readonly A2aPart[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Where a task stands, with a message of the agent that explains it. */
export interface A2aStatus {
  readonly state: string;
  readonly timestamp: string;
  readonly message?: A2aMessage;
}

/** A task with all that was said and made in it. */
export interface A2aTask {
  readonly id: string;
  readonly contextId: string;
  readonly status: A2aStatus;
  readonly artifacts: readonly A2aArtifact[];
  readonly history: readonly A2aMessage[];
}

/** One event in the stream of a task: the task itself, which comes first, or a change of it. */
export type A2aUpdate =
  | { readonly task: A2aTask }
  | { readonly statusUpdate: { readonly taskId: string; readonly contextId: string; readonly status: A2aStatus } }
  | {
      readonly artifactUpdate: {
        readonly taskId: string;
        readonly contextId: string;
        readonly artifact: A2aArtifact;
        readonly append: boolean;
        readonly lastChunk: boolean;
      };
    };
