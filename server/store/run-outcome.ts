import { z } from 'zod';
import type { NewApproval } from './stored-approvals.ts';

/** A tool call that waits for a person, as whoever is to answer is shown it; `id` is that of the approval. */
export type AwaitedCall = Omit<NewApproval, 'toolHash' | 'standsFor'>;

const FAILURE_CODES = [
  'internal',
  'model-not-configured',
  'model-failed',
  'model-timeout',
  'file-not-fetched',
  'file-not-taken',
  'file-too-large',
  'output-invalid',
  'run-interrupted',
] as const;

/** A JSON Schema that is an object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Why a run failed: one of the errors of the API. */
export type FailureCode = (typeof FAILURE_CODES)[number];

/** Whether a code of the API is one that runs fail with. */
export const isFailureCode = (code: string): code is FailureCode => FAILURE_CODES.some((one) => one === code);

/**
 * How a run ended. `pending` names calls of caller-side tools that wait for their result in the caller's next run. `stoppedBy` says
 * what ended a run that would have gone on: its number of steps, the length of an answer or the provider's content filter. `approvals`
 * are the calls that wait for a person; they are pending too. `missingServers` are the ids of the MCP servers it had to do without.
 * `output` is there exactly when the run was asked for JSON of a schema and waits for nothing; it fits that. One that waits has what
 * its caller said of that in `outputSchema`, for the run that goes on.
 */
export type RunOutcome = (
  | {
      readonly status: 'finished';
      readonly pending: readonly string[];
      readonly stoppedBy?: 'max-steps' | 'length' | 'content-filter';
      readonly approvals?: readonly AwaitedCall[];
      readonly output?: unknown;
      readonly outputSchema?: JsonSchema | null;
    }
  | { readonly status: 'cancelled'; readonly reason: string }
  | { readonly status: 'failed'; readonly code: FailureCode; readonly detail: string }
) & {
  readonly missingServers?: readonly string[];
};

const Call = z.object({
  id: z.string(),
  callId: z.string(),
  tool: z.string(),
  description: z.string(),
  args: z.record(z.string(), z.unknown()),
});
const missingServers = z.array(z.string()).optional();
const Outcome = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('finished'),
    pending: z.array(z.string()),
    stoppedBy: z.enum(['max-steps', 'length', 'content-filter']).optional(),
    approvals: z.array(Call).optional(),
    output: z.unknown().optional(),
    outputSchema: z.record(z.string(), z.unknown()).nullable().optional(),
    missingServers,
  }),
  z.object({ status: z.literal('cancelled'), reason: z.string(), missingServers }),
  z.object({
    status: z.literal('failed'),
    code: z.enum(FAILURE_CODES),
    detail: z.string(),
    missingServers,
  }),
]);

/** Whether a value says how a run ended. */
export const isRunOutcome = (value: unknown): value is RunOutcome => Outcome.safeParse(value).success;

/** Whether a value is a call that waits for a person. */
export const isAwaitedCall = (value: unknown): value is AwaitedCall => Call.safeParse(value).success;
