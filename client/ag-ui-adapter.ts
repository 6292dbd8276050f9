/** Talks to an agent over AG-UI, in browsers and in Node. */
import type { AgUiEvent } from '../contract/ag-ui-events.ts';
import { type AGUIAssistantMessage, type AGUIMessage, addResult, applyEvent, findCall } from './ag-ui-history.ts';
import { AGUIError, type Connection, postJson, streamRun } from './ag-ui-run.ts';

/** A tool that runs here, at the caller: the answer ends with its call, and {@link AGUIAdapter.addToolResult} brings the result. */
export interface AGUITool {
  /** 1 to 64 of A-Z a-z 0-9 _ - */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments, an object. */
  readonly parameters?: Record<string, unknown>;
}

/** How an {@link AGUIAdapter} reaches its agent. */
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
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** How the answer to a message ended. */
export interface AGUIRunResult {
  readonly threadId: string;
  readonly runId: string;
  readonly outcome: 'success' | 'cancelled';
  /** Calls of the caller's tools, which wait for {@link AGUIAdapter.addToolResult}. */
  readonly pendingToolCallIds: readonly string[];
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

interface Answering {
  readonly abort: AbortController;
  runId: string;
  /** Whether {@link AGUIAdapter.stop} was called. */
  isStopped: boolean;
  ended: Promise<void>;
}

/** How long a stopped run may take to end its stream by itself. */
const STOP_GRACE_MS = 2_000;

/**
 * One conversation with one agent. Keeps what was said, with the ids of the server, and sends it with each message.
 *
 *     const adapter = new AGUIAdapter({ baseUrl: 'http://localhost:8765/api/v1/ag-ui/my-agent/' });
 *     await adapter.sendMessage('Hello!', { onToken: (token) => console.log(token) });
 */
export class AGUIAdapter {
  readonly threadId: string;
  readonly #url: string;
  readonly #connection: Connection;
  readonly #tools: readonly AGUITool[];
  readonly #listeners = new Set<(event: AgUiEvent) => void>();
  #messages: readonly AGUIMessage[];
  #answering: Answering | undefined;

