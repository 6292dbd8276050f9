/** Prompts a model and runs the tools it calls, again and again, until it is done. */
import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { untilAborted } from '../async/until-aborted.ts';
import { ApiError } from '../call/errors.ts';
import { type FileSource, openFileSource } from '../models/files/file-source.ts';
import { RunFiles, type SaidFiles } from '../models/files/say-files.ts';
import type { OutputWay } from '../models/output-ways.ts';
import type { ToolChoice } from '../models/tool-choice.ts';
import type { Message } from '../store/messages.ts';
import type { ApprovalRecord, NewApproval } from '../store/store.ts';
import { sumUsage } from '../store/usage.ts';
import { endOfResumed } from './end-of-resumed.ts';
import type { EventSink } from './event-sink.ts';
import { newId } from './ids.ts';
import type { RunLimits } from './limits.ts';
import { toModelPrompt } from './model-prompt.ts';
import { askModel } from './model-step.ts';
import { askForOutput } from './output-ask.ts';
import { prepareTools } from './prepare-tools.ts';
import { isTruncated } from './ready-call.ts';
import type { ResumePoint } from './resume-point.ts';
import { isFailureCode, type JsonSchema, NO_USAGE, type RunOutcome, toBrokenOff, type Usage } from './run-events.ts';
import { outputInstructionsOf, RunOutput } from './run-output.ts';
import type { RunTrace } from './run-tracing.ts';
import { sayToolUse } from './say-tool-use.ts';
import { holdAgain, settleCalls, settleDecidedCalls, type Turn } from './settle-calls.ts';
import { SharedState } from './shared-state.ts';
import type { StepBudget } from './step-budget.ts';
import type { ToolArguments } from './tool-arguments.ts';
import { type FaultLog, offerTools, type ToolCallOptions } from './tool-calls.ts';
import type { ToolDefinition, Toolset } from './toolset.ts';

/** What a run asks of its agent before each model call. */
export interface RunAgent {
  readonly id: string;
  /** null: the default model of the server. */
  readonly model: string | null;
  readonly systemPrompt: string;
  readonly maxSteps: number;
  readonly temperature: number | null;
  /** Calls of these tools wait for a person. */
  readonly approvals?: { readonly tools: readonly string[] } | undefined;
  /** Whether its runs go on without readers, and on another process when theirs is gone. */
  readonly durable?: boolean | undefined;
  /** What its answers are JSON of; null: they are text. */
  readonly outputSchema?: JsonSchema | null | undefined;
}

/** A model, ready to stream. */
export interface FoundModel {
  readonly id: string;
  readonly model: LanguageModelV4;
  /** How its answer is given the form of a schema; absent: by a tool. */
  readonly outputWay?: OutputWay | undefined;
}

/** Finds the model of an id; of null, the default model. */
export interface ModelSource {
  resolve(id: string | null): Promise<FoundModel>;
}

/** Everything one run needs. */
export interface LoopOptions {
  /** Read before each model call, as is the toolset, so that a change takes effect within a run. */
  readonly agent: () => RunAgent;
  readonly models: ModelSource;
  readonly toolset: Toolset;
  /** Tools that the caller runs: a call of one ends the run without a result. */
  readonly callerTools: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice | undefined;
  /** Added to the system prompt of the agent, for this run. */
  readonly instructions?: string | undefined;
  /** What the answer is to be JSON of; null: text; absent: what the agent says. */
  readonly outputSchema?: JsonSchema | null | undefined;
  readonly history: readonly Message[];
  /** What was said before as it is stored, which a caller may have left out of the history. */
  readonly stored?: readonly Message[] | undefined;
  /** Where another process has left off; absent: the run begins. */
  readonly resumed?: ResumePoint | undefined;
  /** Whether what only the provider can read of an answer is told too, for whoever goes on with the run. */
  readonly tellsAll?: boolean | undefined;
  /** Calls of the history that a person has answered; they are settled before the model is asked. */
  readonly answered?: readonly ApprovalRecord[] | undefined;
  /** Why calls that wait for a person are refused, in words for the model; absent: they wait. */
  readonly heldRefusal?: string | undefined;
  /** The state shared with the caller at the start of the run. */
  readonly state?: unknown;
  readonly sink: EventSink;
  readonly watchWithin?: ToolCallOptions['watchWithin'];
  readonly parentOf?: ToolCallOptions['parentOf'];
  /** Absent: the steps of the agent alone are counted. */
  readonly budget?: StepBudget | undefined;
  readonly limits: RunLimits;
  readonly toolArguments: ToolArguments;
  /** Where files at addresses come from; absent: from outside of the network of this server. */
  readonly files?: FileSource | undefined;
  readonly trace?: RunTrace | undefined;
  readonly log: FaultLog;
  readonly signal: AbortSignal;
}

