/** One conversation: what is asked of its agent, and what it shows. */

import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import { AGUIAdapter, type AGUIContent, AGUIError, type AGUIMessage } from '../../index.ts';
import { client, fetchWithKey, problemOf, queries, serverRoot } from '../api.ts';
import { FrameReaders } from '../frame-readers.ts';
import { loadCallDetails } from './call-details.ts';
import { toUserItem } from './history.ts';
import { ItemList } from './item-list.ts';
import type { Item, UserItem } from './items.ts';
import { isFields, patched } from './json-patch.ts';
import { areSurfacesWanted } from './surface-choice.tsx';
import { hasChanges, type Problem, type ThreadView, toMissing, toProblem } from './thread-view.ts';

const DETAILS_PAUSE_MS = 150;
/** Of so many runs the details are read when a conversation is opened. */
const DETAILED_RUNS = 30;

/** A conversation with an agent; it tells its readers of changes at most once a frame. */
export class Thread {
  readonly agentId: string;
  readonly id: string;
  readonly #items = new ItemList();
  readonly #readers = new FrameReaders(() => this.#settle());
  readonly #left = new AbortController();
  /** The runs that were read here, by the ids of their callers. */
  readonly #read = new Set<string>();
  #adapter: AGUIAdapter;
  #view: ThreadView;
  #next: Partial<ThreadView> = {};
  /** What the server would not take; undefined when it has taken all. */
  #unsent: AGUIContent | undefined;
  /** What was done last on a surface, when nothing was said since. */
  #lastAction: Readonly<Record<string, unknown>> | undefined;
  /** Whether the calls of earlier runs have been asked for. */
  #isDetailed = false;
  #detailsTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(agentId: string, id: string) {
    this.agentId = agentId;
    this.id = id;
    this.#adapter = this.#createAdapter([]);
    this.#view = {
      keys: this.#items.keys,
      status: 'idle',
      problem: undefined,
      note: '',
      state: undefined,
      missingServers: [],
      answers: 0,
    };
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = this.#readers.subscribe;

  /** For `useSyncExternalStore`: where the conversation stands. */
  readonly view = (): ThreadView => this.#view;

  /** The item of a key; the same object until it changes. */
  item(key: string): Item | undefined {
    return this.#items.get(key);
  }

  /** Says something. */
  send(content: AGUIContent): void {
    if (this.#isBusy()) return;
    this.#dropUnsent();
    this.#lastAction = undefined;
    const answer = this.#adapter.sendMessage(content, this.#shared());
    const said = this.#adapter.messages.at(-1);
    if (said?.role === 'user') this.#items.addUser(toUserItem(said.id, said.content));
    void this.#follow(answer, { status: 'running', content });
  }

  /** Tells the agent what a person did on a surface of A2UI; false when an answer goes on, and it is not told. */
  act(userAction: Readonly<Record<string, unknown>>): boolean {
    if (this.#isBusy()) return false;
    this.#dropUnsent();
    const answer = this.#adapter.continue(this.#shared({ a2uiAction: { userAction } }));
    this.#lastAction = userAction;
    void this.#follow(answer, { status: 'running' });
    return true;
  }

  /** Asks again for an answer to what was said or done last. */
  retry(): void {
    if (this.#isBusy()) return;
    const unsent = this.#unsent;
    if (unsent !== undefined) this.send(unsent);
    else if (this.#lastAction) this.act(this.#lastAction);
    else this.#askAgain();
  }

  #askAgain(): void {
    const messages = this.#adapter.messages;
    const last = messages.findLastIndex(({ role }) => role === 'user');
    const asked = messages[last];
    if (!asked) {
      void this.#follow(this.#adapter.connect(), { status: 'loading' });
      return;
    }
    this.#adapter = this.#createAdapter(messages.slice(0, last + 1));
    const at = this.#items.keys.indexOf(`user ${asked.id}`);
    const after = this.#items.keys[at + 1];
    if (at >= 0 && after !== undefined) this.#items.cutFrom(after);
    void this.#follow(this.#adapter.continue(this.#shared()), { status: 'running' });
  }

  /** Says something else in the place of what was said, which is forgotten with all behind it. */
  async rewrite({ key, id }: UserItem, content: AGUIContent): Promise<void> {
    if (this.#isBusy()) return;
    this.#set({ status: 'running', problem: undefined });
    const messages = this.#adapter.messages;
    const at = messages.findIndex((message) => message.id === id);
    try {
      // What the server would not take it has not to forget.
      if (at >= 0) await client.conversations.rewind.mutate({ conversation_id: this.id, message_id: id });
    } catch (cause) {
      const { detail, code } = problemOf(cause);
      this.#set({ status: 'idle', problem: { detail, code: code ?? 'unreachable' } });
      return;
    }
    if (at >= 0) this.#adapter = this.#createAdapter(messages.slice(0, at));
    this.#items.cutFrom(key);
    this.#unsent = undefined;
    this.#set({ status: 'idle' });
    this.send(content);
  }

  /** Reads the newest run, when it is not one that was read here already. `isLive`: it goes on, as far as is known. */
  follow(runId: string, { isLive }: { readonly isLive: boolean }): void {
    if (this.#isBusy() || this.#read.has(runId)) return;
    this.#read.add(runId);
    void this.#follow(this.#adapter.connect(), { status: isLive ? 'running' : 'loading' });
  }

  /** Ends the answer, here and on the server. */
  async stop(): Promise<void> {
    if (this.#view.status !== 'running' && this.#view.status !== 'loading') return;
    this.#set({ status: 'stopping' });
    try {
      await this.#adapter.stop();
    } catch (cause) {
      this.#set({ problem: toProblem(cause) });
    }
  }

  /** Reads no more; a run goes on without its reader. */
  leave(): void {
    this.#left.abort();
    clearTimeout(this.#detailsTimer);
    this.#readers.clear();
  }

  /** Asks soon for what the server keeps of the calls of the newest run. */
  refreshDetails(runs = 1): void {
    clearTimeout(this.#detailsTimer);
    this.#detailsTimer = setTimeout(() => {
      loadCallDetails(this.id, runs, this.#left.signal).then(
        (told) => {
          this.#items.addDetails(told);
          this.#readers.schedule();
        },
        // Only times and names of servers are missing then.
        () => undefined,
      );
    }, DETAILS_PAUSE_MS);
  }

  /** The state goes with each question, as the agent may have changed it. */
  #shared(props: object = areSurfacesWanted() ? { a2ui: true } : {}) {
    const { state } = this.#view;
    return { forwardedProps: { ...props }, ...(state !== undefined && { state }) };
  }

  #createAdapter(messages: readonly AGUIMessage[]): AGUIAdapter {
    const adapter = new AGUIAdapter({
      baseUrl: `${serverRoot}/api/v1/ag-ui/${encodeURIComponent(this.agentId)}/`,
      threadId: this.id,
      messages,
      fetch: (input, init) => {
        const signals = [this.#left.signal, ...(init?.signal ? [init.signal] : [])];
        return fetchWithKey(input, { ...init, signal: AbortSignal.any(signals) });
      },
    });
    adapter.subscribe((event) => this.#take(event));
    return adapter;
  }

  async #follow(
    answer: Promise<unknown>,
    { status, content }: { status: 'loading' | 'running'; content?: AGUIContent },
  ): Promise<void> {
    this.#set({ status, problem: undefined, note: '', missingServers: [] });
    let problem: Problem | undefined;
    try {
      await answer;
    } catch (cause) {
      problem = toProblem(cause);
      if (content !== undefined && cause instanceof AGUIError && cause.status !== undefined) this.#unsent = content;
    }
    if (this.#left.signal.aborted) return;
    const answers = this.#view.answers + (status === 'running' ? 1 : 0);
    this.#set({ status: 'idle', note: '', answers, ...(problem && { problem }) });
    this.refreshDetails(this.#isDetailed ? 1 : DETAILED_RUNS);
    this.#isDetailed = true;
    void queries.invalidateQueries({ queryKey: ['approvals'] });
    void queries.invalidateQueries({ queryKey: ['conversations'] });
  }

  #take(event: AgUiEvent): void {
    try {
      this.#note(event);
      this.#items.apply(event);
    } catch {
      // A change that does not fit what it changes is left out; the rest of the answer is shown.
    }
    this.#readers.schedule();
  }

  /** Notes what an event says of the conversation as a whole. */
  #note(event: AgUiEvent): void {
    switch (event.type) {
      case 'RUN_STARTED':
        if (event.runId !== undefined) this.#read.add(event.runId);
        break;
      case 'STATE_SNAPSHOT':
        this.#set({ state: event.snapshot });
        break;
      case 'STATE_DELTA':
        this.#set({ state: patched('state' in this.#next ? this.#next.state : this.#view.state, event.delta) });
        break;
      case 'CUSTOM':
        if (event.name === 'status' && isFields(event.value)) this.#set({ note: String(event.value.text ?? '') });
        break;
      case 'TEXT_MESSAGE_CONTENT':
      case 'TOOL_CALL_START':
        this.#set({ note: '' });
        break;
      case 'TOOL_CALL_RESULT':
        this.refreshDetails();
        break;
      case 'RUN_FINISHED':
        this.#set({ missingServers: toMissing(event.result) });
        break;
      default:
    }
  }

  #dropUnsent(): void {
    if (this.#unsent === undefined) return;
    this.#unsent = undefined;
    const last = this.#items.keys.findLast((key) => key.startsWith('user '));
    if (last !== undefined) this.#items.cutFrom(last);
  }

  #isBusy = (): boolean => (this.#next.status ?? this.#view.status) !== 'idle';

  #set(change: Partial<ThreadView>): void {
    Object.assign(this.#next, change);
    this.#readers.schedule();
  }

  /** Makes one view of all changes since the last. */
  #settle(): void {
    const { keys } = this.#items;
    if (keys !== this.#view.keys || hasChanges(this.#view, this.#next)) {
      this.#view = { ...this.#view, ...this.#next, keys };
    }
    this.#next = {};
  }
}
