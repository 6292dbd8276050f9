/** What goes over the pipes between the server and a local-eval process: one JSON value a line. */
import { z } from 'zod';

/** What the server sends: on the command pipe, except `reply` to a blocking call, which has a pipe of its own. */
export type CommandFrame =
  | { readonly type: 'run'; readonly id: number; readonly code: string; readonly timeoutMs: number }
  | { readonly type: 'cancel'; readonly id: number }
  /** Asks a process that has nothing to run for a `pong`. */
  | { readonly type: 'ping' }
  | { readonly type: 'reply'; readonly id: number; readonly json: string }
  | { readonly type: 'modules'; readonly id: number; readonly modules: Readonly<Record<string, string>> }
  | { readonly type: 'environment'; readonly id: number; readonly variables: Readonly<Record<string, string>> };

const MAX_KINDS = 64;
const isMimeBundle = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length <= MAX_KINDS;
const MimeBundle = z.custom<Record<string, unknown>>(isMimeBundle);
/** Text for people, cut where it is so long that it must be meant to harm. */
const shortText = (maxLength: number) => z.string().transform((text) => text.slice(0, maxLength));

/** What a process reports. It may be under the control of the code it runs, so each frame is checked. */
export const ReportFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('pong') }),
  z.object({ type: z.literal('output'), stream: z.enum(['stdout', 'stderr']), text: z.string() }),
  z.object({ type: z.literal('display'), data: MimeBundle }),
  z.object({ type: z.literal('call'), id: z.int(), blocking: z.boolean(), json: z.string() }),
  z.object({ type: z.literal('done'), id: z.int(), failure: shortText(500).optional() }),
  z.object({ type: z.literal('fatal'), reason: shortText(500) }),
  z.object({
    type: z.literal('ran'),
    id: z.int(),
    isTimedOut: z.boolean(),
    dropped: z.int().nonnegative(),
    droppedDisplays: z.int().nonnegative().default(0),
    outcome: z.object({
      status: z.enum(['ok', 'error', 'exit']),
      result: MimeBundle.nullable(),
      error: z.object({ name: shortText(200), message: shortText(20_000), traceback: shortText(25_000) }).nullable(),
      exit_code: z.int().nullable(),
    }),
  }),
]);
export type ReportFrame = z.output<typeof ReportFrame>;

/** A tool call as code makes it. */
export const ToolCallRequest = z.object({
  server: z.string().max(256),
  tool: z.string().max(256),
  arguments: z.record(z.string(), z.unknown()),
});