/** What a run came to. `messages` is what it said, with a result for each tool call unless the caller or a person is to give that. */
export interface LoopEnd {
  readonly outcome: RunOutcome;
  readonly usage: Usage;
  readonly messages: readonly Message[];
  /** The calls that wait for a person. */
  readonly approvals: readonly NewApproval[];
  /** The approvals that agents wait for which it had asked, and that nobody is to answer any more. */
  readonly forsaken: readonly string[];
  /** The answered approvals whose tool was no longer the one that was shown. */
  readonly voided: readonly string[];
}

/** Runs an agent to its end. Emits all but `run-ended`; never throws; ends within milliseconds of an abort. */
export async function runAgent(options: LoopOptions): Promise<LoopEnd> {
  const { signal, log, resumed } = options;
  const said = resumed?.messages ?? [];
  const calls = collectCalls(options.stored ?? [], options.history, said);
  const state = resumed?.state ?? { value: options.state };
  const turn: LoopState = {
    messages: [...said],
    usage: resumed?.usage ?? NO_USAGE,
    calls,
    callIds: new Set(calls.keys()),
    state: new SharedState(state.value, options.sink, resumed?.state !== undefined),
    approvals: [],
    voided: [...(resumed?.voided ?? [])],
    missingServers: new Set(),
    output: new RunOutput(options.toolArguments.schemas),
    files: new RunFiles(options.files ?? openFileSource(), options.limits),
  };
  let outcome: RunOutcome | undefined;
  try {
    for (const event of resumed?.news ?? []) options.sink.emit(event);
    const schema = resumed && schemaOf(options, options.agent());
    if (resumed) outcome = await endOfResumed(resumed, turn.output, schema);
    if (!outcome && resumed) outcome = waitFor(await holdAgain(resumed, turn, options), turn, options);
    if (!outcome && options.answered?.length)
      outcome = waitFor(await settleDecidedCalls(options.answered, turn, options), turn, options);
    for (let step = resumed?.step ?? 1; !outcome && !signal.aborted; step++)
      outcome = await takeStep(step, turn, options);
  } catch (error) {
    const isKnown = error instanceof ApiError;
    if (!isKnown && !signal.aborted) log.error({ err: error }, 'a run failed inside the server');
    outcome = { status: 'failed', code: 'internal', detail: isKnown ? error.message : 'Internal Server Error' };
  }
  if (signal.aborted || !outcome) outcome = toBrokenOff(signal);
  // A run that is cancelled or has failed waits for nobody.
  const isWaiting = outcome.status === 'finished';
  const approvals = isWaiting ? turn.approvals : [];
  const forsaken = isWaiting ? [] : turn.approvals.flatMap(({ standsFor }) => standsFor ?? []);
  if (turn.missingServers.size) outcome = { ...outcome, missingServers: [...turn.missingServers] };
  return { outcome, usage: turn.usage, messages: turn.messages, approvals, forsaken, voided: turn.voided };
}

interface LoopState extends Turn {
  usage: Usage;
  /** The ids of all calls of the conversation. */
  readonly callIds: Set<string>;
  readonly files: RunFiles;
  readonly output: RunOutput;
}

/** The end of a run that waits for results or answers; undefined when the model is to go on. */
function waitFor(
  pending: readonly string[],
  { approvals }: Turn,
  { outputSchema }: LoopOptions,
): RunOutcome | undefined {
  if (!pending.length) return undefined;
  const awaited = approvals.map(({ toolHash: _, standsFor: __, ...call }) => call);
  const asked = outputSchema !== undefined && { outputSchema };
  return { status: 'finished', pending, ...(awaited.length && { approvals: awaited }), ...asked };
}

