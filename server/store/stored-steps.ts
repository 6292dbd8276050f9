import { z } from 'zod';
import { toCount } from './count.ts';
import { StoredUsage, type Usage } from './usage.ts';

/** An attempt at an answer that failed, and was followed by another. */
export interface StepRetry {
  readonly at: number;
  readonly code: string;
  readonly detail: string;
  readonly waitMs: number;
}

/** A tool call of a step. Of one that waits for its caller or for a person, `startedAt` is null; one that was cut off has ended, and `isError` is null. */
export interface StepToolCall {
  readonly callId: string;
  /** The call of the model that it was made within, by code; null for a call that the model made. */
  readonly parentCallId: string | null;
  readonly tool: string;
  /** The MCP server it goes to, or would; null for tools of this server's own and of the caller, and where there is no such tool. */
  readonly server: string | null;
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly bytes: number | null;
  readonly isError: boolean | null;
  /** Whether the run has ended without a result for it, which is for its caller or for a person to give. */
  readonly isPending: boolean;
  /** The approval that it waits for. */
  readonly approvalId: string | null;
  /** The id of the run that was started for it, of the agent that it asked; null of any other call. */
  readonly childRunId: string | null;
}

/**
 * One step of a run: what was asked of a model and the tools that its answer called. Times are milliseconds since 1970; null is what
 * has not happened yet, or never will. Step 0 has no model: in it run the calls that a person has answered since the run before.
 */
export interface RunStep {
  readonly number: number;
  readonly model: string | null;
  /** `interrupted`: it was cut off. So was one that is `running` of a run that has ended, as older servers left it. */
  readonly status: 'running' | 'finished' | 'failed' | 'cancelled' | 'interrupted';
  readonly startedAt: number;
  /** When the attempt began that was answered, or that is the last one. */
  readonly askedAt: number | null;
  readonly firstTokenAt: number | null;
  /** When its answer was whole, or broke off. */
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  /** What the whole step has used; null until the model has answered. */
  readonly usage: Usage | null;
  /** In US dollars; null where the price is not known, and until the model has answered. */
  readonly cost: number | null;
  readonly stopReason: string | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
  readonly retries: readonly StepRetry[];
  /** Each of the model before those that were made within it. */
  readonly toolCalls: readonly StepToolCall[];
  /** How many more were made, by code, of which nothing is kept. */
  readonly moreToolCalls: number;
}

/**
 * Whether an answer has been given whose cost is not known: its model has no price, or its provider did not say what it used. One that
 * broke off before anything was counted is none: no price would give it a cost.
 */
export const isUnpriced = ({
  model,
  usage,
  cost,
  stopReason,
}: Pick<RunStep, 'model' | 'usage' | 'cost' | 'stopReason'>): boolean =>
  model !== null && cost === null && (usage !== null || stopReason !== null);

/** The steps of one run that have changed. */
export interface StepBatch {
  readonly runKey: string;
  readonly steps: readonly RunStep[];
}

const text = z.string().nullable().catch(null);
/** The last moment that a date can name. */
export const LAST_TIME = 8.64e15;
const time = z.number().min(0).max(LAST_TIME).nullable().catch(null);
const begun = z.number().min(0).max(LAST_TIME).catch(0);
const cost = z.number().min(0).nullable().catch(null);
/** Whatever stands there; a server before this one may have written nothing. */
const anything = z.unknown().optional();
const count = anything.transform(toCount);

/** Items one by one: what is none is left out. */
const listOf = <Item extends z.ZodType>(item: Item) =>
  anything.transform((value) =>
    (Array.isArray(value) ? value : []).flatMap((one) => {
      const read = item.safeParse(one);
      return read.success ? [read.data] : [];
    }),
  );

const StoredStep = z.object({
  number: z.int().min(0),
  model: text,
  status: z.enum(['running', 'finished', 'failed', 'cancelled', 'interrupted']).catch('running'),
  startedAt: begun,
  askedAt: time,
  firstTokenAt: time,
  answeredAt: time,
  endedAt: time,
  usage: StoredUsage.nullable().catch(null),
  cost,
  stopReason: text,
  failure: z.object({ code: z.string(), detail: z.string() }).nullable().catch(null),
  retries: listOf(z.object({ at: begun, code: z.string(), detail: z.string().catch(''), waitMs: count })),
  toolCalls: listOf(
    z.object({
      callId: z.string(),
      parentCallId: text,
      tool: z.string(),
      server: text,
      queuedAt: begun,
      startedAt: time,
      endedAt: time,
      bytes: z.int().min(0).nullable().catch(null),
      isError: z.boolean().nullable().catch(null),
      isPending: z.boolean().catch(false),
      approvalId: text,
      childRunId: text,
    }),
  ),
  moreToolCalls: count,
});

/** A step as it was stored, by this server or by another; undefined of what is none. */
export const readStep = (body: unknown): RunStep | undefined => StoredStep.safeParse(body).data;
