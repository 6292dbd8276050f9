/** The executions of this tab, kept while other pages are looked at. */

import { useSyncExternalStore } from 'react';
import type { Outputs } from '../../index.ts';
import { client, noteRefusal, problemOf, queries } from '../api.ts';
import { FrameReaders } from '../frame-readers.ts';

type ExecutionEvent = Outputs['sandbox']['executeStream'] extends AsyncIterable<infer Event> ? Event : never;
/** What an execution came to. */
export type Execution = Outputs['sandbox']['execute'];
/** One value by mime type. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** A piece of output, in the order it came. */
export type OutputPart =
  | { readonly type: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'display'; readonly data: MimeBundle };

/** Why there is no execution. */
interface Problem {
  readonly detail: string;
  readonly code?: string | undefined;
}

/** An execution as it is shown; a new object whenever it changes. */
export interface ShownExecution {
  readonly id: number;
  readonly code: string;
  /** When it was asked for, and when it was over, in milliseconds of `Date.now`. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** `running`: it goes on, or waits; `stopped`: it was stopped here; `refused`: there is no execution, `problem` says why. */
  readonly status: Execution['status'] | 'running' | 'stopped' | 'refused';
  readonly parts: readonly OutputPart[];
  /** Absent until it is over. */
  readonly execution?: Execution;
  readonly problem?: Problem;
}

const MAX_EXECUTIONS = 50;
const MAX_PARTS = 500;
/** Of one part; what is older is dropped. */
const MAX_CHARS = 500_000;

/** The executions of one agent, the newest first. It tells its readers of changes at most once a frame. */
export class Executions {
  readonly agentId: string;
  readonly #readers = new FrameReaders(() => {
    this.#shown = this.#list;
  });
  readonly #aborts = new Map<number, AbortController>();
  #list: readonly ShownExecution[] = [];
  #shown: readonly ShownExecution[] = [];
  #count = 0;

  constructor(agentId: string) {
    this.agentId = agentId;
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = this.#readers.subscribe;

  /** For `useSyncExternalStore`. */
  readonly list = (): readonly ShownExecution[] => this.#shown;

  /** Runs code; `timeout` in seconds. */
  async run(code: string, timeout: number): Promise<void> {
    const id = this.#count++;
    const abort = new AbortController();
    this.#aborts.set(id, abort);
    const begun: ShownExecution = { id, code, startedAt: Date.now(), status: 'running', parts: [] };
    const over = this.#list.filter(({ status }) => status !== 'running').slice(MAX_EXECUTIONS - 1);
    this.#list = [begun, ...this.#list.filter((one) => !over.includes(one))];
    this.#readers.schedule();
    try {
      const input = { agent_id: this.agentId, code, timeout };
      for await (const event of await client.sandbox.executeStream.mutate(input, { signal: abort.signal })) {
        this.#change(id, (one) => applied(one, event));
      }
      // A stream that was cut off has told no end.
      const detail = 'The connection ended before the code did';
      this.#change(id, (one) => (one.status === 'running' ? toRefused(one, { detail }) : one));
    } catch (cause) {
      if (!abort.signal.aborted) noteRefusal(cause);
      this.#change(id, (one) =>
        abort.signal.aborted ? { ...one, status: 'stopped', endedAt: Date.now() } : toRefused(one, problemOf(cause)),
      );
    } finally {
      this.#aborts.delete(id);
      void queries.invalidateQueries({ queryKey: ['sandbox'] });
    }
  }

  /** Stops one: the code is interrupted, and what it has shown stays. */
  stop(id: number): void {
    this.#aborts.get(id)?.abort();
  }

  /** Forgets those that are over. */
  clear(): void {
    this.#list = this.#list.filter(({ status }) => status === 'running');
    this.#readers.schedule();
  }

  #change(id: number, change: (one: ShownExecution) => ShownExecution): void {
    this.#list = this.#list.map((one) => (one.id === id ? change(one) : one));
    this.#readers.schedule();
  }
}

const toRefused = (one: ShownExecution, problem: Problem): ShownExecution => ({
  ...one,
  status: 'refused',
  endedAt: Date.now(),
  problem,
});

/** An execution with what one event says of it. */
function applied(one: ShownExecution, event: ExecutionEvent): ShownExecution {
  switch (event.type) {
    case 'stdout':
    case 'stderr':
      return { ...one, parts: withText(one.parts, event.type, event.text) };
    case 'display':
      return { ...one, parts: bounded([...one.parts, { type: 'display', data: event.data }]) };
    case 'done':
      return { ...one, status: event.execution.status, endedAt: Date.now(), execution: event.execution };
    case 'error':
      return toRefused(one, { detail: event.detail, code: event.code });
  }
}

function withText(parts: readonly OutputPart[], type: 'stdout' | 'stderr', text: string): readonly OutputPart[] {
  const last = parts.at(-1);
  if (last?.type !== type) return bounded([...parts, { type, text: text.slice(-MAX_CHARS) }]);
  return [...parts.slice(0, -1), { type, text: (last.text + text).slice(-MAX_CHARS) }];
}

const bounded = (parts: readonly OutputPart[]) => parts.slice(-MAX_PARTS);

const ofAgents = new Map<string, Executions>();

/** The executions of an agent in this tab. */
export function executionsOf(agentId: string): Executions {
  const known = ofAgents.get(agentId) ?? new Executions(agentId);
  ofAgents.set(agentId, known);
  return known;
}

/** The executions of an agent, the newest first. */
export const useExecutions = (executions: Executions): readonly ShownExecution[] =>
  useSyncExternalStore(executions.subscribe, executions.list);
