/** A stored task, with what was said and made in it. */
import { z } from 'zod';
import { type AwaitedCall, isAwaitedCall } from '../../../runs/run-events.ts';
import type { TaskRecord } from '../../../store/stored-tasks.ts';
import type { A2aArtifact, A2aMessage, A2aTask } from '../json.ts';
import { toA2aStatus } from './task-status.ts';

/** The body of a task's record. */
export interface TaskBody {
  readonly history: readonly A2aMessage[];
  readonly artifacts: readonly A2aArtifact[];
  /** The calls that wait for a person; absent in records of versions that knew none. */
  readonly approvals?: readonly AwaitedCall[];
  /** Of a task that goes on after it has waited, the artifacts that it had before: what its run adds is told by the run. */
  readonly before?: readonly A2aArtifact[];
}

const Part = z
  .looseObject({ text: z.string(), raw: z.string(), url: z.string(), data: z.unknown() })
  .partial()
  .refine((part) => ['text', 'raw', 'url', 'data'].some((content) => content in part));
const parts = z.array(Part);
const StoredMessage = z.looseObject({ messageId: z.string(), role: z.enum(['ROLE_USER', 'ROLE_AGENT']), parts });
const StoredArtifact = z.looseObject({ artifactId: z.string(), parts });
const isMessage = (value: unknown): value is A2aMessage => StoredMessage.safeParse(value).success;
const isArtifact = (value: unknown): value is A2aArtifact => StoredArtifact.safeParse(value).success;

/** The body of a record, without what of it is none; `isOdd` when there was such. */
export function readTaskBody({ body }: TaskRecord): Required<TaskBody> & { readonly isOdd: boolean } {
  const given = [body.history, body.artifacts, body.approvals ?? [], body.before ?? []].map((list) =>
    Array.isArray(list) ? list : [null],
  );
  const [history = [], artifacts = [], approvals = [], before = []] = given;
  const right = {
    history: history.filter(isMessage),
    artifacts: artifacts.filter(isArtifact),
    approvals: approvals.filter(isAwaitedCall),
    before: before.filter(isArtifact),
  };
  const count = Object.values(right).flat().length;
  return { ...right, isOdd: count < given.flat().length };
}

/** A stored task as A2A has it. */
export function toTask(record: TaskRecord): A2aTask {
  const { id, contextId } = record;
  const { history, artifacts, approvals } = readTaskBody(record);
  return { id, contextId, status: toA2aStatus(record, { ...record, approvals }), artifacts, history };
}
