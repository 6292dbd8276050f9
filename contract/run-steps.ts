import { z } from 'zod';
import { ApprovalStatus } from './approvals.ts';
import { Timestamp } from './ids.ts';
import { TokenUsage } from './prompts.ts';
import { Cost } from './usage.ts';

const seconds = z.number().nullable();

const StepRetry = z
  .object({
    at: Timestamp,
    code: z.string().meta({ description: 'One of the error codes' }),
    detail: z.string().meta({ description: 'Why the attempt failed' }),
    wait_seconds: z.number().meta({ description: 'How long it waited before the next attempt' }),
  })
  .meta({ id: 'StepRetry' });

const StepApproval = z
  .object({
    id: z.string(),
    status: ApprovalStatus,
    requested_at: Timestamp,
    resolved_at: Timestamp.nullable(),
    resolved_by: z.string().nullable().meta({ description: 'The key that answered; null without keys' }),
    resumed_by: z
      .string()
      .nullable()
      .meta({ description: 'The id of the run that acted on the answer, in its step 0' }),
    waited_seconds: z.number().meta({ description: 'How long it waited for its answer, or has waited so far' }),
  })
  .meta({ id: 'StepApproval' });

const StepToolCall = z
  .object({
    id: z.string(),
    parent_tool_call_id: z.string().nullable().meta({
      description: 'The call of the model that it was made within, by its code; null for a call that the model made',
    }),
    tool: z.string(),
    server: z.string().nullable().meta({
      description:
        'The MCP server of the tool, also of a call that was not run; null for any other tool, and for one that is not there',
    }),
    status: z.enum(['queued', 'running', 'waiting', 'done', 'failed', 'interrupted']).meta({
      description:
        'queued: others run first. waiting: the run left it to its caller, or to a person, as `approval` tells. interrupted: the run ended before it did',
    }),
    queued_at: Timestamp.meta({ description: 'When the model, or its code, had made the call' }),
    started_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable().meta({
      description:
        'null of one that goes on or waits; of one that was interrupted, when the last happened that is known of its run',
    }),
    bytes: z.int().nullable().meta({
      description: 'The size of the result as text or JSON, before it was cut to its bound; 0 of one that was not run',
    }),
    is_error: z.boolean().nullable(),
    child_run_id: z
      .string()
      .nullable()
      .meta({ description: 'The run of the agent that was asked by the call; null of any other call' }),
    approval: StepApproval.nullable(),
  })
  .meta({ id: 'StepToolCall' });

/** One step of a run: what a model was asked, what it took, and the tools it called. */
export const RunStep = z
  .object({
    step: z.int().meta({ description: 'From 1; 0 holds calls that a person answered since the run before' }),
    model: z.string().nullable().meta({ description: 'null where no model was asked' }),
    status: z.enum(['running', 'finished', 'failed', 'cancelled', 'interrupted']),
    started_at: Timestamp,
    answered_at: Timestamp.nullable().meta({
      description: 'When the answer was complete, or broke off, before its tools ran',
    }),
    ended_at: Timestamp.nullable().meta({
      description:
        'null while it goes on; of one that was interrupted, when the last happened that is known of its run',
    }),
    time_to_first_token: seconds.meta({
      description: 'Seconds from the last attempt to ask the model until its first token; null while there is none',
    }),
    usage: TokenUsage.nullable().meta({ description: 'null until the model has answered' }),
    cost: Cost,
    stop_reason: z.string().nullable().meta({
      description: 'Why the model stopped: stop, length, tool-calls, content-filter, error or other',
    }),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    retries: z.array(StepRetry),
    tool_calls: z.array(StepToolCall),
    more_tool_calls: z.int().meta({
      description:
        'How many more calls code has made, of which only this count is kept: a step keeps its first 1,000 tool calls',
    }),
  })
  .meta({ id: 'RunStep' });

/** A step that called one tool. */
export const exampleStep: z.output<typeof RunStep> = {
  step: 1,
  model: 'openai:gpt-5-mini',
  status: 'finished',
  started_at: '2026-11-23T10:00:00.000Z',
  answered_at: '2026-11-23T10:00:02.000Z',
  ended_at: '2026-11-23T10:00:02.300Z',
  time_to_first_token: 0.62,
  usage: { prompt_tokens: 150, completion_tokens: 40, cached_tokens: 0, reasoning_tokens: 0 },
  cost: 0.0012,
  stop_reason: 'tool-calls',
  error: null,
  retries: [],
  tool_calls: [
    {
      id: 'call-1',
      parent_tool_call_id: null,
      tool: 'weather__get',
      server: 'weather',
      status: 'done',
      queued_at: '2026-11-23T10:00:02.000Z',
      started_at: '2026-11-23T10:00:02.000Z',
      ended_at: '2026-11-23T10:00:02.300Z',
      bytes: 42,
      is_error: false,
      child_run_id: null,
      approval: null,
    },
  ],
  more_tool_calls: 0,
};
