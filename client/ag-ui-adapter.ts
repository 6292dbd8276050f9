/** Talks to an agent over AG-UI, in browsers and in Node. */
import type { AgUiEvent } from '../contract/ag-ui-events.ts';
import { type AgUiEndpoints, agUiEndpointsOf } from './ag-ui-endpoints.ts';
import {
  type AGUIAssistantMessage,
  type AGUIContent,
  type AGUIMessage,
  addResult,
  applyEvent,
  readCall,
} from './ag-ui-history.ts';
import type {
  AGUIAdapterOptions,
  AGUIInterrupt,
  AGUIInterruptAnswer,
  AGUIRunResult,
  AGUITool,
  SendMessageOptions,
} from './ag-ui-options.ts';
import { AG_UI_VERSION, AGUIError, type Connection, postJson, type ReconnectPolicy, streamRun } from './ag-ui-run.ts';
import { headersOf } from './connection.ts';
import { newId } from './new-id.ts';

/** What is being answered. */
interface Answering {
  readonly abort: AbortController;
  /** Undefined until it is known which run is read. */
  runId: string | undefined;
  /** How many messages there were before the run said anything. */
  messageCount: number;
  /** Whether {@link AGUIAdapter.stop} was called. */
  isStopped: boolean;
  readonly ended: Promise<void>;
}

/** What a run is asked for with: to say something, to go on, to answer interrupts, or to be read again. */
interface Ask {
  readonly said?: AGUIMessage;
  readonly resume?: readonly AGUIInterruptAnswer[];
  readonly isAgain?: boolean;
}

/** How long a stopped run may take to end its stream by itself. */
const STOP_GRACE_MS = 2_000;
/** How long to wait before a server that does not have the run yet is told again. */
const TELL_AGAIN_MS = 50;

/**
 * One conversation with one agent. Keeps what was said, with the ids of the server, and sends it with each message.
 *
 *     const adapter = new AGUIAdapter({ baseUrl: 'http://localhost:8765/api/v1/ag-ui/my-agent/' });
 *     await adapter.sendMessage('Hello!', { onToken: (token) => console.log(token) });
 *
 * A connection that breaks in the middle of an answer is made again, and no event is missed or told twice.
 */
export class AGUIAdapter {
  readonly threadId: string;
  readonly #endpoints: AgUiEndpoints;
  readonly #connection: Connection;
  readonly #tools: readonly AGUITool[];
  readonly #reconnect: ReconnectPolicy | undefined;
  readonly #listeners = new Set<(event: AgUiEvent) => void>();
  #messages: readonly AGUIMessage[];
  #answering: Answering | undefined;

  constructor(options: AGUIAdapterOptions) {
    const { baseUrl, threadId, messages = [], tools = [], reconnect = {} } = options;
    this.threadId = threadId ?? newId();
    this.#endpoints = agUiEndpointsOf(baseUrl);
    this.#connection = {
      headers: headersOf(options),
      // Browsers refuse `fetch` as a method of anything but the window.
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    };
    this.#messages = messages;
    this.#tools = tools;
    this.#reconnect = reconnect
      ? { maxTries: 6, delayMs: 250, maxDelayMs: 8_000, idleMs: 45_000, ...reconnect }
      : undefined;
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
   * Says something and resolves with the agent's last message, once it is complete. Rejects with an {@link AGUIError}; a message that
   * the server refused is not kept.
   */
  sendMessage(content: AGUIContent, options: SendMessageOptions = {}): Promise<AGUIAssistantMessage> {
    return this.#answer({ said: { id: newId(), role: 'user', content } }, options);
  }

  /** Lets the agent go on from what was said, such as after {@link addToolResult}. */
  continue(options: SendMessageOptions = {}): Promise<AGUIAssistantMessage> {
    return this.#answer({}, options);
  }

  /** Answers a pending tool call: text, or any JSON value. The next run carries it to the agent. */
  addToolResult(toolCallId: string, result: unknown): void {
    const content = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
    this.#messages = addResult(this.#messages, { id: newId(), role: 'tool', toolCallId, content });
  }

  /** Answers the interrupts that the answer before has ended with, all of them; the agent goes on. */
  resume(answers: readonly AGUIInterruptAnswer[], options: SendMessageOptions = {}): Promise<AGUIAssistantMessage> {
    return this.#answer({ resume: answers }, options);
  }

  /**
   * Reads the newest run of the thread from its beginning, and goes on with it while it goes on: for a page that was loaded anew. What was
   * said before comes from the server. Rejects with the code `run-not-found` when the thread has no run.
   */
  connect(
    options: Omit<SendMessageOptions, 'state' | 'context' | 'forwardedProps'> = {},
  ): Promise<AGUIAssistantMessage> {
    return this.#answer({ isAgain: true }, options);
  }

