import { useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';
import type { Run } from './run-types.ts';

const FOLLOW_MS = 1_000;

/**
 * The steps of a run, asked for each second while it runs. Its events would tell of them too, but a run that is not in the background goes on
 * as long as it has readers: who only looks must not be one.
 */
export const useSteps = (run: Run) =>
  useQuery({
    // With its status, so that the end of a run is seen with its last steps.
    queryKey: ['runs', run.id, 'steps', run.status],
    queryFn: () => client.runs.steps.query({ run_id: run.id }),
    placeholderData: (before) => (before?.run_id === run.id ? before : undefined),
    refetchInterval: run.status === 'running' ? FOLLOW_MS : false,
  });
