/** What a conversation shows, one after the other. An item is never changed: what changes is put in its place. */
import type { AGUIContent } from '../../index.ts';

/** What a person said. */
export interface UserItem {
  readonly kind: 'user';
  readonly key: string;
  /** The id of the message, by which the server keeps it. */
  readonly id: string;
  readonly content: AGUIContent;
}

/** A text of the agent, or what it thinks. Times are the server's, in milliseconds since 1970. */
export interface TextItem {
  readonly kind: 'text' | 'reasoning';
  readonly key: string;
  readonly id: string;
  readonly text: string;
  /** More of it may come. */
  readonly isOpen: boolean;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** What the server knows of a call beyond its events. */
export interface CallDetail {
  readonly server: string | null;
  readonly status: 'queued' | 'running' | 'waiting' | 'done' | 'failed' | 'interrupted';
  /** How its approval stands; null of a call that needs none. */
  readonly approval: 'pending' | 'approved' | 'denied' | 'cancelled' | 'void' | null;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** The calls that its code made. */
  readonly inner: readonly InnerCall[];
}

/** A call that was made by the code of another. */
export interface InnerCall {
  readonly id: string;
  readonly tool: string;
  readonly server: string | null;
  readonly isError: boolean;
  readonly ms: number | undefined;
}

/** A call of a tool. */
export interface CallItem {
  readonly kind: 'call';
  readonly key: string;
  readonly id: string;
  readonly name: string;
  /** JSON text, whole once the call is no longer `open`. */
  readonly args: string;
  /** `open`: its arguments are being said. `made`: there is no result yet. */
  readonly phase: 'open' | 'made' | 'answered';
  readonly result: string;
  /** Undefined where only the server's steps tell. */
  readonly isError: boolean | undefined;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly detail?: CallDetail | undefined;
  /** The agent that was asked by the call. */
  readonly agent?: AskedAgent | undefined;
  /** The keys of what that agent says and does. */
  readonly inner: readonly string[];
}

/** An agent that another one has asked. */
export interface AskedAgent {
  readonly name: string;
  readonly status: 'running' | 'finished' | 'waiting' | 'failed';
  readonly message?: string;
}

/** Something beside the messages: a file, a surface, whatever a server shows. */
export interface ActivityItem {
  readonly kind: 'activity';
  readonly key: string;
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** One thing that a conversation shows. */
export type Item = UserItem | TextItem | CallItem | ActivityItem;

/** The key of an item: ids of messages, calls and activities may be the same. */
export const keyOf = (kind: Item['kind'], id: string, parent = ''): string =>
  kind === 'call' ? `call ${parent} ${id}` : `${kind} ${id}`;
