/** A conversation with an example over AG-UI, as small as a client can be. */

import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import {
  AGUIAdapter,
  AGUIError,
  type AGUIInterrupt,
  type AGUIMessage,
  type AGUIRunResult,
  type SendMessageOptions,
} from '../../index.ts';
import { fetchWithKey, serverRoot } from '../api.ts';
import { patched } from '../chat/json-patch.ts';
import { FrameReaders } from '../frame-readers.ts';
import { toolsOf } from './prompts.ts';

/** Where the conversation stands; a new object whenever it changes. */
export interface ExampleView {
  readonly messages: readonly AGUIMessage[];
  /** The state that page and agent share; undefined when there is none. */
  readonly state: unknown;
  /** The application's own events so far, the oldest first. */
  readonly customEvents: readonly { readonly name: string; readonly value: unknown }[];
  readonly isRunning: boolean;
  /** What the last run has asked and nobody has answered yet. */
  readonly questions: readonly AGUIInterrupt[];
  readonly problem: { readonly detail: string; readonly code: string } | undefined;
}

type Ask = (options: SendMessageOptions) => Promise<unknown>;

const EMPTY: ExampleView = {
  messages: [],
  state: undefined,
  customEvents: [],
  isRunning: false,
  questions: [],
  problem: undefined,
};
const MAX_CUSTOM_EVENTS = 50;
/** How often in a row an answer goes on because tools of this page were called. */
const MAX_CONTINUATIONS = 10;

/** One conversation with one example; it tells its readers of changes at most once a frame. */
export class ExampleRun {
  readonly #adapter: AGUIAdapter;
  readonly #readers = new FrameReaders(() => {
    this.#view = this.#next;
  });
  readonly #left = new AbortController();
  #answers: { readonly interruptId: string; readonly status: 'resolved'; readonly payload: unknown }[] = [];
  #view = EMPTY;
  #next = EMPTY;

  constructor({ id, endpoint }: { readonly id: string; readonly endpoint: string }) {
    this.#adapter = new AGUIAdapter({
      baseUrl: `${serverRoot}${endpoint}`,
      tools: toolsOf(id),
      fetch: (input, init) => {
        const signals = [this.#left.signal, ...(init?.signal ? [init.signal] : [])];
        return fetchWithKey(input, { ...init, signal: AbortSignal.any(signals) });
      },
    });
    this.#adapter.subscribe((event) => this.#set({ messages: this.#adapter.messages, ...changeOf(this.#next, event) }));
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = this.#readers.subscribe;

  /** For `useSyncExternalStore`. */
  readonly view = (): ExampleView => this.#view;

  /** Says something, with the state as it is. */
  send(text: string): void {
    void this.#follow((options) => {
      const answer = this.#adapter.sendMessage(text, options);
      this.#set({ messages: this.#adapter.messages });
      return answer;
    });
  }

  /** Answers one question; the agent goes on when all are answered. */
  answer(interruptId: string, approved: boolean): void {
    this.#answers.push({ interruptId, status: 'resolved', payload: { approved } });
    const questions = this.#next.questions.filter(({ id }) => id !== interruptId);
    this.#set({ questions });
    if (questions.length) return;
    const answers = this.#answers.splice(0);
    void this.#follow((options) => this.#adapter.resume(answers, options));
  }

  /** Puts another state in the place of the one that is shared; it goes with the next message. */
  setState(state: unknown): void {
    this.#set({ state });
  }

  /** Ends the answer. */
  async stop(): Promise<void> {
    try {
      await this.#adapter.stop();
    } catch (cause) {
      this.#set({ problem: toProblem(cause) });
    }
  }

  /** The page is left: the run is ended, and nothing more is read. */
  async leave(): Promise<void> {
    this.#readers.clear();
    await this.stop();
    this.#left.abort();
  }

  async #follow(ask: Ask): Promise<void> {
    if (this.#next.isRunning) return;
    this.#set({ isRunning: true, problem: undefined, questions: [] });
    try {
      this.#set({ questions: await this.#untilDone(ask) });
    } catch (cause) {
      this.#set({ problem: toProblem(cause) });
    }
    this.#set({ isRunning: false, messages: this.#adapter.messages });
  }

  /** Calls of tools of this page are answered at once, as what they are called with is shown. What the last run asks. */
  async #untilDone(ask: Ask): Promise<readonly AGUIInterrupt[]> {
    let result = await this.#resultOf(ask);
    for (let count = 0; result?.pendingToolCallIds.length && count < MAX_CONTINUATIONS; count += 1) {
      for (const id of result.pendingToolCallIds) this.#adapter.addToolResult(id, 'The user sees it');
      result = await this.#resultOf((options) => this.#adapter.continue(options));
    }
    return result?.interrupts ?? [];
  }

  async #resultOf(ask: Ask): Promise<AGUIRunResult | undefined> {
    const { promise, resolve } = Promise.withResolvers<AGUIRunResult>();
    const { state } = this.#next;
    await ask({ ...(state !== undefined && { state }), onComplete: (_message, told) => resolve(told) });
    // Told before the answer is.
    return promise;
  }

  #set(change: Partial<ExampleView>): void {
    this.#next = { ...this.#next, ...change };
    this.#readers.schedule();
  }
}

/** What one event changes beside the messages. */
function changeOf({ state, customEvents }: ExampleView, event: AgUiEvent): Partial<ExampleView> {
  switch (event.type) {
    case 'STATE_SNAPSHOT':
      return { state: event.snapshot };
    case 'STATE_DELTA':
      return { state: patchedOr(state, event.delta) };
    case 'CUSTOM':
      // How far the server is, and no event of the example.
      if (event.name === 'status') return {};
      return { customEvents: [...customEvents, { name: event.name, value: event.value }].slice(-MAX_CUSTOM_EVENTS) };
    default:
      return {};
  }
}

/** A patch that does not fit what it changes is left out. */
function patchedOr(state: unknown, delta: readonly unknown[]): unknown {
  try {
    return patched(state, delta);
  } catch {
    return state;
  }
}

const toProblem = (cause: unknown) => ({
  detail: cause instanceof Error ? cause.message : String(cause),
  code: cause instanceof AGUIError ? cause.code : 'unknown',
});
