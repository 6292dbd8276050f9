/** Talks to an agent over AG-UI, in browsers and in Node. */
import type { AgUiEvent } from '../contract/ag-ui-events.ts';
import { type AgUiEndpoints, agUiEndpointsOf } from './ag-ui-endpoints.ts';
import { AGUIError } from './ag-ui-error.ts';
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
  AGUIInterruptAnswer,
  AGUIRunResult,
  AGUITool,
  SendMessageOptions,
} from './ag-ui-options.ts';
import { NOTHING_PENDING, type RunOutcome, toOutcome } from './ag-ui-outcome.ts';
import { AG_UI_VERSION, type HttpSettings, postJson, type ReconnectPolicy, streamRun } from './ag-ui-run.ts';
import { headersOf } from './connection.ts';
import { newId } from './new-id.ts';

/** The answer in progress. */
interface AnswerInProgress {
  readonly abort: AbortController;
  /** Undefined until it is known which run is read. */
  runId: string | undefined;
  /** How many messages there were before the run said anything. */
  messageCount: number;
  /** Whether {@link AGUIAdapter.stop} was called. */
  isStopped: boolean;
  readonly ended: Promise<void>;
}

/** What an answer is asked for with: a message, answers to interrupts, or nothing new. */
interface Ask {
  readonly message?: AGUIMessage;
  readonly resume?: readonly AGUIInterruptAnswer[];
  /** Whether the newest run is read again instead of a new one started. */
  readonly isReplay?: boolean;
}

/** How long a stopped run may take to end its stream by itself. */
const STOP_GRACE_MS = 2_000;
/** How long to wait before a server that does not have the run yet is asked to end it again. */
const TERMINATE_AGAIN_MS = 50;

/**
 * One conversation with one agent. Keeps its messages, with the ids of the server, and sends them with each new one.
 *
 *     const adapter = new AGUIAdapter({ baseUrl: 'http://localhost:8765/api/v1/ag-ui/my-agent/' });
 *     await adapter.sendMessage('Hello!', { onToken: (token) => console.log(token) });
 *
 * A connection that breaks in the middle of an answer is made again, and no event is missed or delivered twice.
 */
export class AGUIAdapter {
  /** The id of the conversation, here and on the server. */
  readonly threadId: string;
  readonly #endpoints: AgUiEndpoints;
  readonly #http: HttpSettings;
  readonly #tools: readonly AGUITool[];
  readonly #reconnect: ReconnectPolicy | undefined;
  readonly #listeners = new Set<(event: AgUiEvent) => void>();
  #messages: readonly AGUIMessage[];
  #answering: AnswerInProgress | undefined;

