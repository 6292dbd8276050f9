/** What a conversation tells its page. */
import { AGUIError } from '../../index.ts';
import { isFields } from './json-patch.ts';

/** Where a conversation stands; a new object whenever one of these changes. */
export interface ThreadView {
  /** The keys of its items, in order. */
  readonly keys: readonly string[];
  readonly status: 'idle' | 'loading' | 'running' | 'stopping';
  /** Why the last answer is none, or is cut off. */
  readonly problem: Problem | undefined;
  /** What the run waits for, in the server's words. */
  readonly note: string;
  /** The state that page and agent share; undefined when there is none. */
  readonly state: unknown;
  /** The servers whose tools the last answer had to do without. */
  readonly missingServers: readonly string[];
  /** How many answers have come to their end while the page was looking. */
  readonly answers: number;
}

/** Why there is no answer. */
export interface Problem {
  readonly detail: string;
  readonly code: string;
}

/** Whether a change makes a view another one. */
export const hasChanges = (view: ThreadView, next: Partial<ThreadView>): boolean =>
  Object.entries(next).some(([name, value]) => Reflect.get(view, name) !== value);

/** Why an answer failed, in the words of the server. */
export const toProblem = (cause: unknown): Problem => ({
  detail: cause instanceof Error ? cause.message : String(cause),
  code: cause instanceof AGUIError ? cause.code : 'unknown',
});

/** The servers that the result of a run says it had to do without. */
export function toMissing(result: unknown): string[] {
  const missing = isFields(result) ? result.missing_servers : undefined;
  return Array.isArray(missing) ? missing.filter((id) => typeof id === 'string') : [];
}