  constructor(options: AGUIAdapterOptions) {
    const { baseUrl, apiKey, headers, threadId, messages = [], tools = [] } = options;
    this.threadId = threadId ?? crypto.randomUUID();
    this.#url = withTrailingSlash(baseUrl);
    this.#connection = {
      headers: { ...headers, ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) },
      // Browsers refuse `fetch` as a method of anything but the window.
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    };
    this.#messages = messages;
    this.#tools = tools;
  }

  /** What was said so far, in order. */
  get messages(): readonly AGUIMessage[] {
    return this.#messages;
  }

  /** Calls `listener` with every event of every run, its keys in camelCase. What it returns ends that. */
  subscribe(listener: (event: AgUiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Says something and resolves with the agent's last message, once it is complete. Rejects with an {@link AGUIError}; a message that the server refused is not kept.
   */
  sendMessage(content: string, options: SendMessageOptions = {}): Promise<AGUIAssistantMessage> {
    return this.#answer({ id: crypto.randomUUID(), role: 'user', content }, options);
  }

  /** Lets the agent go on from what was said, such as after {@link addToolResult}. */
  continue(options: SendMessageOptions = {}): Promise<AGUIAssistantMessage> {
    return this.#answer(undefined, options);
  }

  /** Answers a pending tool call: text, or any JSON value. The next run carries it to the agent. */
  addToolResult(toolCallId: string, result: unknown): void {
    const content = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
    this.#messages = addResult(this.#messages, { id: crypto.randomUUID(), role: 'tool', toolCallId, content });
  }

  /** Ends the answer in progress and resolves once it has ended; its promise resolves with what there is of the message. */
  async stop(): Promise<void> {
    const answering = this.#answering;
    if (!answering) return;
    answering.isStopped = true;
    const { abort, runId, ended } = answering;
    const timer = setTimeout(() => abort.abort(), STOP_GRACE_MS);
    try {
      const url = this.#url.replace(/[^/]+\/(\?.*)?$/, 'terminate');
      const ids = { threadId: this.threadId, runId };
      await (await postJson(url, ids, abort.signal, this.#connection)).body?.cancel();
    } catch {
      // Leaving cancels the run too.
      abort.abort();
    }
    await ended;
    clearTimeout(timer);
  }

  #answer(said: AGUIMessage | undefined, options: SendMessageOptions): Promise<AGUIAssistantMessage> {
    const answer = this.#tryToAnswer(said, options).catch((cause: unknown) => {
      const error = cause instanceof AGUIError ? cause : new AGUIError('caller-failed', String(cause), { cause });
      options.onError?.(error);
      throw error;
    });
    if (options.onError) answer.catch(() => undefined);
    return answer;
  }

  async #tryToAnswer(said: AGUIMessage | undefined, options: SendMessageOptions): Promise<AGUIAssistantMessage> {
    if (this.#answering) throw new AGUIError('busy', 'A message is being answered already');
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const answering: Answering = { abort: new AbortController(), runId: crypto.randomUUID(), isStopped: false, ended };
    this.#answering = answering;
    const before = this.#messages;
    if (said) this.#messages = [...before, said];
    try {
      const result = await this.#run(answering, options);
      const answer = this.#messages.slice(before.length).findLast((message) => message.role === 'assistant');
      const message = answer ?? { id: '', role: 'assistant', content: '' };
      options.onComplete?.(message, result);
      return message;
    } catch (cause) {
      // Refused: the server has not heard it, and it would be said twice when it is said again.
      if (cause instanceof AGUIError && cause.status !== undefined) this.#messages = before;
      throw cause;
    } finally {
      this.#answering = undefined;
      end();
    }
  }

  async #run(answering: Answering, options: SendMessageOptions): Promise<AGUIRunResult> {
    const { runId, abort } = answering;
    const { state, context = [], forwardedProps = {} } = options;
    const ids = { threadId: this.threadId, runId };
    const given = { messages: this.#messages, tools: this.#tools, state, context, forwardedProps };
    let result: AGUIRunResult = { ...ids, outcome: 'cancelled', pendingToolCallIds: [] };
    try {
      const input = { protocolVersion: '1.0', ...ids, ...given };
      for await (const event of streamRun(this.#url, input, abort.signal, this.#connection)) {
        this.#messages = applyEvent(this.#messages, event);
        for (const listener of this.#listeners) listener(event);
        this.#tell(event, options);
        if (event.type === 'RUN_FINISHED') result = { ...ids, ...toOutcome(event.outcome) };
      }
    } catch (cause) {
      if (!answering.isStopped || !abort.signal.aborted) throw cause;
    }
    return result;
  }

  #tell(event: AgUiEvent, { onToken, onToolCall }: SendMessageOptions): void {
    if (event.type === 'TEXT_MESSAGE_CONTENT') onToken?.(event.delta);
    if (event.type !== 'TOOL_CALL_END' || !onToolCall) return;
    const call = findCall(this.#messages, event.toolCallId);
    if (call) onToolCall({ id: call.id, name: call.function.name, args: parseArguments(call.function.arguments) });
  }
}

function toOutcome(
  outcome: Record<string, unknown> | undefined,
): Pick<AGUIRunResult, 'outcome' | 'pendingToolCallIds'> {
  const pending = outcome?.pendingToolCallIds;
  return {
    outcome: outcome?.type === 'cancelled' ? 'cancelled' : 'success',
    pendingToolCallIds: Array.isArray(pending) ? pending.filter((id) => typeof id === 'string') : [],
  };
}

// The arguments of a call that was cut off are half an object.
function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const withTrailingSlash = (url: string): string => url.replace(/\/?(\?.*)?$/, '/$1');
