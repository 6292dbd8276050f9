/** A stored task, with what was said and made in it. */
import type { AwaitedCall } from '../../../runs/run-events.ts';
import type { TaskRecord } from '../../../store/stored-tasks.ts';
import type { A2aArtifact, A2aMessage, A2aTask } from '../json.ts';
import { toA2aStatus } from './task-status.ts';

/** The body of a task's record. */
export interface TaskBody {
  readonly history: readonly A2aMessage[];
  readonly artifacts: readonly A2aArtifact[];
  /** The calls that wait for a person; absent in records of versions that knew none. */
  readonly approvals?: readonly AwaitedCall[];
}

/** The body of a record. Only live tasks write it. */
export const readTaskBody = ({ body }: TaskRecord): TaskBody => body as Partial<TaskBody> as TaskBody;

/** A stored task as A2A has it. */
export function toTask(record: TaskRecord): A2aTask {
  const { id, contextId } = record;
  const { history, artifacts, approvals } = readTaskBody(record);
  return { id, contextId, status: toA2aStatus(record, { ...record, approvals }), artifacts, history };
}
