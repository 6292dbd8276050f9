/** The words of A2A 1.0 as they are in JSON, for what this server says: the SDK's codecs make its own objects of them. */
import type { AwaitedCall } from '../../runs/run-events.ts';
import type { TaskState } from '../../store/task-record.ts';

/** A part this server makes. */
export type A2aPart =
  | { readonly text: string }
  | {
      readonly data: unknown;
      readonly mediaType: string;
      readonly metadata: Readonly<Record<string, unknown>>;
    };

/** A message of the agent, or one of the user as it came. */
export type A2aMessage = Readonly<Record<string, unknown>> & { readonly messageId: string };

/** What a task made. */
export interface A2aArtifact {
  readonly artifactId: string;
  readonly name: string;
  readonly parts: readonly A2aPart[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Where a task stands. */
export interface A2aStatus {
  readonly state: string;
  readonly timestamp: string;
  readonly message?: A2aMessage;
}

/** A task. */
export interface A2aTask {
  readonly id: string;
  readonly contextId: string;
  readonly status: A2aStatus;
  readonly artifacts: readonly A2aArtifact[];
  readonly history: readonly A2aMessage[];
}

/** What a stream of a task tells: the task first, then what changes. */
export type A2aUpdate =
  | { readonly task: A2aTask }
  | { readonly statusUpdate: { readonly taskId: string; readonly contextId: string; readonly status: A2aStatus } }
  | {
      readonly artifactUpdate: {
        readonly taskId: string;
        readonly contextId: string;
        readonly artifact: A2aArtifact;
        readonly append: boolean;
        readonly lastChunk: boolean;
      };
    };

interface Standing {
  readonly state: TaskState;
  readonly detail: string | null;
  readonly changedAt: string;
  /** The calls that wait for a person. */
  readonly approvals?: readonly AwaitedCall[] | undefined;
}

/** The status of a task. `detail` is told in words, as a message of the agent; the calls that wait for a person as data beside it. */
export function toStatus(
  task: { readonly id: string; readonly contextId: string },
  { state, detail, changedAt, approvals = [] }: Standing,
): A2aStatus {
  const status = { state: `TASK_STATE_${state.toUpperCase().replace('-', '_')}`, timestamp: changedAt };
  if (detail === null) return status;
  const message = {
    messageId: `${task.id}-${state}`,
    taskId: task.id,
    contextId: task.contextId,
    role: 'ROLE_AGENT',
    parts: [{ text: detail }, ...(approvals.length ? [toApprovalsPart(approvals)] : [])],
  };
  return { ...status, message };
}

const toApprovalsPart = (approvals: readonly AwaitedCall[]): A2aPart => ({
  data: { approvals: approvals.map(({ id, tool, description, args }) => ({ id, tool, description, args })) },
  mediaType: 'application/json',
  metadata: {},
});
