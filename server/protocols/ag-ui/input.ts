/** Reads AG-UI requests: in either spelling, in older shapes, then by the protocol's own schema. */
import type { Context } from '@ag-ui/core';
import type { AgUiConnect, AgUiRun } from '../../../contract/ag-ui.ts';
import { invalidField, invalidFields, toWrongFields } from '../../call/validation-error.ts';
import type { ApprovalDecision } from '../../runs/run-events.ts';
import type { ToolDefinition } from '../../runs/toolset.ts';
import type { Message } from '../../store/messages.ts';
import type { SurfaceViewer } from '../../surfaces/render-ui.ts';
import { readCallerTools } from '../caller-tools.ts';
import { type AgUiForwarded, readForwarded } from './forwarded-props.ts';
import { toMessages } from './messages.ts';
import { upgradeMessage } from './older-shapes.ts';
import { readResume } from './resume.ts';
import type { AgUiRunView } from './run-view.ts';
import { type Casing, KEYS, toCamelCase } from './spelling.ts';
import { readSurfaceInput } from './surface-input.ts';

/** What a caller asks of a run. */
export interface AgUiRunInput {
  /** The whole conversation so far. */
  readonly messages: readonly Message[];
  /** What the caller wants known for this run, to be added to the agent's own instructions; may be empty. */
  readonly instructions: string;
  /** The tools the caller runs itself. */
  readonly callerTools: readonly ToolDefinition[];
  /** The state shared with the agent; undefined when there is none. */
  readonly state: unknown;
  /** Answers to the calls that wait for a person. */
  readonly decisions: readonly ApprovalDecision[];
  /** Whether the run goes on without readers. */
  readonly detached: boolean;
  readonly whenBusy: AgUiForwarded['whenBusy'];
}

/** The body of a run request after all of it has been checked and put in one form. */
interface ReadRun extends AgUiRunInput {
  readonly view: AgUiRunView;
  /** Absent for a caller that shows no surfaces of A2UI. */
  readonly viewer: SurfaceViewer | undefined;
}

/** Reads a run request. Throws a 422 that names each wrong field. The protocol's schemas are loaded on the first call. */
export async function readAgUiRun(body: AgUiRun, casing: Casing | undefined): Promise<ReadRun> {
  const ids = readRunIds(body);
  const forwarded = readForwarded(body.forwardedProps ?? body.forwarded_props);
  const resume = body.resume ?? forwarded.resume;
  const input = await parseRun({
    ...toCamelCase(body, KEYS.run, ''),
    ...ids,
    messages: body.messages.map((message, index) => upgradeMessage(message, `messages.${index}`)),
    resume: resume?.map((entry, index) => toCamelCase(entry, KEYS.resume, `resume.${index}.`)),
  });
  const surfaceInput = readSurfaceInput(input.forwardedProps, ids.runId);
  return {
    view: {
      ...ids,
      parentRunId: input.parentRunId,
      isVersion1: isVersion1(input.protocolVersion),
      casing: casing ?? defaultCasing(body),
    },
    messages: [...toMessages(input.messages), ...(surfaceInput?.messages ?? [])],
    instructions: toInstructions(input.context, input.state),
    state: input.state ?? undefined,
    decisions: readResume(input.resume ?? []),
    detached: forwarded.isBackground,
    whenBusy: forwarded.whenBusy,
    callerTools: readCallerTools(input.tools),
    viewer: surfaceInput?.viewer,
  };
}

/** The ids of a run in either spelling. Throws a 422 that names each missing one. */
export function readRunIds(body: Readonly<Record<string, unknown>>): { threadId: string; runId: string } {
  const { threadId, runId } = toCamelCase(body, KEYS.run, '');
  if (typeof threadId === 'string' && typeof runId === 'string') return { threadId, runId };
  throw invalidFields([
    ...(typeof threadId === 'string' ? [] : [{ path: 'thread_id', message: 'is required, here or as threadId' }]),
    ...(typeof runId === 'string' ? [] : [{ path: 'run_id', message: 'is required, here or as runId' }]),
  ]);
}

/** Reads which run a caller connects to, and how it wants the events. Throws a 422 without a thread. */
export function readConnect(body: AgUiConnect, casing: Casing | undefined) {
  const { threadId, runId, protocolVersion } = toCamelCase(body, KEYS.run, '');
  if (typeof threadId !== 'string') throw invalidField('thread_id', 'is required, here or as threadId');
  return {
    threadId,
    runId: typeof runId === 'string' ? runId : undefined,
    isVersion1: isVersion1(protocolVersion),
    casing: casing ?? defaultCasing(body),
  };
}

/** The most wrong fields that an error names; a request may hold thousands. */
const MAX_FIELDS = 20;

/** Callers that spell their own ids in snake_case may read either spelling. */
const defaultCasing = (body: AgUiRun | AgUiConnect): Casing =>
  typeof body.thread_id === 'string' || typeof body.run_id === 'string' ? 'both' : 'camel';

const isVersion1 = (version: unknown) => typeof version === 'string' && Number.parseInt(version, 10) >= 1;

const importSchemas = async () => {
  const [{ RunAgentInputSchema }, { omitOptionalNulls }] = await Promise.all([
    import('@ag-ui/core/schemas'),
    import('@ag-ui/core'),
  ]);
  return { RunAgentInputSchema, omitOptionalNulls };
};
let schemas: ReturnType<typeof importSchemas> | undefined;

async function parseRun(input: Record<string, unknown>) {
  // Kept: to ask Node for a module that it has costs as much as to check a short request.
  schemas ??= importSchemas();
  const { RunAgentInputSchema, omitOptionalNulls } = await schemas;
  const parsed = RunAgentInputSchema.safeParse(omitOptionalNulls(input, 'RunAgentInput'));
  if (parsed.success) return parsed.data;
  throw invalidFields(toWrongFields(parsed.error.issues.slice(0, MAX_FIELDS)));
}

function toInstructions(context: readonly Context[], state: unknown): string {
  const lines = context.map(({ description, value }) => `- ${description}: ${value}`);
  const described = lines.length ? ['Given by the application:', ...lines] : [];
  // Clients that have no state send an empty one.
  const text = JSON.stringify(state ?? {});
  const shared = text === '{}' ? [] : [`State shared with the application, as JSON: ${text}`];
  return [...described, ...shared].join('\n');
}
