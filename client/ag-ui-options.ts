/** What an AGUIAdapter is given, and what it tells. */
import type { AGUIAssistantMessage, AGUIMessage } from './ag-ui-history.ts';
import type { AGUIError } from './ag-ui-run.ts';

/** A tool that runs here, at the caller: the answer ends with its call, and `addToolResult` brings the result. */
export interface AGUITool {
  /** 1 to 64 of A-Z a-z 0-9 _ - */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments, an object. */
  readonly parameters?: Record<string, unknown>;
}

/** How a connection that broke in the middle of an answer is made again. */
export interface AGUIReconnectOptions {
  /** How often in a row; 6 unless told. Each event that comes starts the count anew. */
  readonly maxTries?: number;
  /** Milliseconds before the first try, 250 unless told; doubled for each further one, and up to a half less by chance. */
  readonly delayMs?: number;
  /** The longest wait before a try, in milliseconds; 8,000 unless told. */
  readonly maxDelayMs?: number;
  /** How long the connection may bring nothing before it counts as broken, in milliseconds; 45,000 unless told. A server that lives sends something every 15 seconds. */
  readonly idleMs?: number;
}

/** How an AGUIAdapter reaches its agent. */
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
  readonly tools?: readonly AGUITool[];
  /**
   * How a broken connection is made again; the answer then goes on where it stopped. For that, runs do not end with their connection
   * (`forwardedProps.background`). False: they do, and a broken connection is an error.
   */
  readonly reconnect?: AGUIReconnectOptions | false;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** A question a run has ended with, such as whether a tool may be called. */
export interface AGUIInterrupt {
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
  readonly runId: string;
  readonly outcome: 'success' | 'cancelled' | 'interrupt';
  /** Calls of the caller's tools, which wait for `addToolResult`. */
  readonly pendingToolCallIds: readonly string[];
  /** Questions that `resume` answers, all of them at once. */
  readonly interrupts: readonly AGUIInterrupt[];
}

/** Whom to tell while a message is answered, and what to send with it. */
export interface SendMessageOptions {
  /** Each piece of text, as it comes. */
  readonly onToken?: (token: string) => void;
  /** Each tool call, once its arguments are complete. */
  readonly onToolCall?: (call: { id: string; name: string; args: unknown }) => void;
  /** At the end: the agent's last message, `{id, role: 'assistant', content, toolCalls?}`; of a stopped run, what there is of it. */
  readonly onComplete?: (message: AGUIAssistantMessage, result: AGUIRunResult) => void;
  /** Instead of `onComplete`. The promise is rejected as well, but then nobody has to handle it. */
  readonly onError?: (error: AGUIError) => void;
  /** State shared with the agent: any JSON value. */
  readonly state?: unknown;
  /** What the agent should know for this message. */
  readonly context?: readonly { readonly description: string; readonly value: string }[];
  readonly forwardedProps?: Readonly<Record<string, unknown>>;
}
