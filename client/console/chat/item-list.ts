/** Puts together what a conversation shows from the events of AG-UI. */
import type { AgUiEvent } from '../../../contract/ag-ui-events.ts';
import { toActivityItem, toItems } from './history.ts';
import {
  type AskedAgent,
  type CallDetail,
  type CallItem,
  type Item,
  keyOf,
  type TextItem,
  type UserItem,
} from './items.ts';
import { patched } from './json-patch.ts';

/** The items of one conversation. A piece of a text puts one item in the place of another, and copies no list. */
export class ItemList {
  readonly #items = new Map<string, Item>();
  #order: string[] = [];
  #shown: readonly string[] | undefined;
  /** The newest call of each id: another answer may use the id again. */
  readonly #calls = new Map<string, string>();
  /** The call that each asked agent was asked by. */
  readonly #askedBy = new Map<string, string>();

  /** The keys of the items, in order; the same list until there are more or fewer. */
  get keys(): readonly string[] {
    this.#shown ??= [...this.#order];
    return this.#shown;
  }

  /** The item of a key, the same object until it changes. */
  get(key: string): Item | undefined {
    return this.#items.get(key);
  }

  /** Takes in one event. */
  apply(event: AgUiEvent): void {
    switch (event.type) {
      case 'TEXT_MESSAGE_START':
      case 'TEXT_MESSAGE_CONTENT':
      case 'TEXT_MESSAGE_CHUNK':
      case 'TEXT_MESSAGE_END':
        this.#takeText('text', event);
        break;
      case 'REASONING_START':
      case 'REASONING_MESSAGE_START':
      case 'REASONING_MESSAGE_CONTENT':
      case 'REASONING_MESSAGE_CHUNK':
      case 'REASONING_MESSAGE_END':
      case 'REASONING_END':
        this.#takeText('reasoning', event);
        break;
      case 'TOOL_CALL_START':
      case 'TOOL_CALL_ARGS':
      case 'TOOL_CALL_CHUNK':
      case 'TOOL_CALL_END':
      case 'TOOL_CALL_RESULT':
        this.#takeCall(event);
        break;
      case 'ACTIVITY_SNAPSHOT':
      case 'ACTIVITY_DELTA':
        this.#takeActivity(event);
        break;
      case 'MESSAGES_SNAPSHOT':
        this.#restore(toItems(event.messages));
        break;
      case 'SUBAGENT_STARTED':
      case 'SUBAGENT_FINISHED':
      case 'SUBAGENT_ERROR':
        this.#takeAgent(event);
        break;
      case 'RUN_FINISHED':
      case 'RUN_ERROR':
        this.#closeAll();
        break;
      // Of the run as a whole, or for programs.
      case 'RUN_STARTED':
      case 'STEP_STARTED':
      case 'STEP_FINISHED':
      case 'STATE_SNAPSHOT':
      case 'STATE_DELTA':
      case 'CUSTOM':
      case 'RAW':
      case 'REASONING_ENCRYPTED_VALUE':
        break;
    }
  }

  /** Shows what a person said. */
  addUser(item: UserItem): void {
    this.#put(item);
  }

