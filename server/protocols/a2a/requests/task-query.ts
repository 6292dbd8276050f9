import type { ListTasksRequest } from '@a2a-js/sdk';
import type { TaskQuery, TaskState } from '../../../store/stored-tasks.ts';
import type { A2aSdk } from '../sdk.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 100;

/** Which tasks a request asks for. Throws the protocol's error for a field that is out of its bounds. */
export function toTaskQuery(
  request: ListTasksRequest,
  { types, errors }: A2aSdk,
): Omit<TaskQuery, 'agentId' | 'principal'> {
  const limit = request.pageSize ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_SIZE) {
    throw new errors.RequestMalformedError(`pageSize must be between 1 and ${MAX_PAGE_SIZE}`);
  }
  const after = request.statusTimestampAfter;
  if (after && Number.isNaN(Date.parse(after))) {
    throw new errors.RequestMalformedError('statusTimestampAfter must be an ISO 8601 time');
  }
  const state = types.taskStateToJSON(request.status);
  if (state === 'UNRECOGNIZED') throw new errors.RequestMalformedError('status is no state of a task');
  return {
    limit,
    contextId: request.contextId || undefined,
    state:
      state === 'TASK_STATE_UNSPECIFIED'
        ? undefined
        : (state.slice('TASK_STATE_'.length).toLowerCase().replace('_', '-') as TaskState),
    changedAfter: after ? new Date(after).toISOString() : undefined,
    cursor: request.pageToken || undefined,
  };
}