/** One model call and the tools it calls; undefined when the model wants to go on. */
async function takeStep(step: number, turn: LoopState, options: LoopOptions): Promise<RunOutcome | undefined> {
  const { sink, signal, limits, trace } = options;
  const agent = options.agent();
  const schema = schemaOf(options, agent);
  if (!(options.budget?.take() ?? step <= agent.maxSteps)) {
    return schema
      ? turn.output.outOfSteps(agent.maxSteps)
      : { status: 'finished', pending: [], stoppedBy: 'max-steps' };
  }
  const found = await resolveModel(agent, options);
  if ('status' in found) return found;
  sink.emit({ type: 'step-started', step, model: found.id });
  await prepareTools(options, turn.missingServers);
  const tools = offerTools(options.toolset, options.callerTools);
  const messageId = newId('msg');
  const way = found.outputWay ?? 'tool';
  const ask = schema ? askForOutput(schema, { model: found.model, way, toolNames: [...tools.keys()] }) : undefined;
  const told = [...instructionsOf(options), ...outputInstructionsOf(ask)];
  const messages = [...told, ...options.history, ...turn.output.place(turn.messages)];
  const files = await sayFiles(messages, found.model, turn, options);
  if ('status' in files) return files;
  trace?.onAsked?.(step, { systemPrompt: agent.systemPrompt, messages });
  const answer = await askModel({
    model: found.model,
    request: {
      ...toRequest(agent, messages, files),
      ...withOptions(sayToolUse(tools, found.model, { ...options, step, answerTool: ask?.tool }), ask?.request),
      ...(trace && { headers: trace.toModel(step) }),
    },
    messageId,
    callIds: turn.callIds,
    serverOf: (name) => tools.get(name)?.server,
    answerTool: ask?.tool,
    tellsAll: options.tellsAll,
    sink,
    limits,
    signal,
  });
  turn.usage = answer.usage ? sumUsage(turn.usage, answer.usage) : turn.usage;
  const heldTools = agent.approvals?.tools ?? [];
  const pending = await settleCalls(answer, { messageId, tools, heldTools }, turn, options);
  if (signal.aborted) return undefined;
  if (answer.failure) return { status: 'failed', code: answer.failure.code, detail: answer.failure.detail };
  sink.emit({ type: 'step-ended', step, usage: turn.usage });
  const { finishReason } = answer;
  if (isTruncated(finishReason)) {
    return ask ? turn.output.cutOff(finishReason) : { status: 'finished', pending: [], stoppedBy: finishReason };
  }
  const waiting = waitFor(pending, turn, options);
  if (waiting) return waiting;
  if (answer.content.calls.length) return undefined;
  return ask ? turn.output.judge(answer, ask, turn.messages.length) : { status: 'finished', pending: [] };
}

const schemaOf = ({ outputSchema }: LoopOptions, agent: RunAgent) =>
  outputSchema === undefined ? agent.outputSchema : outputSchema;

async function resolveModel(agent: RunAgent, { models, signal }: LoopOptions): Promise<FoundModel | RunOutcome> {
  try {
    return await untilAborted(models.resolve(agent.model), signal);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isOther = error.code !== 'model-failed' && error.code !== 'model-timeout';
    return { status: 'failed', code: isOther ? 'model-not-configured' : error.code, detail: error.message };
  }
}

/** What the model is told in the place of files; how the run ends where the user has sent one that it cannot be told of. */
async function sayFiles(
  messages: readonly Message[],
  model: LanguageModelV4,
  { files }: LoopState,
  { signal }: LoopOptions,
): Promise<SaidFiles | RunOutcome> {
  try {
    return await files.say(messages, model, signal);
  } catch (error) {
    if (signal.aborted) return toBrokenOff(signal);
    if (!(error instanceof ApiError && isFailureCode(error.code))) throw error;
    return { status: 'failed', code: error.code, detail: error.message };
  }
}

function toRequest(
  agent: RunAgent,
  messages: readonly Message[],
  files: SaidFiles,
): Omit<LanguageModelV4CallOptions, 'abortSignal'> {
  return {
    prompt: toModelPrompt(agent.systemPrompt, messages, files),
    ...(agent.temperature !== null && { temperature: agent.temperature }),
  };
}

/** One laid over the other, with the options of providers of both. */
function withOptions<T extends Pick<LanguageModelV4CallOptions, 'providerOptions'>>(
  first: T,
  second: Partial<LanguageModelV4CallOptions> = {},
): T & Partial<LanguageModelV4CallOptions> {
  const [a, b] = [first.providerOptions ?? {}, second.providerOptions ?? {}];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  const merged = Object.fromEntries([...names].map((name) => [name, { ...a[name], ...b[name] }]));
  return { ...first, ...second, ...(names.size > 0 && { providerOptions: merged }) };
}

const instructionsOf = ({ instructions }: LoopOptions): Message[] =>
  instructions ? [{ id: 'instructions', role: 'system', content: instructions }] : [];

/** The calls of a conversation: their names by their ids. */
function collectCalls(...histories: readonly (readonly Message[])[]): Map<string, string> {
  const calls = new Map<string, string>();
  for (const history of histories) {
    for (const message of history) {
      if (message.role !== 'assistant') continue;
      for (const part of message.content) if (part.type === 'tool-call') calls.set(part.callId, part.name);
    }
  }
  return calls;
}