  /** Takes away an item and all behind it. */
  cutFrom(key: string): void {
    const at = this.#order.indexOf(key);
    if (at < 0) return;
    for (const gone of this.#order.slice(at)) this.#items.delete(gone);
    this.#order = this.#order.slice(0, at);
    this.#shown = undefined;
  }

  /** Adds what the server tells of calls, those of the newest run first. */
  addDetails(
    runs: readonly (readonly { readonly id: string; readonly isOfPerson: boolean; readonly detail: CallDetail }[])[],
  ): void {
    const known = new Map<string, string[]>();
    for (const item of this.#items.values()) {
      if (item.kind === 'call') known.set(item.id, [...(known.get(item.id) ?? []), item.key]);
    }
    const told = new Set<string>();
    for (const { id, isOfPerson, detail } of runs.flat()) {
      const key = known.get(id)?.at(-1);
      if (key === undefined) continue;
      // What a person has answered goes on in the next run, and belongs to the call of the run before.
      if (!isOfPerson) known.get(id)?.pop();
      if (told.has(key)) continue;
      told.add(key);
      this.#change(key, (call) => ({ ...call, detail }));
    }
  }

  #takeText(
    kind: TextItem['kind'],
    event: {
      type: string;
      messageId?: string | undefined;
      delta?: string | undefined;
      timestamp?: number | undefined;
      subagentRunId?: unknown;
    },
  ): void {
    const { messageId: id = '', delta = '', timestamp, type } = event;
    const key = keyOf(kind, id);
    const found = this.#items.get(key);
    const isEnd = type.endsWith('_END') || type.endsWith('_CHUNK');
    if (found?.kind !== kind) {
      if (isEnd && !delta) return;
      const begun: TextItem = { kind, key, id, text: delta, isOpen: !isEnd, startedAt: timestamp };
      this.#put(begun, event.subagentRunId);
      return;
    }
    if (!delta && found.isOpen === !isEnd) return;
    this.#items.set(key, {
      ...found,
      text: found.text + delta,
      isOpen: !isEnd,
      endedAt: isEnd ? timestamp : undefined,
    });
  }

  #takeCall(event: Extract<AgUiEvent, { type: `TOOL_CALL_${string}` }>): void {
    const { toolCallId: id = '', timestamp } = event;
    if (event.type === 'TOOL_CALL_START' || (event.type === 'TOOL_CALL_CHUNK' && event.toolCallName !== undefined)) {
      const key = keyOf('call', id, event.parentMessageId);
      this.#calls.set(id, key);
      const name = event.toolCallName ?? '';
      this.#put(
        {
          kind: 'call',
          key,
          id,
          name,
          args: '',
          phase: 'open',
          result: '',
          isError: undefined,
          inner: [],
          startedAt: timestamp,
        },
        event.subagentRunId,
      );
    }
    const key = this.#calls.get(id);
    if (key === undefined) return;
    this.#change(key, (call) => {
      switch (event.type) {
        case 'TOOL_CALL_START':
          return call;
        case 'TOOL_CALL_ARGS':
        case 'TOOL_CALL_CHUNK':
          return { ...call, args: call.args + (event.delta ?? '') };
        case 'TOOL_CALL_END':
          return { ...call, phase: call.phase === 'open' ? 'made' : call.phase, startedAt: timestamp };
        case 'TOOL_CALL_RESULT': {
          const { content } = event;
          const result = typeof content === 'string' ? content : JSON.stringify(content);
          return { ...call, phase: 'answered', result, endedAt: timestamp };
        }
      }
    });
  }

  #takeActivity(event: Extract<AgUiEvent, { type: `ACTIVITY_${string}` }>): void {
    const { messageId: id = '' } = event;
    const found = this.#items.get(keyOf('activity', id));
    if (event.type === 'ACTIVITY_SNAPSHOT') {
      if (found && event.replace === false) return;
      this.#put(toActivityItem(id, event.activityType ?? '', event.content), event.subagentRunId);
    } else if (found?.kind === 'activity') {
      const content = patched(found.content, event.patch) as typeof found.content;
      this.#items.set(found.key, { ...found, content });
    }
  }

  #takeAgent(event: Extract<AgUiEvent, { type: `SUBAGENT_${string}` }>): void {
    const { subagentRunId: runId = '' } = event;
    if (event.type === 'SUBAGENT_STARTED') {
      const key = this.#calls.get(event.parentToolCallId ?? '');
      if (key === undefined) return;
      this.#askedBy.set(runId, key);
      this.#change(key, (call) => ({ ...call, agent: { name: event.name, status: 'running' } }));
      return;
    }
    const change = (agent: AskedAgent): AskedAgent => {
      if (event.type === 'SUBAGENT_ERROR') return { ...agent, status: 'failed', message: event.message };
      return { ...agent, status: event.outcome?.type === 'suspended' ? 'waiting' : 'finished' };
    };
    this.#change(this.#askedBy.get(runId) ?? '', (call) => ({ ...call, agent: call.agent && change(call.agent) }));
  }

  /** Shows the messages and nothing else; what is as it was stays the same object. */
  #restore(items: readonly Item[]): void {
    const old = new Map(this.#items);
    this.#items.clear();
    this.#calls.clear();
    this.#order = items.map(({ key }) => key);
    this.#shown = undefined;
    for (const item of items) {
      const before = old.get(item.key);
      this.#items.set(item.key, before && saysTheSame(before, item) ? before : withTimes(item, before));
      if (item.kind === 'call') this.#calls.set(item.id, item.key);
      if (before?.kind === 'call') for (const key of before.inner) this.#keep(key, old);
    }
  }

  #keep(key: string, old: ReadonlyMap<string, Item>): void {
    const item = old.get(key);
    if (!item) return;
    this.#items.set(key, item);
    if (item.kind === 'call') for (const inner of item.inner) this.#keep(inner, old);
  }

  #put(item: Item, subagentRunId?: unknown): void {
    const isNew = !this.#items.has(item.key);
    this.#items.set(item.key, item);
    if (!isNew) return;
    const parent = typeof subagentRunId === 'string' ? this.#askedBy.get(subagentRunId) : undefined;
    if (parent !== undefined) this.#change(parent, (call) => ({ ...call, inner: [...call.inner, item.key] }));
    else {
      this.#order.push(item.key);
      this.#shown = undefined;
    }
  }

  #change(key: string, change: (call: CallItem) => CallItem): void {
    const item = this.#items.get(key);
    if (item?.kind === 'call') this.#items.set(key, change(item));
  }

  /** What was cut off gets no more. */
  #closeAll(): void {
    for (const item of this.#items.values()) {
      if ((item.kind === 'text' || item.kind === 'reasoning') && item.isOpen) {
        this.#items.set(item.key, { ...item, isOpen: false });
      }
    }
  }
}

/** Messages do not say when a call was made, and what its agent did. */
function withTimes(item: Item, before: Item | undefined): Item {
  if (item.kind !== 'call' || before?.kind !== 'call') return item;
  const { startedAt, endedAt, detail, agent, inner } = before;
  return { ...item, startedAt, endedAt, detail, agent, inner };
}

/** Whether an item shows what another does; times, which messages lack, do not count. */
function saysTheSame(one: Item, other: Item): boolean {
  if (one.kind === 'call' && other.kind === 'call') {
    return (
      one.phase === other.phase &&
      one.isError === other.isError &&
      one.result === other.result &&
      one.args === other.args
    );
  }
  if ('text' in one && 'text' in other) return one.text === other.text && !one.isOpen;
  return JSON.stringify(one) === JSON.stringify(other);
}