  /**
   * Ends the answer in progress and resolves once it has ended; its promise resolves with what there is of the message. Rejects when the
   * server cannot be told and the run may go on there.
   */
  async stop(): Promise<void> {
    const answering = this.#answering;
    if (!answering) return;
    answering.isStopped = true;
    const { abort, ended } = answering;
    const timer = setTimeout(() => abort.abort(), STOP_GRACE_MS);
    try {
      await this.#terminate(answering);
    } catch (cause) {
      abort.abort();
      // A run that ends with its connection has ended now.
      if (this.#reconnect) throw cause;
    } finally {
      await ended;
      clearTimeout(timer);
    }
  }

  /** Tells the server to end the run, again until it has it: the word may overtake the request, or come before it is known which run is read. */
  async #terminate(answering: Answering): Promise<void> {
    const { signal } = answering.abort;
    const { terminate: url } = this.#endpoints;
    while (this.#answering === answering) {
      if (signal.aborted) throw new AGUIError('unreachable', 'The server has not ended the run in time');
      const { runId } = answering;
      if (runId !== undefined) {
        const response = await postJson({ url, body: { threadId: this.threadId, runId }, signal }, this.#connection);
        // Of a server that says nothing of it, the status is the answer.
        const told: unknown = await response.json().catch(() => undefined);
        if (Object(told).success !== false) return;
      }
      await new Promise((resolve) => setTimeout(resolve, TELL_AGAIN_MS));
    }
  }

  #answer(ask: Ask, options: SendMessageOptions): Promise<AGUIAssistantMessage> {
    const answer = this.#tryToAnswer(ask, options).catch((cause: unknown) => {
      const error = cause instanceof AGUIError ? cause : new AGUIError('caller-failed', String(cause), { cause });
      options.onError?.(error);
      throw error;
    });
    if (options.onError) answer.catch(() => undefined);
    return answer;
  }

  async #tryToAnswer(ask: Ask, options: SendMessageOptions): Promise<AGUIAssistantMessage> {
    if (this.#answering) throw new AGUIError('busy', 'A message is being answered already');
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const before = this.#messages;
    const answering: Answering = {
      abort: new AbortController(),
      runId: ask.isAgain ? undefined : newId(),
      messageCount: before.length,
      isStopped: false,
      ended,
    };
    this.#answering = answering;
    if (ask.said) this.#messages = [...before, ask.said];
    try {
      const result = await this.#run(ask, answering, options);
      const answer = this.#messages.slice(answering.messageCount).findLast((message) => message.role === 'assistant');
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

  async #run(ask: Ask, answering: Answering, options: SendMessageOptions): Promise<AGUIRunResult> {
    const { abort } = answering;
    let outcome: Omit<AGUIRunResult, 'threadId' | 'runId'> = { ...NOTHING_PENDING, outcome: 'cancelled' };
    try {
      for await (const event of streamRun(this.#toStream(ask, answering, options), this.#connection)) {
        this.#messages = applyEvent(this.#messages, event);
        if (event.type === 'RUN_STARTED') answering.runId = event.runId;
        if (event.type === 'MESSAGES_SNAPSHOT') answering.messageCount = this.#messages.length;
        for (const listener of this.#listeners) listener(event);
        this.#tell(event, options);
        if (event.type === 'RUN_FINISHED') outcome = toOutcome(event.outcome);
      }
    } catch (cause) {
      if (!answering.isStopped || !abort.signal.aborted) throw cause;
    }
    return { threadId: this.threadId, runId: answering.runId ?? '', ...outcome };
  }

  #toStream({ isAgain, resume }: Ask, { runId, abort }: Answering, options: SendMessageOptions) {
    const { state, context = [] } = options;
    const { run, connect: connectUrl } = this.#endpoints;
    const ids = { protocolVersion: AG_UI_VERSION, threadId: this.threadId, runId };
    const forwardedProps = { ...(this.#reconnect && { background: true }), ...options.forwardedProps };
    const given = { messages: this.#messages, tools: this.#tools, state, context, forwardedProps, resume };
    return {
      first: isAgain ? { url: connectUrl, body: ids } : { url: run, body: { ...ids, ...given } },
      connectUrl,
      threadId: this.threadId,
      runId,
      signal: abort.signal,
      // A run that its caller wants to end with the connection is not there to be read again.
      reconnect: forwardedProps.background === false ? undefined : this.#reconnect,
    };
  }

  #tell(event: AgUiEvent, { onToken, onToolCall }: SendMessageOptions): void {
    if (event.type === 'TEXT_MESSAGE_CONTENT') onToken?.(event.delta);
    const call = event.type === 'TOOL_CALL_END' && onToolCall && readCall(this.#messages, event.toolCallId);
    if (call) onToolCall?.(call);
  }
}

const NOTHING_PENDING = { pendingToolCallIds: [], interrupts: [] };

function toOutcome(outcome: Record<string, unknown> | undefined): Omit<AGUIRunResult, 'threadId' | 'runId'> {
  const { type, pendingToolCallIds, interrupts } = outcome ?? {};
  return {
    outcome: type === 'cancelled' || type === 'interrupt' ? type : 'success',
    pendingToolCallIds: Array.isArray(pendingToolCallIds)
      ? pendingToolCallIds.filter((id) => typeof id === 'string')
      : [],
    interrupts: Array.isArray(interrupts) ? interrupts.filter(isInterrupt) : [],
  };
}

const isInterrupt = (value: unknown): value is AGUIInterrupt =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
