/** The options of an AGUIAdapter, and what its callbacks are called with. */
import type { AGUIError } from './ag-ui-error.ts';
import type { AGUIAssistantMessage, AGUIMessage } from './ag-ui-history.ts';

/** A tool that runs where the adapter does: the answer ends with its call, and `addToolResult` brings the result. */
export interface AGUITool {
  /** 1 to 64 of A-Z a-z 0-9 _ - */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments, an object. */
  readonly parameters?: Record<string, unknown>;
}

/** How a connection that broke in the middle of an answer is made again. */
export interface AGUIReconnectOptions {
  /** How often in a row; absent: 6. Each event that comes starts the count anew. */
  readonly maxTries?: number;
  /** Milliseconds before the first try; absent: 250. Doubled for each further one, and up to a half less by chance. */
  readonly delayMs?: number;
  /** The longest wait before a try, in milliseconds; absent: 8,000. */
  readonly maxDelayMs?: number;
  /** Milliseconds without anything after which the connection counts as broken; absent: 45,000. A server that lives sends something every 15 seconds. */
  readonly idleMs?: number;
}

/** Which agent an AGUIAdapter talks to, how it reaches it, and what it brings to the conversation. */
export interface AGUIAdapterOptions {
  /** `…/api/v1/ag-ui/{agent_id}/`, with or without the trailing slash. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly apiKey?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The conversation; absent: a new one. */
  readonly threadId?: string;
  /** What was said on the thread so far. */
  readonly messages?: readonly AGUIMessage[];
  /** Tools that run here, for every run. */
  readonly tools?: readonly AGUITool[];
  /**
   * How a broken connection is made again; the answer then goes on where it stopped. For that, runs do not end with their connection
   * (`forwardedProps.background`). False: they do, and a broken connection is an error.
   */
  readonly reconnect?: AGUIReconnectOptions | false;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** A question that a run has ended with, such as whether a tool may be called: an interrupt of AG-UI 1.0. */
export interface AGUIInterrupt {
  /** What the answer names it by. */
  readonly id: string;
  readonly reason: string;
  readonly message?: string;
  readonly toolCallId?: string;
  /** JSON Schema of the payload that answers it. */
  readonly responseSchema?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** An answer to an {@link AGUIInterrupt}. */
export interface AGUIInterruptAnswer {
  readonly interruptId: string;
  /** `cancelled`: the question was put away; a call that waited is refused. */
  readonly status: 'resolved' | 'cancelled';
  /** By the `responseSchema` of the question: `{ approved: true }`. */
  readonly payload?: unknown;
}

/** How the answer to a message ended. */
export interface AGUIRunResult {
  readonly threadId: string;
  /** Empty when the answer was stopped before it was known which run it is. */
  readonly runId: string;
  /** `cancelled`: the run was stopped; `interrupt`: it asks questions, which are in `interrupts`. */
  readonly outcome: 'success' | 'cancelled' | 'interrupt';
  /** Calls of the caller's tools, which wait for `addToolResult`. */
  readonly pendingToolCallIds: readonly string[];
  /** Questions that `resume` answers, all of them at once. */
  readonly interrupts: readonly AGUIInterrupt[];
}

/** The callbacks while a message is answered, and what to send with it. */
export interface SendMessageOptions {
  /** Called with each piece of text, as it comes. */
  readonly onToken?: (token: string) => void;
  /** Called with each tool call, once its arguments are complete. */
  readonly onToolCall?: (call: { id: string; name: string; args: unknown }) => void;
  /** Called at the end with the agent's last message, `{id, role: 'assistant', content, toolCalls?}`; of a stopped run, what there is of it. */
  readonly onComplete?: (message: AGUIAssistantMessage, result: AGUIRunResult) => void;
  /** Called instead of `onComplete` when the answer fails. The promise is rejected as well, but then nobody has to handle it. */
  readonly onError?: (error: AGUIError) => void;
  /** State shared with the agent: any JSON value. */
  readonly state?: unknown;
  /** What the agent should know for this message. */
  readonly context?: readonly { readonly description: string; readonly value: string }[];
  /** Further settings of the run, such as `when_busy`; with `background: false` it ends with its connection. */
  readonly forwardedProps?: Readonly<Record<string, unknown>>;
}
