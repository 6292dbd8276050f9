import { z } from 'zod';
import { Timestamp } from './ids.ts';
import { follow, get, group, post } from './kit.ts';
import { agentFilter, conversationFilter, nextCursor, pageQuery, timeFilter, timeOrder } from './pages.ts';
import { include, missingServers, PromptEvent, promptFailure, StopReason, TokenUsage } from './prompts.ts';
import { exampleStep, RunStep } from './run-steps.ts';
import { Cost, Sums, UnpricedSteps } from './usage.ts';

/** Where a run may stand. `interrupted`: the server stopped in the middle of it. */
export const RunStatus = z.enum(['running', 'finished', 'cancelled', 'failed', 'interrupted']);

const RunOutcome = z
  .object({
    detail: z.string().optional().meta({ description: 'Why it was cancelled, or failed' }),
    code: z.string().optional().meta({ description: 'A failed run: one of the error codes' }),
    stopped_by: StopReason.optional().meta({ description: 'What ended a run that would have gone on' }),
    missing_servers: missingServers,
    output: z
      .unknown()
      .optional()
      .meta({ description: 'What it answered, where it was asked for JSON of a schema; absent in lists' }),
    pending_tool_call_ids: z
      .array(z.string())
      .meta({ description: 'Tool calls that wait: for their result from the caller, or for an approval' }),
    approval_ids: z.array(z.string()).meta({ description: 'The approvals it waits for, or waited for' }),
  })
  .meta({ id: 'RunOutcome' });

const Run = z
  .object({
    id: z.string(),
    given_id: z.string().meta({
      description: 'The id its caller gave it, which is another one when that id was taken already; else the same',
    }),
    agent_id: z.string(),
    conversation_id: z.string(),
    parent_run_id: z
      .string()
      .nullable()
      .meta({ description: 'The run whose agent has asked for it by a tool call; null without one' }),
    status: RunStatus.meta({ description: 'interrupted: the server stopped in the middle of it' }),
    background: z.boolean().meta({ description: 'Whether it goes on without readers' }),
    usage: TokenUsage.meta({ description: 'Counted when the run has ended' }),
    cost: Cost,
    unpriced_steps: UnpricedSteps,
    outcome: RunOutcome.nullable().meta({ description: 'null while it runs' }),
    started_at: Timestamp,
    ended_at: Timestamp.nullable().meta({
      description: 'null while it runs; of one that was interrupted, when the last happened that is known of it',
    }),
  })
  .meta({ id: 'Run' });

const example: z.output<typeof Run> = {
  id: 'run-1',
  given_id: 'run-1',
  agent_id: 'my-agent',
  conversation_id: 'conv-1',
  parent_run_id: null,
  status: 'finished',
  background: true,
  usage: { prompt_tokens: 150, completion_tokens: 200, cached_tokens: 0, reasoning_tokens: 0 },
  cost: 0.0024,
  unpriced_steps: 0,
  outcome: { pending_tool_call_ids: [], approval_ids: [] },
  started_at: '2026-11-23T10:00:00.000Z',
  ended_at: '2026-11-23T10:00:05.000Z',
};

/** Runs: every answer an agent gives, whichever protocol asked for it. */
export const runs = group('Runs', 'Runs: every answer an agent gives, whichever protocol asked for it.', {
  list: get('/runs', {
    summary: 'List runs',
    description:
      'Newest first, and what all that match came to. The sums count the runs that have ended, also those whose conversation was deleted since; only those that are still there with `conversation_id` or `parent_run_id`, and in the first and the last minute of a time that does not begin or end with a minute.',
    query: z.object({
      agent_id: agentFilter,
      conversation_id: conversationFilter,
      parent_run_id: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .meta({ description: 'Only those that the agent of this run has asked for' }),
      status: RunStatus.optional().meta({ description: 'Only those with this status' }),
      ...timeFilter,
      ...pageQuery,
    }),
    rules: [timeOrder],
    output: z
      .object({
        runs: z.array(Run),
        next_cursor: nextCursor,
        sums: Sums.meta({ description: 'What all runs that match came to, whatever page they are on' }),
      })
      .meta({ id: 'RunList' }),
    example: {
      runs: [example],
      next_cursor: null,
      sums: { runs: 1, duration_seconds: 5, usage: example.usage, cost: example.cost, unpriced_steps: 0 },
    },
  }),
  get: get('/runs/{run_id}', {
    summary: 'Get run',
    description: 'How far the run is, and how it ended. Its events are at `/runs/{run_id}/events`.',
    output: Run,
    example,
    errors: ['run-not-found'],
  }),
  steps: get('/runs/{run_id}/steps', {
    summary: 'Steps of a run',
    description:
      'What the run asked of models and tools, in order, with times; also while it runs, and of a run whose server died. Step 0, where there is one, holds the calls that a person answered since the run before: no model was asked for it.',
    output: z.object({ run_id: z.string(), status: RunStatus, steps: z.array(RunStep) }).meta({ id: 'RunSteps' }),
    example: { run_id: 'run-1', status: 'finished', steps: [exampleStep] },
    errors: ['run-not-found'],
  }),
  events: follow('/runs/{run_id}/events', {
    summary: 'Follow run (streaming)',
    description:
      'The events of a streamed prompt, from the first one or from the one after `Last-Event-ID`, to `done` or `error`. A reader whose connection broke continues here. Leaving does not end a background run; any other run ends with its last reader. Where events were lost with a server that died, the numbers jump, to a whole multiple of 1,000,000, and the last event says so. An `error` with the code `draining` or `store-failed` is the end of the stream alone, under the number of the event before it: the run goes on, and is followed from there, where several processes are one service at another one.',
    query: z.object({
      after: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .meta({ description: 'The same as the header Last-Event-ID, which wins' }),
      include,
    }),
    output: PromptEvent,
    failure: promptFailure,
    example: { type: 'text', content: 'Based on the current weather data...' },
    errors: ['run-not-found', 'events-gone'],
  }),
  cancel: post('/runs/{run_id}/cancel', {
    summary: 'Cancel run',
    description:
      'Ends the run: its model call and its tools in flight are aborted, and what was said is stored before this answers. A run that has ended stays as it is.',
    output: Run,
    example: {
      ...example,
      status: 'cancelled',
      outcome: { detail: 'cancelled by the user', pending_tool_call_ids: [], approval_ids: [] },
    },
    errors: ['run-not-found'],
  }),
});