  constructor(options: AGUIAdapterOptions) {
    const { baseUrl, threadId, messages = [], tools = [], reconnect = {} } = options;
    this.threadId = threadId ?? newId();
    this.#endpoints = agUiEndpointsOf(baseUrl);
    this.#http = {
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

  /** The messages so far, in order. */
  get messages(): readonly AGUIMessage[] {
    return this.#messages;
  }

  /** Calls `listener` with every event of every run, its keys in camelCase, until the returned function is called. */
  subscribe(listener: (event: AgUiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Says something and resolves with the agent's last message, once it is complete. Rejects with an {@link AGUIError}; a message that
   * the server refused is not kept.
   */
  sendMessage(content: AGUIContent, options: SendMessageOptions = {}): Promise<AGUIAssistantMessage> {
    return this.#answer({ message: { id: newId(), role: 'user', content } }, options);
  }

  /** Lets the agent go on from the messages so far, such as after {@link addToolResult}. */
  continue(options: SendMessageOptions = {}): Promise<AGUIAssistantMessage> {
    return this.#answer({}, options);
  }

  /** Answers a pending tool call: text, or any JSON value. The next run carries it to the agent. */
  addToolResult(toolCallId: string, result: unknown): void {
    const content = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
    this.#messages = addResult(this.#messages, { id: newId(), role: 'tool', toolCallId, content });
  }

  /** Answers the interrupts that the last run ended with, all of them; the agent goes on. */
  resume(answers: readonly AGUIInterruptAnswer[], options: SendMessageOptions = {}): Promise<AGUIAssistantMessage> {
    return this.#answer({ resume: answers }, options);
  }

  /**
   * Reads the newest run of the thread from its beginning, and follows it while it goes on: for a page that was loaded anew. The messages
   * before it come from the server. Rejects with the code `run-not-found` when the thread has no run.
   */
  connect(
    options: Omit<SendMessageOptions, 'state' | 'context' | 'forwardedProps'> = {},
  ): Promise<AGUIAssistantMessage> {
    return this.#answer({ isReplay: true }, options);
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

  /** Asks the server to end the run, again until it has the run: this may overtake the request, or come before it is known which run is read. */
  async #terminate(answering: AnswerInProgress): Promise<void> {
    const { signal } = answering.abort;
    const { terminate: url } = this.#endpoints;
    while (this.#answering === answering) {
      if (signal.aborted) throw new AGUIError('unreachable', 'The server has not ended the run in time');
      const { runId } = answering;
      if (runId !== undefined) {
        const response = await postJson({ url, body: { threadId: this.threadId, runId }, signal }, this.#http);
        // Where a server answers without `success`, its status is the answer.
        const answer: unknown = await response.json().catch(() => undefined);
        if (Object(answer).success !== false) return;
      }
      await new Promise((resolve) => setTimeout(resolve, TERMINATE_AGAIN_MS));
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
    const answering: AnswerInProgress = {
      abort: new AbortController(),
      runId: ask.isReplay ? undefined : newId(),
      messageCount: before.length,
      isStopped: false,
      ended,
    };
    this.#answering = answering;
    if (ask.message) this.#messages = [...before, ask.message];
    try {
      const result = await this.#run(ask, answering, options);
      const answer = this.#messages.slice(answering.messageCount).findLast((message) => message.role === 'assistant');
      const message = answer ?? { id: '', role: 'assistant', content: '' };
      options.onComplete?.(message, result);
      return message;
    } catch (cause) {
      // The server refused the message and does not have it: kept, it would be there twice when it is sent again.
      if (cause instanceof AGUIError && cause.status !== undefined) this.#messages = before;
      throw cause;
    } finally {
      this.#answering = undefined;
      end();
    }
  }

  async #run(ask: Ask, answering: AnswerInProgress, options: SendMessageOptions): Promise<AGUIRunResult> {
    const { abort } = answering;
    let outcome: RunOutcome = { ...NOTHING_PENDING, outcome: 'cancelled' };
    try {
      for await (const event of streamRun(this.#toStream(ask, answering, options), this.#http)) {
        this.#messages = applyEvent(this.#messages, event);
        if (event.type === 'RUN_STARTED') answering.runId = event.runId;
        if (event.type === 'MESSAGES_SNAPSHOT') answering.messageCount = this.#messages.length;
        for (const listener of this.#listeners) listener(event);
        this.#callBack(event, options);
        if (event.type === 'RUN_FINISHED') outcome = toOutcome(event.outcome);
      }
    } catch (cause) {
      if (!answering.isStopped || !abort.signal.aborted) throw cause;
    }
    return { threadId: this.threadId, runId: answering.runId ?? '', ...outcome };
  }

  #toStream({ isReplay, resume }: Ask, { runId, abort }: AnswerInProgress, options: SendMessageOptions) {
    const { state, context = [] } = options;
    const { run, connect: connectUrl } = this.#endpoints;
    const ids = { protocolVersion: AG_UI_VERSION, threadId: this.threadId, runId };
    const forwardedProps = { ...(this.#reconnect && { background: true }), ...options.forwardedProps };
    const input = { ...ids, messages: this.#messages, tools: this.#tools, state, context, forwardedProps, resume };
    return {
      first: isReplay ? { url: connectUrl, body: ids } : { url: run, body: input },
      connectUrl,
      threadId: this.threadId,
      runId,
      signal: abort.signal,
      // A run that is to end with its connection is not there to be read again.
      reconnect: forwardedProps.background === false ? undefined : this.#reconnect,
    };
  }

  #callBack(event: AgUiEvent, { onToken, onToolCall }: SendMessageOptions): void {
    if (event.type === 'TEXT_MESSAGE_CONTENT') onToken?.(event.delta);
    const call = event.type === 'TOOL_CALL_END' && onToolCall && readCall(this.#messages, event.toolCallId);
    if (call) onToolCall?.(call);
  }
}
